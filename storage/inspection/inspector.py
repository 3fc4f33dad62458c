"""Inspects uploads in a few long-lived worker processes."""

from __future__ import annotations

import asyncio
import json
import os

import structlog

from domain.mediatypes import Check, MediaType
from storage.errors import InspectionRefused, InspectionUnavailable, SpoolUnavailable
from storage.inspection.metering import metered
from storage.inspection.process import WorkerEnded, WorkerProcess
from storage.inspection.report import InspectionReport
from storage.inspection.scanning import UploadScanning
from storage.spool import SpooledUpload

_PDF_START = b"%PDF-"
_log = structlog.get_logger()


class UploadInspector:
    """Bounded in every direction: processes, their memory and time, uploads that wait, and how long."""

    def __init__(
        self,
        *,
        workers: int = 2,
        max_waiting: int = 64,
        wait_seconds: float = 10.0,
        job_seconds: float = 10.0,
        memory_limit: int = 512 * 1024 * 1024,
        jobs_per_worker: int = 10_000,
        scanning: UploadScanning | None = None,
    ) -> None:
        """After `jobs_per_worker` documents a process is replaced, so that nothing it leaks adds up.

        Without `scanning` nothing is scanned for malware.
        """
        self._scanning = scanning
        self._max_waiting = max_waiting
        self._wait_seconds = wait_seconds
        self._job_seconds = job_seconds
        self._memory_limit = memory_limit
        self._jobs_per_worker = jobs_per_worker
        self._waiting = 0
        self._jobs: set[asyncio.Task[InspectionReport]] = set()
        # The places of the workers; None where a process is yet to be started. The last used comes first.
        self._places: asyncio.LifoQueue[WorkerProcess | None] = asyncio.LifoQueue()
        for _ in range(workers):
            self._places.put_nowait(None)

    async def start(self) -> None:
        """Start the processes, so that the first uploads need not wait. Raises `InspectionUnavailable`."""
        await asyncio.gather(*(self._fill(place) for place in self._empty_places()))

    @metered
    async def inspect(self, upload: SpooledUpload, media_type: MediaType) -> InspectionReport:
        """What was found in a finished upload that is accepted, because it is of this media type.

        Raises `InspectionRefused` for one that is not, `InspectionUnavailable` if it could not be begun,
        `ScannerUnavailable` or `SpoolUnavailable` if it could not be scanned.
        """
        if upload.size == 0:
            raise InspectionRefused("empty")
        # Readers search further in for this mark; at byte 0, no other format can be read into the same bytes.
        if media_type.check is Check.PDF and upload.head(len(_PDF_START)) != _PDF_START:
            raise InspectionRefused("not-a-pdf")
        if self._scanning is None:
            return await self._next_examined(upload, media_type)
        with self._scanning.room() as room:
            report = await self._next_examined(upload, media_type, room.fileno())
            await self._scanning.scan(upload, room, report.embedded_sizes)
        return report

    async def close(self) -> None:
        """Let the inspections under way end, within their time limit, and stop the processes."""
        await asyncio.gather(*self._jobs, return_exceptions=True)
        for place in self._empty_places():
            if place is not None:
                await place.stop()
            self._places.put_nowait(None)

    async def _next_examined(
        self, upload: SpooledUpload, media_type: MediaType, *rooms: int
    ) -> InspectionReport:
        place = await self._next_place()
        descriptors: list[int] = []
        try:
            descriptors.append(upload.descriptor())
            descriptors += [os.dup(room) for room in rooms]
        except BaseException:
            _close(descriptors)
            self._places.put_nowait(place)
            raise
        # A task of its own: if the caller goes away, the worker still finishes, and stays in use.
        job = asyncio.create_task(self._examine(place, media_type, descriptors))
        self._jobs.add(job)
        job.add_done_callback(self._jobs.discard)
        return await asyncio.shield(job)

    async def _next_place(self) -> WorkerProcess | None:
        if self._waiting >= self._max_waiting:
            raise InspectionUnavailable("too many uploads wait for inspection")
        self._waiting += 1
        try:
            async with asyncio.timeout(self._wait_seconds):
                return await self._places.get()
        except TimeoutError:
            raise InspectionUnavailable("no inspection worker came free in time") from None
        finally:
            self._waiting -= 1

    async def _examine(
        self, worker: WorkerProcess | None, media_type: MediaType, descriptors: list[int]
    ) -> InspectionReport:
        kept: WorkerProcess | None = None
        try:
            if worker is None or worker.has_ended():
                if worker is not None:
                    await worker.stop()
                worker = await self._start_worker()
            try:
                answer = await worker.examine(media_type, *descriptors, seconds=self._job_seconds)
            except TimeoutError:
                _log.warning("inspection.timeout", bytes=os.fstat(descriptors[0]).st_size)
                raise InspectionRefused("inspection-timeout") from None
            except WorkerEnded:
                _log.warning("inspection.worker_ended", bytes=os.fstat(descriptors[0]).st_size)
                raise InspectionRefused("inspection-failed") from None
            if worker.served < self._jobs_per_worker:
                kept = worker
            return _report(media_type, answer)
        finally:
            _close(descriptors)
            if worker is not None and kept is None:
                await worker.stop()
            self._places.put_nowait(kept)

    async def _fill(self, place: WorkerProcess | None) -> None:
        try:
            place = place or await self._start_worker()
        finally:
            self._places.put_nowait(place)

    def _empty_places(self) -> list[WorkerProcess | None]:
        return [self._places.get_nowait() for _ in range(self._places.qsize())]

    async def _start_worker(self) -> WorkerProcess:
        return await WorkerProcess.start(
            memory_limit=self._memory_limit,
            job_seconds=self._job_seconds,
            embedded_limit=self._scanning.embedded_limit if self._scanning else 0,
        )


def _report(media_type: MediaType, answer: bytes) -> InspectionReport:
    found = json.loads(answer)
    if "refused" in found:
        raise InspectionRefused(found["refused"])
    if "unavailable" in found:
        raise SpoolUnavailable(f"embedded files cannot be held: {found['unavailable']}")
    return InspectionReport(
        media_type.name, found["page_count"], tuple(found["findings"]), tuple(found["embedded"])
    )


def _close(descriptors: list[int]) -> None:
    for descriptor in descriptors:
        os.close(descriptor)
