"""The audit log with real witnesses: a quorum with one of them away, and a history that is rewritten."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import AsyncExitStack, ExitStack
from datetime import UTC, datetime
from pathlib import Path
from uuid import uuid4

import pytest
from starlette.applications import Starlette

from audit import leaf
from audit.leaf import Entry
from audit.sequencer.witnessing import Witnessing
from audit.tlog.checkpoints import Checkpoint
from audit.tlog.cosignatures import CosignerKey
from audit.tlog.growing import GrowingTree
from audit.tlog.merkle import HASH_BYTES, leaf_hash
from audit.tlog.notes import Note, SignerKey, sign_note
from audit.tlog.policies import Policy
from audit.tlog.tiles import tile_path
from audit.tlog.tree import TileTree
from audit.verifier.checkpoints import Trusted
from audit.verifier.findings import FINDINGS, FINE, Report, Rule
from audit.verifier.verifying import verify_log
from audit.witness.app import witness_app
from audit.witness.client import AskingLimits, Witnesses
from audit.witness.service import Witness
from audit.witness.state import State
from domain.clock import SystemClock
from domain.events.message import MessageOpened
from tests.auditlog import AuditLog, wait_for
from tests.integration.api.serving import served
from tests.integration.audit.sequencer.conftest import a_log
from tests.logbook import event_of
from tests.servers.ports import free_port
from tests.tampering.scene import chained


class Watched:
    """An audit log, two witnesses that serve, and a third of the policy that does not."""

    def __init__(self, log: AuditLog, policy: Policy, exits: ExitStack) -> None:
        self.log = log
        self.policy = policy
        self._exits = exits
        log.new_witnessing = lambda: Witnessing(self.witnesses(), policy, log.files)

    def witnesses(self) -> Witnesses:
        """Whoever asks them."""
        limits = AskingLimits(connect_seconds=1, answer_seconds=2, whole_seconds=3)
        made = Witnesses(self.policy, SystemClock(), ssl.create_default_context(), limits)
        self._exits.callback(made.close)
        return made

    def run_until_witnessed(self) -> Checkpoint:
        """Until the newest checkpoint has met the quorum."""
        with self.log.running():
            self.log.append(an_opening_now())
            covered = self.log.covered()
            wait_for(lambda: self.witnessed_size() == covered.size)
            return covered

    def witnessed_size(self) -> int | None:
        """Of the checkpoint that met it."""
        note = self.log.files.read("checkpoint-witnessed")
        if note is None or not self.policy.judge(note).is_satisfied:
            return None
        return Checkpoint.parse(Note.parse(note).text).size

    def verified(self, folder: Path | None = None) -> Report:
        """What somebody says who trusts the log's key and the policy, and has kept nothing."""
        trusted = Trusted([key.verifier for key in self.log.keys], (), self.policy)
        return verify_log(str(folder or self.log.folder / "audit-log"), trusted)


def an_opening_now() -> MessageOpened:
    """An event of this very moment, as a verifier wants it."""
    return event_of(
        MessageOpened,
        originator_id=uuid4(),
        originator_version=1,
        timestamp=datetime.now(UTC),
        event_id=uuid4(),
        access_id=uuid4(),
    )


class Forged:
    """Another history, whole in itself, and signed with the log's own key."""

    def __init__(self, folder: Path, entries: Sequence[Entry], key: SignerKey) -> None:
        data = [leaf.encode(one) for one in chained(entries)]
        growing = GrowingTree(lambda _path: None)
        growing.extend([leaf_hash(one) for one in data], data)
        self.folder, self.size = folder, growing.size
        self._files = growing.take_files()
        note = sign_note(Checkpoint(key.name, growing.size, growing.root()).text, key)
        for path, content in {**self._files, "checkpoint": note.encode()}.items():
            (folder / path).parent.mkdir(parents=True, exist_ok=True)
            (folder / path).write_bytes(content)

    def tree(self, size: int) -> TileTree:
        """As of that size."""
        tiles = {tile_path(0, 0, size): self._files[tile_path(0, 0, self.size)][: size * HASH_BYTES]}
        return TileTree(tiles.get, size)


@pytest.fixture
def audit_log(tmp_path: Path) -> Iterator[AuditLog]:
    yield from a_log(tmp_path, f"sqlite:///{tmp_path}/events.sqlite", f"sqlite:///{tmp_path}/audit.sqlite")


@pytest.fixture
async def watched(tmp_path: Path, audit_log: AuditLog) -> AsyncIterator[Watched]:
    app, lines = Starlette(), []
    with ExitStack() as exits:
        async with AsyncExitStack() as serving:
            port = await serving.enter_async_context(served(app))
            vkey = audit_log.keys[0].verifier
            for number in (1, 2):
                key, path = CosignerKey.generate(f"w{number}.example.org"), tmp_path / f"w{number}"
                State.make(path, key.verifier.text)
                witness = Witness(key, {vkey.name: (vkey,)}, State(path), SystemClock())
                exits.callback(witness.close)
                app.mount(f"/{number}", witness_app(witness))
                lines.append(f"witness w{number} {key.verifier.text} http://127.0.0.1:{port}/{number}/")
            away = CosignerKey.generate("w3.example.org").verifier.text
            lines.append(f"witness w3 {away} http://127.0.0.1:{free_port()}/")
            lines += ["group two-of-three 2 w1 w2 w3", "quorum two-of-three", ""]
            yield Watched(audit_log, Policy.parse("\n".join(lines)), exits)


async def test_with_one_of_three_witnesses_away_the_quorum_is_met_and_believed(watched: Watched) -> None:
    checkpoint = await asyncio.to_thread(watched.run_until_witnessed)
    note = watched.log.files.read("checkpoint")
    assert note is not None
    assert set(watched.policy.judge(note).cosigned_by) == {"w1", "w2"}
    report = watched.verified()
    assert (report.exit_code, report.findings) == (FINE, [])
    later = await asyncio.to_thread(watched.run_until_witnessed)
    assert later.size > checkpoint.size


async def test_a_history_that_is_rewritten_and_signed_with_the_log_s_own_key_is_caught_by_its_witnesses(
    watched: Watched, tmp_path: Path
) -> None:
    watched.log.append(*(an_opening_now() for _ in range(20)))
    checkpoint = await asyncio.to_thread(watched.run_until_witnessed)
    watched.log.new_witnessing = None
    watched.log.append(*(an_opening_now() for _ in range(3)))
    await asyncio.to_thread(watched.log.run_until_covered)
    entries = watched.log.entries()
    forged = Forged(tmp_path / "forged", [*entries[:7], *entries[8:]], watched.log.keys[0])
    assert forged.size == checkpoint.size + 2
    for size in (checkpoint.size, forged.size):
        tree = forged.tree(size)
        note = sign_note(Checkpoint(checkpoint.origin, size, tree.root()).text, watched.log.keys[0]).encode()
        assert await asyncio.to_thread(watched.witnesses().submit, note, tree.consistency) == []
    assert {one.rule for one in watched.verified(forged.folder).findings} == {Rule.QUORUM}
    # Who shows what the witnesses did cosign shows with it that history was another one
    witnessed = watched.log.files.read("checkpoint-witnessed")
    assert witnessed is not None
    (forged.folder / "checkpoint-witnessed").write_bytes(witnessed)
    report = watched.verified(forged.folder)
    assert report.exit_code == FINDINGS
    assert {one.rule for one in report.findings} == {Rule.REWRITTEN}
