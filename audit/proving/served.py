"""The published log as the API serves it: without blocking the event loop, and with a bound on who waits."""

from __future__ import annotations

from collections.abc import Iterable
from uuid import UUID

from audit.proving.log import LogState, ProvenLog
from audit.sequencer.rows import LeafRow
from audit.tlog.proofs import TlogProof
from audit.tlog.tiles import TilePath
from domain.errors import NotFound, Retryable
from threads import BoundedThreads


class ServedLog:
    """Reads the log for whoever asks. Every method raises `Busy`, `Unavailable`; without a log `NoLogYet`."""

    def __init__(self, log: ProvenLog, threads: BoundedThreads) -> None:
        self.log = log
        self.threads = threads

    async def checkpoint(self) -> bytes:
        """The newest checkpoint."""
        return (await self.threads.run(self.log.snapshot)).note

    async def witnessed(self) -> bytes:
        """The newest checkpoint that met the witnesses' quorum."""
        return await self.threads.run(self.log.witnessed)

    async def vkeys(self) -> bytes:
        """What checks the log's signatures."""
        return await self.threads.run(self.log.vkeys)

    async def tile(self, path: TilePath) -> bytes:
        """The tile or bundle at that path. Raises `NotFound` beyond what the newest checkpoint has."""
        return _there(await self.threads.run(self.log.tile, path))

    async def heads_tile(self, index: int, path: TilePath) -> bytes:
        """The same of a tree of mailbox heads. Raises `NotFound`."""
        return _there(await self.threads.run(self.log.heads_tile, index, path))

    async def stamped_sizes(self) -> bytes:
        """Of which sizes there are timestamps, one a line."""
        return await self.threads.run(self.log.stamped_sizes)

    async def timestamp(self, size: int) -> bytes:
        """The timestamp of the tree of this size. Raises `NotFound`."""
        return _there(await self.threads.run(self.log.timestamp, size), "timestamp")

    async def leaves(self, positions: Iterable[int]) -> dict[int, LeafRow]:
        """By position, the leaves of the events there (a page of them), as far as a checkpoint has them.

        None where there is no log, or it does not answer: that nobody can prove a line just now does not keep
        it from being shown.
        """
        try:
            return await self.threads.run(self.log.covered, positions)
        except Retryable:
            return {}

    async def state(self) -> LogState | None:
        """What can be said of the newest checkpoint; None where there is no log, or it does not answer."""
        try:
            return await self.threads.run(self.log.state)
        except Retryable:
            return None

    async def leaf(self, event_id: UUID) -> LeafRow:
        """The leaf of this event. Raises `NotLoggedYet`."""
        return await self.threads.run(self.log.leaf, event_id)

    async def proof(self, leaf: LeafRow) -> TlogProof:
        """That the log has this leaf, against the newest checkpoint. Raises `NotLoggedYet`."""
        return await self.threads.run(self._proof, leaf)

    async def consistency(self, old_size: int, size: int) -> list[bytes]:
        """That the smaller tree is the larger one's beginning. Raises `ValueError` where nothing shows it."""
        return await self.threads.run(self.log.consistency, old_size, size)

    def _proof(self, leaf: LeafRow) -> TlogProof:
        return self.log.snapshot().proof(leaf)


def _there(found: bytes | None, what: str = "tile") -> bytes:
    if found is None:
        raise NotFound(what)
    return found
