"""Writes the rows: a page of leaves, what they change, and what was signed.

Only the sequencer that leads writes. Should two do it all the same, the leaf's primary key lets one through,
and of the other's page nothing is written.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final, NamedTuple, cast
from uuid import UUID

import psycopg
import sqlalchemy as sa
from sqlalchemy.engine import Connection
from sqlalchemy.exc import IntegrityError

from audit.sequencer.database import AuditDatabase
from audit.sequencer.errors import Interrupted, Refused
from audit.sequencer.rows import Head
from audit.sequencer.tables import CHECKPOINT, HEAD, LEAF, MESSAGE_SUBJECT

SIGNED: Final = "signed"
WITNESSED: Final = "witnessed"

_PORTION: Final = 500
_MAILBOXES: Final = (b"m", b"n")
"""Between these bounds lie the subjects that are mailboxes."""

_COPY: Final = (
    "COPY leaf (leaf_index, position, event_id, subject, sequence, entry, leaf_hash)"
    " FROM STDIN WITH (FORMAT binary)"
)
_COPIED: Final = ("int8", "int8", "uuid", "bytea", "int8", "bytea", "bytea")
_HEADS: Final = (
    "INSERT INTO head SELECT * FROM unnest(%b::bytea[], %b::bigint[], %b::bytea[])"
    " ON CONFLICT (subject) DO UPDATE SET sequence = excluded.sequence, leaf_hash = excluded.leaf_hash"
)
_MESSAGES: Final = (
    "INSERT INTO message_subject SELECT * FROM unnest(%b::uuid[], %b::bytea[]) ON CONFLICT DO NOTHING"
)
_HEADS_OF: Final = "SELECT subject, sequence, leaf_hash FROM head WHERE subject = ANY(%b::bytea[])"
_SUBJECTS_OF: Final = "SELECT stream, subject FROM message_subject WHERE stream = ANY(%b::uuid[])"


class NewLeaf(NamedTuple):
    """A leaf as its row lies in the table; `subject` as `audit.sequencer.tables.kept_subject` has it."""

    number: int
    position: int
    event_id: UUID
    subject: bytes
    sequence: int
    entry: bytes
    leaf_hash: bytes


@dataclass(frozen=True, slots=True)
class NewLeaves:
    """A page to be written. `messages`: whose the messages are that were published in it."""

    leaves: Sequence[NewLeaf]
    heads: Mapping[bytes, Head]
    messages: Mapping[UUID, bytes]


@dataclass(frozen=True, slots=True)
class KeptCheckpoint:
    """A checkpoint that was signed: what it says, and the note itself."""

    size: int
    root: bytes
    note: bytes


class RowWriter:
    """The rows, for the sequencer. Blocks. Raises `domain.errors.Unavailable`."""

    def __init__(self, database: AuditDatabase) -> None:
        self._database = database

    def add(self, page: NewLeaves) -> None:
        """Write a page: all of it, committed and synced when this returns, or none.

        Raises `Interrupted` where leaves of these numbers are there, `Refused` where only an event's is.
        """
        try:
            with self._database.transaction() as connection:
                if connection.dialect.name == "postgresql":
                    _copy_in(_driver(connection), page)
                else:
                    _insert(connection, page)
        except (IntegrityError, psycopg.IntegrityError) as error:
            self._require_new_numbers(page)
            first, last = page.leaves[0].position, page.leaves[-1].position
            raise Refused(
                f"an event at a position from {first} to {last} has the id of another one, or its subject's "
                "leaves are not as they were: a database was written to past eBox. `ebox audit reconcile` "
                "names the row; take it from a backup"
            ) from error

    def _require_new_numbers(self, page: NewLeaves) -> None:
        with self._database.reading() as connection:
            last = connection.execute(sa.select(sa.func.max(LEAF.c.leaf_index))).scalar()
        if last is not None and last >= page.leaves[0].number:
            raise Interrupted("another sequencer has written these leaves")

    def heads_of(self, subjects: Iterable[bytes]) -> dict[bytes, Head]:
        """The last leaf of each subject that has one."""
        rows = self._look_up(_HEADS_OF, HEAD.c.subject, list(subjects), HEAD)
        return {subject: Head(sequence, leaf_hash) for subject, sequence, leaf_hash in rows}

    def subjects_of(self, messages: Iterable[UUID]) -> dict[UUID, bytes]:
        """Whose these messages are, as far as known."""
        rows = self._look_up(_SUBJECTS_OF, MESSAGE_SUBJECT.c.stream, list(messages), MESSAGE_SUBJECT)
        return dict(rows)

    def mailbox_heads(self) -> Iterator[tuple[bytes, int, bytes]]:
        """Subject, sequence and leaf hash of each mailbox's last leaf, sorted by subject, as they are now."""
        query = sa.select(HEAD.c.subject, HEAD.c.sequence, HEAD.c.leaf_hash).order_by(HEAD.c.subject)
        return self._by_subject(lambda after: query.where(_between(HEAD.c.subject, after)))

    def mailbox_heads_before(self, index: int) -> Iterator[tuple[bytes, int, bytes]]:
        """The same as they were before the leaf of this number."""

        def query(after: bytes) -> sa.Select[Any]:
            last = (
                sa.select(LEAF.c.subject, sa.func.max(LEAF.c.sequence).label("sequence"))
                .where(_between(LEAF.c.subject, after), LEAF.c.leaf_index < index)
                .group_by(LEAF.c.subject)
                .order_by(LEAF.c.subject)
                .limit(_PORTION)
                .subquery()
            )
            same = (LEAF.c.subject == last.c.subject) & (LEAF.c.sequence == last.c.sequence)
            columns = sa.select(LEAF.c.subject, LEAF.c.sequence, LEAF.c.leaf_hash)
            return columns.join(last, same).order_by(LEAF.c.subject)

        return self._by_subject(query)

    def checkpoint(self, kind: str) -> KeptCheckpoint | None:
        """The last one of this kind; None before the first."""
        query = sa.select(CHECKPOINT).where(CHECKPOINT.c.kind == kind)
        with self._database.reading() as connection:
            row = connection.execute(query).first()
        return None if row is None else KeptCheckpoint(row.size, row.root, row.note)

    def keep_checkpoint(self, kind: str, new: KeptCheckpoint, after: KeptCheckpoint | None) -> None:
        """Put `new` in the place of `after`: committed and synced when this returns.

        Raises `Interrupted` where another one is there than `after`.
        """
        values = {"size": new.size, "root": new.root, "note": new.note}
        try:
            with self._database.transaction() as connection:
                if after is None:
                    connection.execute(sa.insert(CHECKPOINT).values(kind=kind, **values))
                    return
                same = (CHECKPOINT.c.size == after.size) & (CHECKPOINT.c.root == after.root)
                changed = connection.execute(
                    sa.update(CHECKPOINT).where(CHECKPOINT.c.kind == kind, same).values(**values)
                )
                if changed.rowcount != 1:
                    raise Interrupted("another sequencer has signed meanwhile")
        except IntegrityError as error:
            raise Interrupted("another sequencer has signed meanwhile") from error

    def _look_up(
        self, statement: str, key: sa.Column[Any], keys: Sequence[Any], table: sa.Table
    ) -> list[tuple[Any, ...]]:
        if not keys:
            return []
        found: list[tuple[Any, ...]] = []
        with self._database.reading() as connection:
            if connection.dialect.name == "postgresql":
                with _driver(connection).cursor() as cursor:
                    return cursor.execute(statement, [keys], binary=True).fetchall()
            for begin in range(0, len(keys), _PORTION):
                rows = connection.execute(sa.select(table).where(key.in_(keys[begin : begin + _PORTION])))
                found += [tuple(row) for row in rows]
        return found

    def _by_subject(self, query: Any) -> Iterator[tuple[bytes, int, bytes]]:
        after = _MAILBOXES[0]
        while True:
            with self._database.reading() as connection:
                page = connection.execute(query(after).limit(_PORTION)).all()
            for row in page:
                yield row.subject, row.sequence, row.leaf_hash
            if len(page) < _PORTION:
                return
            after = page[-1].subject


def _between(subject: sa.Column[Any], after: bytes) -> Any:
    return (subject > after) & (subject < _MAILBOXES[1])


def _driver(connection: Connection) -> psycopg.Connection[Any]:
    return cast("psycopg.Connection[Any]", connection.connection.driver_connection)


def _copy_in(driver: psycopg.Connection[Any], page: NewLeaves) -> None:
    with driver.cursor() as cursor:
        with cursor.copy(_COPY) as copy:
            copy.set_types(_COPIED)
            for leaf in page.leaves:
                copy.write_row(leaf)
        heads = page.heads.values()
        cursor.execute(
            _HEADS,
            [list(page.heads), [head.sequence for head in heads], [head.leaf_hash for head in heads]],
            binary=True,
        )
        if page.messages:
            cursor.execute(_MESSAGES, [list(page.messages), list(page.messages.values())], binary=True)


def _insert(connection: Connection, page: NewLeaves) -> None:
    names = [column.name for column in LEAF.columns]
    connection.execute(sa.insert(LEAF), [dict(zip(names, leaf, strict=True)) for leaf in page.leaves])
    heads = [
        {"subject": subject, "sequence": head.sequence, "leaf_hash": head.leaf_hash}
        for subject, head in page.heads.items()
    ]
    connection.execute(sa.insert(HEAD).prefix_with("OR REPLACE"), heads)
    if page.messages:
        messages = [{"stream": stream, "subject": subject} for stream, subject in page.messages.items()]
        connection.execute(sa.insert(MESSAGE_SUBJECT).prefix_with("OR IGNORE"), messages)
