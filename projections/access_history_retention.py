"""What leaves the access history as its beginning, the horizon, moves on; nothing else ever leaves it.

The live table and a rebuilt one come to the same rows, because the horizon is an event like any other: the
fold takes a page in portions that end with what lets rows leave. What leaves, and when:

    accesses, refusals, auditors' looks, mails about no single message: those of before the horizon
    who opened, confirmed, hid, withdrew … a message (not that it happened): where that was before the horizon
    all the rest of a message, with the mails about it: once it expired before the horizon

The rows of a message stay together: a replay needs all of them or none. What happened to mailboxes themselves
stays. Of a mailbox under a legal hold, and of those merged into it, everything stays; once the hold is
lifted, what should have left by then leaves.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from sqlalchemy import ColumnElement, Connection, and_, delete, func, or_, select, tuple_, update

from domain.events.access import AccessDenied, AccessRecorded
from domain.events.audit import AuditExported, AuditReplayed
from domain.events.base import Event
from domain.events.mailbox import MailboxFrozen, MailboxMerged, MailboxUnfrozen
from domain.events.message import DocumentsPurged, MessageExpired, MessagePublished
from domain.events.retention import HorizonMoved
from projections.access_history_table import HISTORY
from projections.model import Located

FROZEN: Final = MailboxFrozen.TOPIC
UNFROZEN: Final = MailboxUnfrozen.TOPIC

_PAIRS_AT_ONCE: Final = 200

_h = HISTORY.c
_IS_ACCESS: Final = _h.kind.in_(
    [event.TOPIC for event in (AccessRecorded, AccessDenied, AuditReplayed, AuditExported)]
)
_IS_OF_MESSAGE: Final = _h.kind.like("message.%")
_IS_MAIL: Final = _h.kind.like("notification.%")
_LEAVES: Final = or_(_IS_ACCESS, and_(_IS_MAIL, _h.message_id.is_(None)))
_SAYS_WHO: Final = and_(_IS_OF_MESSAGE, _h.kind != MessagePublished.TOPIC, _h.actor_party.is_not(None))
_ENDS_MESSAGE: Final = _h.kind.in_([MessageExpired.TOPIC, DocumentsPurged.TOPIC])
_WHO: Final = {
    **dict.fromkeys(
        (
            "attachment_id",
            "access_id",
            "actor_party",
            "actor",
            "actor_kind",
            "site",
            "digital_key",
            "assurance_level",
            "basis_kind",
            "basis_id",
            "basis_version",
            "what",
        )
    ),
    "is_actor_erased": False,
}


@dataclass(frozen=True, slots=True)
class Leaving:
    """How many access records leave, and how many messages with all that happened to them."""

    accesses: int
    messages: int

    def __add__(self, other: Leaving) -> Leaving:
        return Leaving(self.accesses + other.accesses, self.messages + other.messages)


def horizon(connection: Connection, besides: UUID | None = None) -> datetime | None:
    """Where the access history begins: access records of before that moment have left. None: none has.

    `besides`: as it was without that event.
    """
    query = select(_h.detail).where(_h.kind == HorizonMoved.TOPIC)
    if besides is not None:
        query = query.where(_h.event_id != besides)
    moments = (datetime.fromisoformat(detail["before"]) for detail in connection.scalars(query))
    return max(moments, default=None)


def begins_at(connection: Connection, mailbox_id: UUID) -> datetime | None:
    """From when on all that happened to this mailbox is there. None: from its beginning; so under a hold."""
    begin = horizon(connection)
    return None if begin is None or mailbox_id in _held(connection) else begin


def moment_of(connection: Connection, position: int) -> datetime | None:
    """When the last thing in the history up to that position happened; None where there is nothing."""
    query = select(_h.at).where(_h.position <= position).order_by(_h.position.desc()).limit(1)
    return connection.scalar(query)


def leaving(connection: Connection, until: datetime) -> Leaving:
    """What would leave if the horizon were moved to `until` now."""
    conditions = _of_those(until, horizon(connection), _held(connection))
    accesses = select(func.count()).where(or_(_LEAVES, _SAYS_WHO), *conditions)
    pairs = select(_h.mailbox_id, _h.message_id).where(_ENDS_MESSAGE, *conditions).distinct()
    messages = select(func.count()).select_from(pairs.subquery())
    return Leaving(connection.execute(accesses).scalar_one(), connection.execute(messages).scalar_one())


def next_step(connection: Connection, until: datetime, rows: int) -> datetime | None:
    """How far to move the horizon next on its way to `until`, past about so many rows; None: it is there.

    So that no transaction of the runner is long, whatever leaves at the end of a year.
    """
    begin = horizon(connection)
    if begin is not None and begin >= until:
        return None
    ahead = select(_h.at).where(_h.at < until, *(() if begin is None else (_h.at >= begin,)))
    if connection.scalar(ahead.limit(1)) is None:
        return None
    if begin is not None:
        ahead = ahead.where(_h.at > begin)
    return connection.scalar(ahead.order_by(_h.at).offset(rows).limit(1)) or until


def portions(page: Sequence[Located]) -> Iterator[Sequence[Located]]:
    """The page in portions, each of which ends with what lets rows leave, or with the page."""
    start = 0
    for end, (_, event) in enumerate(page, start=1):
        if isinstance(event, HorizonMoved) or event.TOPIC == UNFROZEN or end == len(page):
            yield page[start:end]
            start = end


def retire(connection: Connection, event: Event) -> None:
    """Let leave what this event lets leave. The rows of all that happened up to it are there, no others."""
    if isinstance(event, HorizonMoved):
        begin = horizon(connection, besides=event.event_id)
        if begin is None or event.before > begin:
            _retire(connection, _of_those(event.before, begin, _held(connection)))
    elif event.TOPIC == UNFROZEN:
        begin = horizon(connection)
        if begin is not None:
            freed = _families(connection, {event.originator_id}) - _held(connection)
            _retire(connection, [_h.mailbox_id.in_(freed), _h.at < begin])


def _of_those(until: datetime, begin: datetime | None, held: Collection[UUID]) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = [_h.at < until]
    if begin is not None:
        conditions.append(_h.at >= begin)
    if held:
        conditions.append(or_(_h.mailbox_id.is_(None), _h.mailbox_id.not_in(held)))
    return conditions


def _retire(connection: Connection, conditions: Sequence[ColumnElement[bool]]) -> None:
    over = connection.execute(select(_h.mailbox_id, _h.message_id).where(_ENDS_MESSAGE, *conditions)).all()
    connection.execute(delete(HISTORY).where(_LEAVES, *conditions))
    connection.execute(update(HISTORY).where(_SAYS_WHO, *conditions).values(_WHO))
    pairs = list({(one.mailbox_id, one.message_id) for one in over})
    merges = _merges(connection) if pairs else {}
    for start in range(0, len(pairs), _PAIRS_AT_ONCE):
        some = pairs[start : start + _PAIRS_AT_ONCE]
        is_theirs = and_(or_(_IS_OF_MESSAGE, _IS_MAIL), _names(some))
        since = [(into, message) for mailbox, message in some for into in _later(merges, mailbox)]
        is_over = or_(is_theirs, and_(_IS_MAIL, _names(since))) if since else is_theirs
        connection.execute(delete(HISTORY).where(is_over))


def _names(pairs: Collection[tuple[UUID | None, UUID | None]]) -> ColumnElement[bool]:
    return tuple_(_h.mailbox_id, _h.message_id).in_(pairs)


def _held(connection: Connection) -> set[UUID]:
    """The mailboxes under a legal hold, with those that were merged into them."""
    query = select(_h.mailbox_id, _h.kind).where(_h.kind.in_([FROZEN, UNFROZEN])).order_by(_h.position)
    states = {mailbox_id: kind for mailbox_id, kind in connection.execute(query) if mailbox_id is not None}
    frozen = {mailbox_id for mailbox_id, kind in states.items() if kind == FROZEN}
    return _families(connection, frozen) if frozen else frozen


def _families(connection: Connection, mailboxes: set[UUID]) -> set[UUID]:
    """These mailboxes, and all that were merged into them."""
    merges = _merges(connection)
    return mailboxes | {one for one in merges if mailboxes.intersection(_later(merges, one))}


def _merges(connection: Connection) -> dict[UUID, UUID]:
    rows = connection.execute(select(_h.mailbox_id, _h.detail).where(_h.kind == MailboxMerged.TOPIC))
    return {mailbox_id: UUID(detail["into_mailbox"]) for mailbox_id, detail in rows if mailbox_id is not None}


def _later(merges: dict[UUID, UUID], mailbox_id: UUID | None) -> Iterator[UUID]:
    """What the mailbox became, one merge after the other."""
    while mailbox_id in merges:
        mailbox_id = merges[mailbox_id]
        yield mailbox_id
