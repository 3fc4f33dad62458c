"""An auditor replays a mailbox as it stood at a moment, from the log alone.

The access history tells where in the log the mailbox's events lie, so that nothing else is read; what is
shown comes from those events. It must have caught up with the log first: what it does not know of yet would
be missing from the replay. The look is recorded, and committed, before its result is handed out.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import partial
from uuid import UUID

from application.authority import Authority
from application.mailbox_then import MessagesFold, MessageThen, OwnerFold, OwnerThen
from application.parties import Parties
from domain.access import AuditLook
from domain.actors import Actor, AuditScope
from domain.clock import Clock
from domain.decisions import Operation
from domain.errors import InvalidInput, Issue, NotAllowed, NotFound, Unavailable
from domain.events import Event
from domain.events.audit import Look, LookedAt
from eventstore.parties import Party
from eventstore.store import EventStore
from projections import access_history, access_history_retention
from projections.access_history import Until
from projections.database import ReadDatabase
from projections.positions import ReadPositions

CATCH_UP_SECONDS = 10.0
EVENTS_AT_ONCE = 500

_END_OF_TIME = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True, repr=False)
class MailboxThen:
    """A page of the mailbox as it stood, messages newest first.

    `at` and `position`: the moment, as it was asked for and as far as the log goes. `total`: all messages
    published by then. `next_position`: where the next page continues, None at the end.
    """

    mailbox_id: UUID
    at: datetime | None
    position: int
    owner: OwnerThen
    messages: list[MessageThen]
    total: int
    next_position: int | None


class Replaying:
    """The use case of auditors who ask how it was."""

    def __init__(
        self,
        *,
        events: EventStore,
        authority: Authority,
        parties: Parties,
        database: ReadDatabase,
        positions: ReadPositions,
        clock: Clock,
    ) -> None:
        self._events = events
        self._authority = authority
        self._parties = parties
        self._database = database
        self._positions = positions
        self._clock = clock

    async def as_of(
        self, actor: Actor, mailbox_id: UUID, moment: datetime | int, *, before: int | None, limit: int
    ) -> MailboxThen:
        """The mailbox as of a time, or as of a position in the log.

        Raises `NotAllowed` outside the scope, `NotFound` where the mailbox was not on record by then,
        `InvalidInput` for a moment that is yet to come or of which records have left, `Unavailable` while the
        index is too far behind.
        """
        now = self._clock.now()
        party = await self._parties.by_mailbox(mailbox_id)
        basis = await self._authority.audit(actor, party, Operation.REPLAY, now)
        head = await self._caught_up()
        until = _until(moment, now, head)
        _require_within(actor.audit_scope, moment)
        await self._require_kept(mailbox_id, moment)
        at = moment if isinstance(moment, datetime) else None
        look = AuditLook.of(
            Look.MAILBOX_AS_OF,
            mailbox_id,
            actor,
            basis,
            now,
            LookedAt(mailbox_id=mailbox_id, end=at, before=None if at else until.position + 1),
        )
        owner = await self._owner(mailbox_id, until)
        owners = await self._mailboxes_of_owner(mailbox_id, party)
        found, total = await self._messages(mailbox_id, owners, until, before, limit)
        await self._events.append(*look.new_facts())
        if owner is None:
            raise NotFound("mailbox")
        more = found[-1].position if len(found) == limit else None
        return MailboxThen(mailbox_id, at, until.position, owner, found, total, more)

    async def _require_kept(self, mailbox_id: UUID, moment: datetime | int) -> None:
        """Refuse a moment of which the access history has less than happened: retention took it."""
        run = self._database.run
        begin = await run(access_history_retention.begins_at, mailbox_id)
        if begin is None:
            return
        then = (
            moment if isinstance(moment, datetime) else await run(access_history_retention.moment_of, moment)
        )
        if then is not None and then < begin:
            detail = f"access records of before {begin.isoformat()} are not kept any more"
            raise InvalidInput(Issue("at", "beforeTheHistory", detail, "query"))

    async def _caught_up(self) -> int:
        """The head of the log, once the index knows everything up to it."""
        head = await self._events.latest_position()
        name = access_history.MODEL.name
        if await self._positions.wait_for(name, head, CATCH_UP_SECONDS) < head:
            raise Unavailable("the access history is behind the log", retry_after=10)
        return head

    async def _owner(self, mailbox_id: UUID, until: Until) -> OwnerThen | None:
        fold = OwnerFold()
        query = partial(access_history.positions_of_owner, mailbox_id=mailbox_id, until=until)
        await self._fold(query, fold.take_in)
        return fold.result()

    async def _mailboxes_of_owner(self, mailbox_id: UUID, party: Party | None) -> Sequence[UUID]:
        """The mailbox, and those that were merged with it up to now, whichever of them goes on."""
        if party is not None and party.merged_into is not None:
            party = await self._parties.by_id(party.merged_into)
        if party is None or not party.merged_mailboxes:
            return (mailbox_id,)
        return (*filter(None, (party.mailbox_id,)), *party.merged_mailboxes)

    async def _messages(
        self, mailbox_id: UUID, owners: Sequence[UUID], until: Until, before: int | None, limit: int
    ) -> tuple[list[MessageThen], int]:
        """Of the mailbox, with what had been merged into it by then."""
        run = self._database.run
        merges = await run(access_history.merges, owners, until) if len(owners) > 1 else {}
        held = [one for one in owners if _is_held_by(mailbox_id, one, merges)]
        total = await run(access_history.count_publications, held, until)
        page = await run(access_history.publications, held, until, limit=limit, before=before)
        found: dict[tuple[UUID, UUID], MessageThen] = {}
        for one in held:
            fold = MessagesFold()
            query = partial(
                access_history.positions_of_messages,
                mailbox_id=one,
                message_ids=[each.message_id for each in page if each.mailbox_id == one],
                until=until,
                merged=[other for other in owners if other != one],
            )
            await self._fold(query, fold.take_in)
            found |= {(one, message_id): then for message_id, then in fold.found.items()}
        return [found[each.mailbox_id, each.message_id] for each in page], total

    async def _fold(
        self,
        query: Callable[..., list[int]],
        take_in: Callable[[Iterable[tuple[int, Event]]], None],
    ) -> None:
        """Portion by portion: however much happened, little of it is in memory."""
        last = 0
        while positions := await self._database.run(query, after=last, limit=EVENTS_AT_ONCE):
            take_in(await self._events.at_positions(positions))
            last = positions[-1]


def _is_held_by(holder: UUID, mailbox_id: UUID, merges: Mapping[UUID, UUID]) -> bool:
    """Whether what is in the mailbox is in that other one, which may be the same."""
    while mailbox_id != holder and mailbox_id in merges:
        mailbox_id = merges[mailbox_id]
    return mailbox_id == holder


def _until(moment: datetime | int, now: datetime, head: int) -> Until:
    if isinstance(moment, int):
        return Until(_END_OF_TIME, min(moment, head))
    if moment > now:
        raise InvalidInput(Issue("at", "inTheFuture", "nobody knows yet how it will stand then", "query"))
    return Until(moment, head)


def _require_within(scope: AuditScope | None, moment: datetime | int) -> None:
    """A scope for a period allows the moments within it, named as times: a position tells none before."""
    if scope is None or (scope.start is None and scope.end is None):
        return
    if isinstance(moment, int):
        issue = Issue("at", "notAllowed", "a scope with a period needs a time, not a position", "query")
        raise NotAllowed("outside the scope's period", issue)
    if (scope.start and moment < scope.start) or (scope.end and moment > scope.end):
        issue = Issue("at", "notAllowed", "outside the period of your scope", "query")
        raise NotAllowed("outside the scope's period", issue)
