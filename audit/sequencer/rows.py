"""The leaves as rows, for reading: by event, by subject, by number.

What is asked by key is asked by an index, whatever the log's size.
"""

from __future__ import annotations

import base64
from bisect import bisect_left
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import Row

from audit.sequencer.database import AuditDatabase
from audit.sequencer.tables import HEAD, LEAF, kept_subject

_PORTION: Final = 500
_NEWEST: Final = 32


@dataclass(frozen=True, slots=True)
class LeafRow:
    """One leaf: its number in the tree, its event, its place in its subject's chain, its bytes."""

    index: int
    position: int
    event_id: UUID
    subject: str
    sequence: int
    entry: bytes
    leaf_hash: bytes


@dataclass(frozen=True, slots=True)
class Head:
    """The last leaf of a subject."""

    sequence: int
    leaf_hash: bytes


class LeafRows:
    """Reads leaves. Blocks: from a coroutine call it in a thread. Safe among threads.

    Every method raises `domain.errors.Unavailable` where the database does not answer. A row may be there a
    moment before a checkpoint covers it: compare its index with the checkpoint's size.
    """

    def __init__(self, database: AuditDatabase) -> None:
        self._database = database

    def find(self, event_ids: Iterable[UUID]) -> dict[UUID, LeafRow]:
        """The leaves of these events; one that is not sequenced yet is left out."""
        found = self._where(LEAF.c.event_id, list(event_ids))
        return {row.event_id: row for row in found}

    def at_positions(self, positions: Iterable[int]) -> dict[int, LeafRow]:
        """The leaves of the events at these positions; one that is not sequenced yet is left out."""
        return {row.position: row for row in self._where(LEAF.c.position, list(positions))}

    def at(self, indexes: Iterable[int]) -> dict[int, LeafRow]:
        """The leaves of these numbers; where there is none, none."""
        return {row.index: row for row in self._where(LEAF.c.leaf_index, list(indexes))}

    def of_subject(self, subject: str, after_sequence: int, limit: int) -> list[LeafRow]:
        """A subject's next leaves by sequence, behind this one (0: from the first)."""
        query = (
            sa.select(LEAF)
            .where(LEAF.c.subject == kept_subject(subject), LEAF.c.sequence > after_sequence)
            .order_by(LEAF.c.sequence)
            .limit(limit)
        )
        with self._database.reading() as connection:
            return [leaf_row(row) for row in connection.execute(query)]

    def newest_of(self, subject: str, *, start: int, end: int, limit: int) -> list[LeafRow]:
        """Of a subject's leaves of events from position `start` to before `end` the newest, newest first."""
        head = self.head_of(subject)
        if head is None:
            return []
        found: list[LeafRow] = []
        is_theirs = LEAF.c.subject == kept_subject(subject)
        with self._database.reading() as connection:

            def position(sequence: int) -> int:
                query = sa.select(LEAF.c.position).where(is_theirs, LEAF.c.sequence == sequence)
                return connection.scalar(query) or 0  # none: somebody deleted it, which is for others to find

            # A chain's positions rise with its numbers, and no index has them by subject.
            is_newest = position(head.sequence) < end
            last = head.sequence if is_newest else bisect_left(range(1, head.sequence), end, key=position)
            while last > 0 and len(found) < limit:
                portion = min(_NEWEST, limit - len(found))
                query = sa.select(LEAF).where(is_theirs, LEAF.c.sequence <= last)
                newest = connection.execute(query.order_by(LEAF.c.sequence.desc()).limit(portion))
                found += [leaf_row(row) for row in newest if row.position >= start]
                if not found or last - found[-1].sequence + 1 < portion:
                    break
                last = found[-1].sequence - 1
        return found

    def head_of(self, subject: str) -> Head | None:
        """A subject's last leaf; None where it has none."""
        query = sa.select(HEAD.c.sequence, HEAD.c.leaf_hash).where(HEAD.c.subject == kept_subject(subject))
        with self._database.reading() as connection:
            row = connection.execute(query).first()
        return None if row is None else Head(row.sequence, row.leaf_hash)

    def pages(self, start: int, end: int, page_rows: int) -> Iterator[list[LeafRow]]:
        """The leaves of these numbers (`end` not among them), in order, `page_rows` at most at once."""
        at = start
        while at < end:
            query = (
                sa.select(LEAF)
                .where(LEAF.c.leaf_index >= at, LEAF.c.leaf_index < min(end, at + page_rows))
                .order_by(LEAF.c.leaf_index)
            )
            with self._database.reading() as connection:
                page = [leaf_row(row) for row in connection.execute(query)]
            if not page:
                return
            yield page
            at = page[-1].index + 1

    def last(self) -> LeafRow | None:
        """The last leaf of all; None in an empty log."""
        query = sa.select(LEAF).order_by(LEAF.c.leaf_index.desc()).limit(1)
        with self._database.reading() as connection:
            row = connection.execute(query).first()
        return None if row is None else leaf_row(row)

    def _where(self, column: sa.Column[Any], values: Sequence[Any]) -> list[LeafRow]:
        found: list[LeafRow] = []
        with self._database.reading() as connection:
            for begin in range(0, len(values), _PORTION):
                some = values[begin : begin + _PORTION]
                found += [
                    leaf_row(row) for row in connection.execute(sa.select(LEAF).where(column.in_(some)))
                ]
        return found


def leaf_row(row: Row[Any]) -> LeafRow:
    """The leaf of a row of all columns."""
    kept: bytes = row.subject
    pseudonym = base64.urlsafe_b64encode(kept[1:]).rstrip(b"=").decode()
    return LeafRow(
        index=row.leaf_index,
        position=row.position,
        event_id=row.event_id,
        subject=f"{kept[:1].decode()}:{pseudonym}",
        sequence=row.sequence,
        entry=row.entry,
        leaf_hash=row.leaf_hash,
    )
