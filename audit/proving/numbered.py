"""The owner's access history with each line's number in the chain, so that no number is missing.

The log counts every event about a mailbox. The access history has no row of those that tell nobody anything,
such as a mail that waits to be sent: they would double its table. Their lines are made here, from their
leaves, between the rows of a page.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Final
from uuid import UUID

from application.own_history import OwnHistory, OwnPage
from audit.leaf import decode, mailbox_subject
from audit.proving.served import ServedLog
from audit.sequencer.rows import LeafRow
from domain.actors import Actor
from domain.errors import Retryable
from domain.events.access import AccessDenied, AccessRecorded
from domain.events.audit import AuditExported, AuditReplayed
from projections.access_history import HistoryRow

MOST_BETWEEN: Final = 500
"""Leaves of one mailbox, beside those of its rows, on one page. Where there are more the page ends sooner."""

_ALWAYS_IN_ROWS: Final = frozenset(
    {one.TOPIC for one in (AccessRecorded, AccessDenied, AuditReplayed, AuditExported)}
)
"""Of these a row says all that may be told: where an embargo withholds it, the leaf would say too much."""

_NOTHING: Final[dict[str, Any]] = dict.fromkeys(field.name for field in fields(HistoryRow))


@dataclass(frozen=True, slots=True)
class NumberedPage:
    """A page of the history, newest first: each line and, by position, its leaf, once a checkpoint has it.

    `next_position` is where the next page continues, None at the end; `position` is that of the read model.
    """

    rows: list[HistoryRow]
    leaves: Mapping[int, LeafRow]
    next_position: int | None
    position: int


@dataclass(frozen=True, slots=True)
class _Span:
    """The leaves of an owner from position `start` to before `end`, with whose mailbox each is."""

    start: int
    leaves: list[tuple[UUID, LeafRow]]


class NumberedHistory:
    """The use case of an owner who wants to know all of it."""

    def __init__(self, *, history: OwnHistory, log: ServedLog) -> None:
        self._history = history
        self._log = log

    async def page(
        self,
        actor: Actor,
        *,
        before: int | None,
        limit: int,
        at_least: int | None,
        mailbox: UUID | None = None,
    ) -> NumberedPage:
        """A page of `limit` rows, and what lies between them. Raises `NotAllowed`.

        It begins where the page before it ended. Where there is no audit log, or it does not answer, the page
        has its rows alone, without numbers: it is shown all the same.
        """
        page = await self._history.page(actor, before=before, limit=limit, at_least=at_least, mailbox=mailbox)
        start = page.next_position or 0
        known = max(page.position, page.rows[0].position if page.rows else 0)
        end = min(known + 1, before or known + 1)
        try:
            span = await self._log.threads.run(
                self._span, page.mailboxes, start, end, len(page.rows) + MOST_BETWEEN
            )
        except Retryable:
            return NumberedPage(page.rows, {}, page.next_position, page.position)
        rows = [row for row in page.rows if row.position >= span.start]
        lines = [*rows, *_between(page, span.leaves)]
        return NumberedPage(
            sorted(lines, key=lambda line: line.position, reverse=True),
            {leaf.position: leaf for _, leaf in span.leaves},
            span.start or None,
            page.position,
        )

    def _span(self, mailboxes: Sequence[UUID], start: int, end: int, limit: int) -> _Span:
        """What the newest checkpoint has there; from a later position where that is too much. Blocks."""
        size = self._log.log.snapshot().checkpoint.size
        found: list[tuple[UUID, LeafRow]] = []
        for mailbox_id in mailboxes:
            subject = mailbox_subject(mailbox_id)
            leaves = self._log.log.rows.newest_of(subject, start=start, end=end, limit=limit)
            if len(leaves) == limit:
                start = leaves[-1].position
            found += [(mailbox_id, leaf) for leaf in leaves]
        return _Span(start, [one for one in found if one[1].position >= start and one[1].index < size])


def _between(page: OwnPage, leaves: Sequence[tuple[UUID, LeafRow]]) -> list[HistoryRow]:
    """A line for each leaf that no row is of, since the beginning of the history."""
    told = {row.position for row in page.rows}
    lines = [_line(mailbox_id, leaf) for mailbox_id, leaf in leaves if leaf.position not in told]
    return [line for line in lines if line.kind not in _ALWAYS_IN_ROWS and page.has(line.at)]


def _line(mailbox_id: UUID, leaf: LeafRow) -> HistoryRow:
    entry = decode(leaf.entry)
    said: dict[str, Any] = {
        "position": leaf.position,
        "event_id": leaf.event_id,
        "at": datetime.fromisoformat(entry.time),
        "kind": entry.kind,
        "mailbox_id": mailbox_id,
        "is_actor_erased": False,
    }
    return HistoryRow(**{**_NOTHING, **said})
