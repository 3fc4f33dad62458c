"""The audit log beside an erasure: what was proved before it, and what a verifier says after it."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from uuid import UUID

from application.logpages import pages_of
from audit.tlog.checkpoints import Checkpoint
from audit.tlog.notes import Note
from audit.verifier.checkpoints import Trusted
from audit.verifier.proving import check_proof, prove_consistency, prove_inclusion
from audit.verifier.sources import source_of
from audit.verifier.verifying import verify_log
from tests.integration.erasure.searching import url_of
from tests.integration.erasure.stage import Stage
from tests.waiting import until

WITHIN = 20.0


class Audited:
    """The log of the stage, by its published files alone."""

    def __init__(self, stage: Stage) -> None:
        self._system = stage.ebox.system
        self._event_store = url_of(stage.settings, "event_store")
        folder = self._system.log_dir
        assert folder is not None
        self.folder: Path = folder
        self._keys = [one.verifier for one in self._system.audit_keys]
        self._pinned: list[bytes] = []
        self._proofs: list[bytes] = []

    async def caught_up(self) -> bytes:
        """The checkpoint that has every event there is."""
        end = self._system.events.max_position()
        count = sum(len(page) for page in pages_of(self._system.events.recorder, 0, end))
        await until(lambda: self._size() >= count, within=WITHIN)
        note = self._system.published_log.checkpoint()
        assert note is not None
        return note

    async def keep_proofs(self, *messages: UUID) -> None:
        """As a citizen or a sender keeps them: of everything that happened to these messages."""
        self._pinned.append(await self.caught_up())
        source = source_of(str(self.folder))
        for message in messages:
            for event in self._system.events.events_of(message):
                self._proofs.append(prove_inclusion(source, event=str(event.event_id)))
        source.close()

    async def assert_still_true(self) -> None:
        """The whole log and each row are what they were, and every proof of before still proves it."""
        await self.caught_up()
        trusted = Trusted(self._keys, self._pinned)
        report = verify_log(str(self.folder), trusted, event_store=self._event_store)
        assert (report.findings, report.cannot_tell, report.exit_code) == ([], [], 0)
        assert self._proofs
        for proof in self._proofs:
            assert check_proof(proof, trusted)
        source = source_of(str(self.folder))
        for earlier in self._pinned:
            assert check_proof(prove_consistency(source, earlier), trusted)
        source.close()

    def _size(self) -> int:
        note = self._system.published_log.checkpoint()
        return -1 if note is None else Checkpoint.parse(Note.parse(note).text).size


@asynccontextmanager
async def audited(stage: Stage) -> AsyncIterator[Audited]:
    """With the role that makes it at work."""
    sequencer = stage.ebox.system.sequencer
    sequencing = asyncio.create_task(asyncio.to_thread(sequencer.run))
    try:
        yield Audited(stage)
    finally:
        sequencer.stop()
        await asyncio.wait_for(sequencing, WITHIN)
