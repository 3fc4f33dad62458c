"""A whole audit log of so many events, as the audit log would have written it over some days.

Its entries have the members, sizes and kinds of those of the events that `bench.lives` makes, with random
bytes in the place of digests and commitments, so that a million are made in half a minute. Everything that a
verifier follows is as it has to be: the chains of all mailboxes, positions, times, the heads at the end of
each day, tiles, bundles, and the signed checkpoint. Whose turn it is, is left to chance, as with a country's
citizens.
"""

from __future__ import annotations

import base64
import os
import tempfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import chain, islice
from pathlib import Path
from random import Random
from typing import Any, Final
from uuid import UUID, uuid4

from audit import leaf
from audit.tlog.checkpoints import Checkpoint
from audit.tlog.growing import GrowingTree
from audit.tlog.merkle import Frontier, leaf_hash
from audit.tlog.notes import SignerKey, sign_note
from bench.audit_logs import ORIGIN, write_files
from bench.lives import decisions
from eventstore.mapper import EventMapper
from tests.logbook import a_key_store, know

DAYS: Final = 4
PAGE: Final = 250
"""Events that the log takes at one moment."""
_MOMENT: Final = "%Y-%m-%dT%H:%M:%S.%fZ"
_GAP: Final = 3
"""Positions have gaps."""


@dataclass(frozen=True, slots=True)
class Template:
    """What entries of one kind of event have alike: which personal fields are committed to."""

    kind: str
    committed: tuple[str, ...]


@dataclass(slots=True)
class _History:
    """The log while it grows."""

    leaves: int
    subjects: list[str]
    templates: list[Template]
    key: SignerKey
    began: datetime
    heads: dict[str, tuple[int, bytes]] = field(default_factory=dict)
    own: str = field(default_factory=lambda: leaf.stream_subject(uuid4()))

    def entries(self) -> Iterator[tuple[bytes, bytes]]:
        """Each entry with its leaf hash, in their order."""
        chance = Random(self.leaves)  # noqa: S311 - the same turns each time
        a_day = self.leaves // DAYS
        vkeys = [self.key.verifier.text]
        for index in range(self.leaves):
            if index == 0:
                kind, facts = Template("audit_log.began", ()), {"origin": ORIGIN, "vkeys": vkeys}
                yield self._entry(index, self.own, kind, facts)
            elif index % a_day == 0:
                yield self._entry(index, self.own, Template(leaf.CLOSED_DAY, ()), self._closing(index))
            else:
                subject = self.subjects[chance.randrange(len(self.subjects))]
                yield self._entry(index, subject, self.templates[index % len(self.templates)], None)

    def _entry(
        self, index: int, subject: str, template: Template, facts: dict[str, Any] | None
    ) -> tuple[bytes, bytes]:
        sequence, previous = self.heads.get(subject, (0, None))
        logged = self._logged(index)
        entry = leaf.encode(
            leaf.Entry(
                commitments={path: _commitment() for path in template.committed},
                event=str(UUID(bytes=os.urandom(16), version=4)),
                facts=facts,
                kind=template.kind,
                logged=logged.strftime(_MOMENT),
                position=1 + index * _GAP,
                previous=previous,
                sequence=sequence + 1,
                stored=os.urandom(32),
                subject=subject,
                time=(logged - timedelta(microseconds=index * 7919 % 900_000)).strftime(_MOMENT),
                v=leaf.VERSION,
            )
        )
        hashed = leaf_hash(entry)
        self.heads[subject] = (sequence + 1, hashed)
        return entry, hashed

    def _closing(self, index: int) -> dict[str, Any]:
        tree = Frontier()
        mailboxes = {subject: head for subject, head in self.heads.items() if leaf.is_mailbox(subject)}
        for record in sorted(leaf.head_record(subject, *head) for subject, head in mailboxes.items()):
            tree.append(leaf_hash(record))
        day = (self._logged(index) - timedelta(hours=1)).date()
        heads = base64.b64encode(tree.root()).decode()
        return {"day": day.isoformat(), "heads": heads, "count": tree.size}

    def _logged(self, index: int) -> datetime:
        day, number = divmod(index, self.leaves // DAYS)
        step = timedelta(days=1) / (self.leaves // DAYS)
        return self.began + timedelta(days=day) + (number // PAGE * PAGE) * step + timedelta(seconds=2)


def write_history(folder: Path, leaves: int, mailboxes: int) -> tuple[Path, Path]:
    """The log in this folder; returns a file with its verifier key, and one with a checkpoint of nine tenths.

    Files are not synced one by one, as nothing here is to survive a crash.
    """
    key = SignerKey.generate(ORIGIN)
    midnight = datetime.now(UTC).replace(hour=0, minute=0, second=0, microsecond=0)
    history = _History(
        leaves,
        [leaf.mailbox_subject(uuid4()) for _ in range(mailboxes)],
        templates(),
        key,
        midnight - timedelta(days=DAYS),
    )
    pinned_at = leaves * 9 // 10
    tree = GrowingTree(lambda _path: None)
    entries = history.entries()
    pinned = folder.parent / "pinned"
    while some := list(
        islice(entries, min(10_000, pinned_at - tree.size if tree.size < pinned_at else 10_000))
    ):
        tree.extend([hashed for _, hashed in some], [entry for entry, _ in some])
        write_files(folder, tree.take_full_files())
        if tree.size == pinned_at:
            pinned.write_bytes(_signed(tree, key))
    write_files(folder, {**tree.take_files(), "checkpoint": _signed(tree, key)})
    vkeys = folder.parent / "vkeys"
    vkeys.write_text(f"{key.verifier.text}\n")
    return vkeys, pinned


def templates() -> list[Template]:
    """Of each event in a message's life, in their order, as the event store's own mapper writes them."""
    found = []
    with tempfile.TemporaryDirectory(prefix="ebox-bench-") as name, a_key_store(Path(name)) as key_store:
        party, mapper = know(key_store.keys, uuid4()), EventMapper(key_store.keys)
        for event in chain.from_iterable(islice(decisions([(party, uuid4())], datetime.now(UTC)), 5)):
            stored = mapper.to_stored_event(event)
            facts = leaf.read_state(event.originator_id, stored.topic, stored.state)
            found.append(Template(stored.topic, tuple(facts.commitments)))
    return found


def _signed(tree: GrowingTree, key: SignerKey) -> bytes:
    return sign_note(Checkpoint(ORIGIN, tree.size, tree.root()).text, key).encode()


def _commitment() -> str:
    return base64.b64encode(os.urandom(32)).decode()
