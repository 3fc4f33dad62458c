"""Publishing all items: one task reads them and the others send, through a queue with few places.

Items without files of their own go in batches, the others one by one with their files. Only what is under
way is in memory, however long the file is.
"""

from __future__ import annotations

import asyncio
from typing import Final

from ebox_client import (
    BatchItem,
    EboxClient,
    File,
    NotAuthenticated,
    Problem,
    Published,
    Refused,
    Unavailable,
)

from application.progress import Progress
from commands.publishing.folder import Folder
from commands.publishing.items import Item, ItemInvalid
from commands.publishing.preparing import Prepared, Preparer
from commands.publishing.results import Results
from commands.publishing.sharing import SharedDocuments
from commands.publishing.survey import Reading
from commands.publishing.tally import Tally

SMALLEST_BATCH: Final = 100
LARGEST_BATCH: Final = 1000
LARGEST_BATCH_BYTES: Final = 4 * 1024 * 1024
"""About so much: what an item says is counted in characters, and the last one may go beyond."""

BATCHES: Final = 4
"""Batches under way at once: more would not be faster, and eBox has few places for them."""

WAITING: Final = 2
"""Batches, or items with files, that are ready before anybody is free to send them."""

PATIENCE: Final = 10
"""After so many requests in succession without an answer the run ends: eBox is away."""


class GaveUp(Exception):
    """eBox is away."""


class BulkPublication:
    """One run over a file of items."""

    def __init__(
        self,
        client: EboxClient,
        folder: Folder,
        preparer: Preparer,
        documents: SharedDocuments,
        results: Results,
        progress: Progress,
        tally: Tally,
    ) -> None:
        self._client = client
        self._folder = folder
        self._preparer = preparer
        self._documents = documents
        self._results = results
        self._progress = progress
        self._tally = tally
        self._batches = asyncio.Semaphore(BATCHES)
        self._unanswered = 0

    async def run(self, read: Reading, count: int, concurrency: int) -> None:
        """Publish all of them. Raises `GaveUp`, and what the client raises when no item would be taken."""
        self._progress.begin("publishing", count)
        queue: asyncio.Queue[list[Prepared] | None] = asyncio.Queue(WAITING)
        batch_size = min(LARGEST_BATCH, max(SMALLEST_BATCH, count // BATCHES))
        try:
            async with asyncio.TaskGroup() as tasks:
                for _ in range(concurrency):
                    tasks.create_task(self._work(queue))
                await self._fill(queue, read, batch_size)
                for _ in range(concurrency):
                    await queue.put(None)
        except ExceptionGroup as group:
            raise group.exceptions[0] from group

    async def _fill(
        self, queue: asyncio.Queue[list[Prepared] | None], read: Reading, batch_size: int
    ) -> None:
        batch: list[Prepared] = []
        size = 0
        for item in read():
            prepared = await self._prepare(item)
            if prepared is None:
                continue
            if not self._documents.are_all(prepared):
                await queue.put([prepared])
                continue
            batch.append(prepared)
            size += len(str(prepared.message))
            if len(batch) == batch_size or size >= LARGEST_BATCH_BYTES:
                await queue.put(batch)
                batch, size = [], 0
        if batch:
            await queue.put(batch)

    async def _prepare(self, item: Item | ItemInvalid) -> Prepared | None:
        if isinstance(item, ItemInvalid):  # the file was sound when it was looked at first
            raise item
        try:
            if all(self._folder.knows(name) for name in item.files.values()):
                prepared = self._preparer.prepare(item)
            else:  # a file has to be read, which takes a while
                prepared = await asyncio.to_thread(self._preparer.prepare, item)
        except (OSError, ItemInvalid):
            self._take(item.number, item.key or "", _UNREADABLE)
            return None
        if self._results.is_published(prepared.number, prepared.key):
            self._tally.skipped += 1
            self._progress.advance(1)
            return None
        return prepared

    async def _work(self, queue: asyncio.Queue[list[Prepared] | None]) -> None:
        while (work := await queue.get()) is not None:
            if self._documents.are_all(work[0]):
                await self._publish_batch(work)
            else:
                await self._publish_one(work[0])

    async def _publish_one(self, item: Prepared) -> None:
        try:
            message, names = await self._documents.refer(item)
            files = {part: File(self._folder.path(name)) for part, name in names.items()}
            outcome: Published | Problem = await self._client.publish(
                message, files, idempotency_key=item.key
            )
        except (Refused, Unavailable, OSError, ItemInvalid) as error:
            outcome = self._problem_of(error)
        self._take(item.number, item.key, outcome)

    async def _publish_batch(self, items: list[Prepared]) -> None:
        ready: list[Prepared] = []
        batch: list[BatchItem] = []
        for item in items:
            try:
                message, _ = await self._documents.refer(item)
            except (Refused, Unavailable, OSError, ItemInvalid) as error:
                self._take(item.number, item.key, self._problem_of(error))
                continue
            ready.append(item)
            batch.append(BatchItem(message, item.key))
        try:
            async with self._batches:
                outcomes = await self._client.publish_batch(batch)
        except (Refused, Unavailable) as error:
            outcomes = [self._problem_of(error)] * len(ready)
        for item, outcome in zip(ready, outcomes, strict=True):
            self._take(item.number, item.key, outcome)

    def _problem_of(self, error: Exception) -> Problem:
        """What stands in the results for it. Raises what ends the run."""
        if isinstance(error, NotAuthenticated):
            raise error
        if isinstance(error, Refused):
            return error.problem
        if not isinstance(error, Unavailable):
            return _UNREADABLE
        self._unanswered += 1
        if self._unanswered >= PATIENCE:
            raise GaveUp("eBox does not answer") from error
        return error.problem or _NO_ANSWER

    def _take(self, number: int, key: str, outcome: Published | Problem) -> None:
        if isinstance(outcome, Published):
            self._unanswered = 0
        self._results.write(number, key, outcome)
        self._tally.add(outcome)
        self._progress.advance(1)


_UNREADABLE: Final = Problem(
    0, "urn:problem-type:ebox:client:fileUnreadable", "A file cannot be read any more"
)
_NO_ANSWER: Final = Problem(0, "urn:problem-type:ebox:client:noAnswer", "There was no answer")
