"""The published log as the API serves it: without blocking the event loop, and with a bound on who waits."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final
from uuid import UUID

from audit.proving.log import ProvenLog
from audit.sequencer.rows import LeafRow
from audit.tlog.proofs import TlogProof
from audit.tlog.tiles import TilePath
from domain.errors import NotFound
from threads import BoundedThreads

MOST_AT_ONCE: Final = 100
"""Events whose leaves are looked up with one question: a page of the access history."""


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

    async def leaves(self, event_ids: Iterable[UUID]) -> dict[UUID, LeafRow]:
        """The leaves of those of these events (`MOST_AT_ONCE` at most) that the newest checkpoint has.

        None before there is a log: that nobody can prove a line does not keep it from being shown.
        """
        return await self.threads.run(self.log.covered, event_ids)

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


def _there(found: bytes | None) -> bytes:
    if found is None:
        raise NotFound("tile")
    return found
