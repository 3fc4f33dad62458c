"""An owner's whole access history, with what proves it, as a ZIP that is made while it is sent.

Whatever its size, a page of it is in memory. All of it is proved against one checkpoint, and the access is
on record before the first byte leaves. `exportfiles` says what is in it.
"""

from __future__ import annotations

from collections.abc import AsyncGenerator, AsyncIterator, Awaitable, Callable, Collection
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from importlib.resources import files as resources
from typing import Any, Final
from uuid import UUID

import msgspec

from application.authority import Authority, Permission
from application.parties import Parties
from application.plain_words import PlainWords
from application.reference import Reference
from audit.leaf import decode, mailbox_subject
from audit.proving import exportfiles as files
from audit.proving.errors import NoLogYet
from audit.proving.exportfiles import Disclosure, ExportedDay, ExportedHead, ExportedLeaf
from audit.proving.heads import ClosedDay, HeadProof
from audit.proving.log import Snapshot
from audit.proving.own import OwnProofs, chain_page, withheld
from audit.proving.served import ServedLog
from audit.proving.zipstream import ZipStream
from audit.sequencer.rows import LeafRow
from domain.access import BasisKind
from domain.actors import Actor
from domain.clock import Clock
from domain.decisions import Operation
from domain.events.message import MessagePublished
from eventstore.errors import AggregateNotFound
from eventstore.store import EventStore
from projections import access_history, access_history_owner
from projections.access_history import HistoryRow
from projections.database import ReadDatabase
from projections.positions import ReadPositions

CATCH_UP_SECONDS: Final = 5.0
"""How long an export waits for the history to have what the checkpoint has."""
_PAGE: Final = 100
_LISTED: Final = frozenset(
    {"subject", "business_data", "attention_of", "non_sensitive_title", "sender_number"}
)
"""What a list of messages shows of one: an export opens none, so that it discloses no more."""
_NEVER: Final = "document_key"

_encode = msgspec.json.Encoder().encode


@dataclass(frozen=True, slots=True)
class _Wanted:
    """One export: of whom, in which language, and what it is proved against.

    `position`: how far in the event store the history is known to be complete.
    """

    actor: Actor
    permission: Permission
    snapshot: Snapshot
    language: str
    at: datetime
    position: int

    @property
    def mailboxes(self) -> tuple[UUID, ...]:
        return (self.permission.mailbox_id, *sorted(self.permission.merged))


class HistoryExport:
    """The use case of owners who take their history home."""

    def __init__(
        self,
        *,
        own: OwnProofs,
        log: ServedLog,
        events: EventStore,
        authority: Authority,
        parties: Parties,
        database: ReadDatabase,
        positions: ReadPositions,
        reference: Reference,
        words: PlainWords,
        clock: Clock,
    ) -> None:
        self._own = own
        self._log = log
        self._events = events
        self._authority = authority
        self._parties = parties
        self._database = database
        self._positions = positions
        self._reference = reference
        self._words = words
        self._clock = clock

    async def begin(
        self, actor: Actor, language: str, *, mailbox: UUID | None = None
    ) -> AsyncGenerator[bytes]:
        """The ZIP's bytes, once the access is on record. Raises `NotAllowed`, `NoLogYet`, `Unavailable`."""
        at = self._clock.now()
        permission = await self._authority.own_mailbox(actor, Operation.OWN_HISTORY, at, mailbox)
        snapshot = await self._log.threads.run(self._log.log.snapshot)
        last = await self._log.threads.run(self._log.log.last_position, snapshot)
        position = await self._positions.wait_for(access_history.MODEL.name, last, CATCH_UP_SECONDS)
        await self._own.record(actor, permission, at)
        return self._stream(_Wanted(actor, permission, snapshot, language, at, position))

    async def _stream(self, wanted: _Wanted) -> AsyncGenerator[bytes]:
        archive = ZipStream(wanted.at)
        run = self._log.threads.run
        yield archive.whole(files.HOW_TO, resources("audit.proving").joinpath(files.HOW_TO).read_bytes())
        yield archive.whole(files.CHECKPOINT, wanted.snapshot.note)
        yield archive.whole(files.VKEYS, await run(self._log.log.vkeys))
        if (witnessed := await self._witnessed()) is not None:
            yield archive.whole(files.WITNESSED, witnessed)
        yield archive.whole(files.HEADS, _encode(await run(self._heads, wanted)))
        async for chunk in archive.streamed(files.LEAVES, self._each_leaf(wanted, self._leaf_lines)):
            yield chunk
        async for chunk in archive.streamed(files.DISCLOSURES, self._each_leaf(wanted, self._disclosures)):
            yield chunk
        async for chunk in archive.streamed(files.HISTORY, self._history(wanted)):
            yield chunk
        yield archive.end()

    async def _witnessed(self) -> bytes | None:
        """None where nobody cosigns this log, or not yet."""
        try:
            return await self._log.witnessed()
        except NoLogYet:
            return None

    async def _each_leaf(
        self,
        wanted: _Wanted,
        lines: Callable[[_Wanted, UUID, list[LeafRow], Collection[int]], Awaitable[list[Any]]],
    ) -> AsyncIterator[bytes]:
        for mailbox_id in wanted.mailboxes:
            subject, after = mailbox_subject(mailbox_id), 0
            while rows := await self._log.threads.run(
                chain_page, self._log.log, wanted.snapshot, subject, after
            ):
                hidden = await withheld(self._events, rows, wanted.at)
                yield b"".join(_encode(one) + b"\n" for one in await lines(wanted, mailbox_id, rows, hidden))
                after = rows[-1].sequence

    async def _leaf_lines(
        self, wanted: _Wanted, _mailbox: UUID, rows: list[LeafRow], hidden: Collection[int]
    ) -> list[ExportedLeaf]:
        return await self._log.threads.run(
            lambda: [_leaf_line(wanted.snapshot, row, row.sequence in hidden) for row in rows]
        )

    async def _disclosures(
        self, wanted: _Wanted, mailbox_id: UUID, rows: list[LeafRow], hidden: Collection[int]
    ) -> list[Disclosure]:
        party = await self._parties.by_mailbox(mailbox_id)
        owners = {wanted.actor.party_id, *([party.party_id] if party else [])}
        shown = {row.position: row for row in rows if row.sequence not in hidden}
        found = await self._events.disclose(sorted(shown), owners)
        lines = []
        for position, fields in found.items():
            row = shown[position]
            allowed = await self._fields_of(wanted, row) if fields else None
            lines += [
                Disclosure(
                    subject=row.subject,
                    sequence=row.sequence,
                    path=one.path,
                    plaintext=one.plaintext.decode(),
                    salt=one.salt,
                )
                for one in fields
                if not one.path.endswith(_NEVER) and (allowed is None or one.path in allowed)
            ]
        return lines

    async def _fields_of(self, wanted: _Wanted, row: LeafRow) -> Collection[str] | None:
        """Which fields of this event the owner sees without opening anything; None for all of them."""
        entry = decode(row.entry)
        if entry.kind != MessagePublished.TOPIC:
            return None
        if wanted.permission.basis.kind is not BasisKind.SELF:
            return ()  # who manages an enterprise's mailbox need not be who reads its messages
        ((_, published),) = await self._events.at_positions([row.position])
        try:
            message = await self._events.get(published.originator_id)
        except AggregateNotFound:
            return ()
        return _LISTED if message.is_readable and not message.is_recalled else ()

    def _heads(self, wanted: _Wanted) -> list[ExportedHead]:
        day = self._own.last_closed(wanted.snapshot)
        return [_head(wanted.snapshot, day, self._own.head, mailbox_subject(one)) for one in wanted.mailboxes]

    async def _history(self, wanted: _Wanted) -> AsyncIterator[bytes]:
        reference = await self._reference.current()
        say = partial(
            self._words.sentence,
            reader_party=wanted.actor.party_id,
            reference=reference,
            language=wanted.language,
        )
        facts = {
            "language": wanted.language,
            "exportedAt": wanted.at,
            "position": wanted.position,
            "mailboxes": [{"mailboxId": one, "subject": mailbox_subject(one)} for one in wanted.mailboxes],
        }
        yield _encode(facts)[:-1] + b',"items":['
        before: int | None = None
        separator = b""
        while True:
            rows = await self._database.run(
                access_history_owner.page, wanted.mailboxes, wanted.at, before=before, limit=_PAGE
            )
            # Unlike a page, which is shown without them where there are none to be had
            leaves = await self._log.threads.run(self._log.log.covered, [row.position for row in rows])
            for row in rows:
                yield separator + _encode(_line(row, leaves.get(row.position), wanted.snapshot, say))
                separator = b",\n"
            if len(rows) < _PAGE:
                break
            before = rows[-1].position
        yield b"]}\n"


def _line(
    row: HistoryRow, leaf: LeafRow | None, snapshot: Snapshot, say: Callable[[HistoryRow], str]
) -> dict[str, Any]:
    line: dict[str, Any] = {
        "at": row.at,
        "sentence": say(row),
        "kind": row.kind,
        "position": row.position,
        "eventId": row.event_id,
        "messageId": row.message_id,
    }
    if leaf is not None and snapshot.covers(leaf):
        line |= {"subject": leaf.subject, "sequence": leaf.sequence}
        if not row.is_withheld:
            line["leafIndex"] = leaf.index
    return line


def _leaf_line(snapshot: Snapshot, row: LeafRow, is_withheld: bool) -> ExportedLeaf:
    if is_withheld:
        return ExportedLeaf(subject=row.subject, sequence=row.sequence, leaf_hash=row.leaf_hash)
    return ExportedLeaf(
        subject=row.subject,
        sequence=row.sequence,
        index=row.index,
        entry=row.entry.decode("ascii"),
        hashes=list(snapshot.proof(row).hashes),
    )


def _head(
    snapshot: Snapshot,
    day: ClosedDay | None,
    head_of: Callable[[ClosedDay | None, str], HeadProof | None],
    subject: str,
) -> ExportedHead:
    head = head_of(day, subject)
    if day is None or head is None:
        return ExportedHead(subject=subject)
    return ExportedHead(
        subject=subject,
        day=ExportedDay(
            index=day.row.index,
            entry=day.row.entry.decode("ascii"),
            hashes=list(snapshot.proof(day.row).hashes),
        ),
        record=head.record,
        index=head.index,
        count=head.count,
        hashes=list(head.hashes),
    )
