"""Makes the leaves of a page of events: their numbers, their places in their subjects' chains, their bytes.

What was last of a subject, and whose a message is, is remembered for those met lately, and looked up for the
others, all of a page at once.
"""

from __future__ import annotations

import base64
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, Final
from uuid import UUID

from audit import leaf
from audit.leaf import Entry, EventFacts, UnreadableState
from audit.sequencer.errors import Refused
from audit.sequencer.rows import Head
from audit.sequencer.rowwriter import NewLeaf, NewLeaves, RowWriter
from audit.sequencer.tables import kept_subject
from audit.tlog.merkle import leaf_hash
from eventstore.recorder import RecordedEvent

REMEMBERED: Final = 100_000
"""Subjects, and messages, at most: some 25 MB of each. Past it all are forgotten, and looked up again."""

_PUBLISHED: Final = "message.published"
_OF_A_MESSAGE: Final = "message."
_MOMENT: Final = "%Y-%m-%dT%H:%M:%S.%fZ"

_Read = tuple[RecordedEvent, UUID, EventFacts]


class LeafMaker:
    """The next leaves after those that are there. One thread."""

    def __init__(self, rows: RowWriter, size: int, logged: datetime | None) -> None:
        """`size`: how many leaves there are; `logged`: when the last of them was taken."""
        self._rows = rows
        self._size = size
        self._logged = logged or datetime.fromtimestamp(0, UTC)
        self._heads: dict[bytes, Head] = {}
        self._messages: dict[UUID, bytes] = {}

    @property
    def size(self) -> int:
        """How many leaves there are, and so the number of the next one."""
        return self._size

    def make(
        self, page: Sequence[RecordedEvent], now: datetime, told: Mapping[str, Any] | None = None
    ) -> NewLeaves:
        """The leaves of these events. The next call goes on behind them: write them, or make a new maker.

        `told`: what the leaf of `audit_log.day_closed` says beside the event's own facts.

        Raises `Refused` where a stored event is none, or its entry would be longer than a bundle can hold.
        """
        self._logged = max(self._logged, now)  # a clock that was set back does not set the log back
        read = [(one, _stream(one), _facts(one)) for one in page]
        published = {
            stream: kept_subject(leaf.mailbox_subject(facts.mailbox_id))
            for one, stream, facts in read
            if one.stored.topic == _PUBLISHED and facts.mailbox_id is not None
        }
        self._learn_messages(read, published)
        subjects = [self._subject(*each) for each in read]
        self._learn_heads(subjects)
        heads: dict[bytes, Head] = {}
        logged = self._logged.strftime(_MOMENT)
        leaves = [
            self._leaf(each, subject, heads, logged, told)
            for each, subject in zip(read, subjects, strict=True)
        ]
        return NewLeaves(leaves, heads, published)

    def _leaf(
        self,
        read: _Read,
        subject: tuple[str, bytes],
        heads: dict[bytes, Head],
        logged: str,
        told: Mapping[str, Any] | None,
    ) -> NewLeaf:
        one, stream, facts = read
        stored = one.stored
        name, kept = subject
        before = self._heads.get(kept)
        sequence = before.sequence + 1 if before else 1
        openly = {**(facts.facts or {}), **told} if told else facts.facts
        entry = leaf.encode(
            Entry(
                commitments=facts.commitments,
                event=facts.event_id,
                facts=openly,
                kind=stored.topic,
                logged=logged,
                position=one.position,
                previous=before.leaf_hash if before else None,
                sequence=sequence,
                stored=leaf.stored_digest(stream, stored.originator_version, stored.topic, stored.state),
                subject=name,
                time=facts.time,
                v=leaf.VERSION,
            )
        )
        if len(entry) > leaf.MAX_ENTRY_BYTES:
            raise Refused(f"the leaf of the event at position {one.position} is longer than a log can hold")
        hashed = leaf_hash(entry)
        self._heads[kept] = heads[kept] = Head(sequence, hashed)
        made = NewLeaf(self._size, one.position, UUID(facts.event_id), kept, sequence, entry, hashed)
        self._size += 1
        return made

    def _subject(self, one: RecordedEvent, stream: UUID, facts: EventFacts) -> tuple[str, bytes]:
        if facts.mailbox_id is not None:
            name = leaf.mailbox_subject(facts.mailbox_id)
            return name, kept_subject(name)
        kept = self._messages.get(stream) if one.stored.topic.startswith(_OF_A_MESSAGE) else None
        if kept is not None:
            return named_subject(kept), kept
        name = leaf.stream_subject(stream)
        return name, kept_subject(name)

    def _learn_messages(self, read: Sequence[_Read], published: Mapping[UUID, bytes]) -> None:
        if len(self._messages) > REMEMBERED:
            self._messages.clear()
        self._messages.update(published)
        wanted = {
            stream
            for one, stream, facts in read
            if facts.mailbox_id is None
            and one.stored.topic.startswith(_OF_A_MESSAGE)
            and stream not in self._messages
        }
        self._messages.update(self._rows.subjects_of(wanted))

    def _learn_heads(self, subjects: Sequence[tuple[str, bytes]]) -> None:
        if len(self._heads) > REMEMBERED:
            self._heads.clear()
        wanted = {kept for _, kept in subjects if kept not in self._heads}
        self._heads.update(self._rows.heads_of(wanted))


def named_subject(kept: bytes) -> str:
    """A subject as entries name it, from what the tables keep."""
    return f"{kept[:1].decode()}:{base64.urlsafe_b64encode(kept[1:]).rstrip(b'=').decode()}"


def _stream(one: RecordedEvent) -> UUID:
    stream = one.stored.originator_id
    return stream if isinstance(stream, UUID) else UUID(stream)


def _facts(one: RecordedEvent) -> EventFacts:
    try:
        return leaf.read_state(_stream(one), one.stored.topic, one.stored.state)
    except UnreadableState as error:
        raise Refused(
            f"what is stored at position {one.position} is no event: the event store was damaged or "
            "written to by something else. Restore it from a backup"
        ) from error
