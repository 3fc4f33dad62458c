"""A copy of the genuine log and event store, for one tamperer; and what the verifier says of it then."""

from __future__ import annotations

import base64
import hashlib
import shutil
import sqlite3
from collections.abc import Callable, Iterable, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cached_property
from pathlib import Path
from typing import Any
from uuid import UUID

import msgspec

from audit import leaf
from audit.leaf import Entry
from audit.tlog.checkpoints import Checkpoint
from audit.tlog.growing import GrowingTree
from audit.tlog.merkle import Frontier, leaf_hash
from audit.tlog.notes import Note, SignerKey, sign_note
from audit.tlog.policies import Policy
from audit.tlog.tiles import TILE_WIDTH, decode_bundle, entries_path
from audit.verifier.checkpoints import Trusted
from audit.verifier.findings import Report, Rule
from audit.verifier.verifying import verify_log
from eventstore.recorder import RecordedEvent, recorded_event
from tests.tampering.genuine import ORIGIN, POLICY, Genuine


@dataclass(frozen=True, slots=True)
class Expected:
    """A finding that the verifier must have: of this rule, naming this leaf, or this mailbox, or both."""

    rule: Rule
    leaf: int | None = None
    subject: str | None = None


@dataclass(frozen=True, slots=True)
class Tampering:
    """One way to tamper. `how` changes a scene, and says what must be found; `others`: what may be found too.

    `code`: the exit status that it ends in.
    """

    what: str
    how: Callable[[Scene], Sequence[Expected]]
    others: frozenset[Rule] = frozenset()
    code: int = 1
    is_pinned: bool = True
    is_witnessed: bool = False
    with_rows: bool = False


class Scene:
    """A copy in a folder of its own."""

    def __init__(self, genuine: Genuine, folder: Path) -> None:
        self.log, self.store = folder / "log", folder / "events.sqlite"
        self.key = genuine.key
        self.earlier = genuine.earlier
        self.pinned = [genuine.earlier]
        self.event_store = f"sqlite:///{self.store}"
        shutil.copytree(genuine.log, self.log)
        with (
            closing(sqlite3.connect(genuine.event_store)) as source,
            closing(sqlite3.connect(self.store)) as target,
        ):
            source.backup(target)

    @cached_property
    def leaves(self) -> list[Entry]:
        """The genuine entries: to be asked for before the log is changed."""
        size = Checkpoint.parse(Note.parse((self.log / "checkpoint").read_bytes()).text).size
        bundles = [
            decode_bundle(
                (self.log / entries_path(start // TILE_WIDTH, min(TILE_WIDTH, size - start))).read_bytes()
            )
            for start in range(0, size, TILE_WIDTH)
        ]
        return [leaf.decode(one) for bundle in bundles for one in bundle]

    def index(self, kind: str, nth: int = 0) -> int:
        """The leaf of the n-th event of this kind."""
        return [number for number, one in enumerate(self.leaves) if one.kind == kind][nth]

    def sql(self, statement: str, *values: Any) -> None:
        """Write past eBox."""
        with closing(sqlite3.connect(self.store)) as connection, connection:
            connection.execute(statement, values)

    def state(self, position: int) -> Any:
        """The state of the row at this position, decoded."""
        with closing(sqlite3.connect(self.store)) as connection:
            query = "SELECT state FROM stored_events WHERE rowid = ?"
            return msgspec.json.decode(connection.execute(query, [position]).fetchone()[0])

    def put_state(self, position: int, state: Any) -> None:
        """Another state for the row at this position."""
        encoded = msgspec.json.encode(state)
        self.sql("UPDATE stored_events SET state = ? WHERE rowid = ?", encoded, position)

    def rows(self) -> list[RecordedEvent]:
        """Every row, as a recorder hands it out."""
        with closing(sqlite3.connect(self.store)) as connection:
            query = "SELECT rowid, originator_id, originator_version, topic, state FROM stored_events"
            return [
                recorded_event(position, UUID(stream), version, topic, state)
                for position, stream, version, topic, state in connection.execute(f"{query} ORDER BY rowid")
            ]

    def publish(self, entries: Iterable[Entry | bytes], *keys: SignerKey) -> None:
        """Put a log of exactly these entries in the place of the genuine one, signed with its own key."""
        shutil.rmtree(self.log)
        data = [one if isinstance(one, bytes) else leaf.encode(one) for one in entries]
        tree = GrowingTree(lambda _path: None)
        tree.extend([leaf_hash(one) for one in data], data)
        note = sign_note(Checkpoint(ORIGIN, tree.size, tree.root()).text, *(keys or (self.key,)))
        for path, content in {**tree.take_files(), "checkpoint": note.encode()}.items():
            self.write(path, content)

    def read(self, path: str) -> bytes:
        """A file of the log."""
        return (self.log / path).read_bytes()

    def write(self, path: str, data: bytes) -> None:
        """Another content for a file of the log."""
        file = self.log / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_bytes(data)

    def digests(self) -> dict[str, str]:
        """Of every file of the log, and of the rows: what shows that something was changed at all."""
        found = {
            str(file.relative_to(self.log)): hashlib.sha256(file.read_bytes()).hexdigest()
            for file in self.log.rglob("*")
            if file.is_file()
        }
        with closing(sqlite3.connect(self.store)) as connection:
            rows = connection.execute("SELECT rowid, * FROM stored_events ORDER BY rowid").fetchall()
        return found | {"rows": hashlib.sha256(repr(rows).encode()).hexdigest()}

    def verify(self, tampering: Tampering, *, event_store: str | None = None) -> Report:
        """What `ebox audit verify` says."""
        trusted = Trusted(
            [self.key.verifier],
            self.pinned if tampering.is_pinned else [],
            Policy.parse(POLICY) if tampering.is_witnessed else None,
        )
        store = (event_store or self.event_store) if tampering.with_rows else None
        return verify_log(str(self.log), trusted, event_store=store, now=datetime.now(UTC))


def chained(entries: Iterable[Entry]) -> list[Entry]:
    """The entries numbered and chained anew, with the heads that follow: what a clever liar does."""
    heads: dict[str, tuple[int, bytes]] = {}
    made: list[Entry] = []
    for one in entries:
        sequence, previous = heads.get(one.subject, (0, None))
        entry = msgspec.structs.replace(one, sequence=sequence + 1, previous=previous)
        if entry.kind == leaf.CLOSED_DAY:
            entry = msgspec.structs.replace(entry, facts=(entry.facts or {}) | _heads(heads))
        heads[entry.subject] = sequence + 1, leaf_hash(leaf.encode(entry))
        made.append(entry)
    return made


def _heads(heads: dict[str, tuple[int, bytes]]) -> dict[str, Any]:
    tree = Frontier()
    mailboxes = {subject: head for subject, head in heads.items() if leaf.is_mailbox(subject)}
    for record in sorted(leaf.head_record(subject, *head) for subject, head in mailboxes.items()):
        tree.append(leaf_hash(record))
    return {"heads": base64.b64encode(tree.root()).decode(), "count": tree.size}
