"""What is accepted, what is not and for which reason, and what a hostile document cannot do."""

from __future__ import annotations

import asyncio
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import psutil
import pytest
import uvloop

from domain.mediatypes import MEDIA_TYPES
from storage.errors import InspectionRefused, InspectionUnavailable
from storage.inspection import InspectionReport, UploadInspector
from storage.spool import SpooledUpload
from tests import pdf_bombs, pdfs
from tests.waiting import until

ORPHANS = """
import asyncio, os, signal
from storage.inspection import UploadInspector

async def main():
    await UploadInspector().start()
    os.kill(os.getpid(), signal.SIGKILL)

asyncio.run(main())
"""


@pytest.fixture(scope="module")
def spool(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("spool")


@pytest.fixture
async def inspector() -> AsyncIterator[UploadInspector]:
    made = UploadInspector(workers=1)
    yield made
    await made.close()


async def inspect(inspector: UploadInspector, spool: Path, document: bytes) -> InspectionReport:
    with SpooledUpload(spool, max_size=len(document)) as upload:
        await upload.write(document)
        await upload.finish()
        return await inspector.inspect(upload, MEDIA_TYPES["application/pdf"])


async def refusal(inspector: UploadInspector, spool: Path, document: bytes) -> str:
    with pytest.raises(InspectionRefused) as raised:
        await inspect(inspector, spool, document)
    return raised.value.reason


def workers() -> list[psutil.Process]:
    return [child for child in psutil.Process().children() if "worker.py" in " ".join(child.cmdline())]


async def a_few_turns() -> None:
    """Let what was begun go on until it waits for something from outside."""
    for _ in range(5):
        await asyncio.sleep(0)


@pytest.mark.parametrize("size", [None, 100_000, 3_000_000])
async def test_a_sound_pdf_is_accepted(inspector: UploadInspector, spool: Path, size: int | None) -> None:
    report = await inspect(inspector, spool, pdfs.make_pdf(pages=3, size=size))
    assert report == InspectionReport("application/pdf", 3, ())


@pytest.mark.parametrize("what", pdfs.REFUSED)
async def test_what_is_not_a_sound_pdf_is_refused_with_its_reason(
    inspector: UploadInspector, spool: Path, what: str
) -> None:
    make, reason = pdfs.REFUSED[what]
    assert await refusal(inspector, spool, make()) == reason


@pytest.mark.parametrize(
    ("make", "findings"),
    [
        (pdfs.pdf_with_javascript, ("javascript", "open-action")),
        (pdfs.pdf_with_launch_action, ("launch-action",)),
        (pdfs.pdf_with_embedded_file, ("embedded-files",)),
        (pdfs.pdf_that_opens_at_a_page, ()),
        (pdf_bombs.pdf_with_many_objects, ("partly-examined",)),
    ],
)
async def test_what_a_pdf_can_do_is_noted(
    inspector: UploadInspector, spool: Path, make: Callable[[], bytes], findings: tuple[str, ...]
) -> None:
    assert (await inspect(inspector, spool, make())).findings == findings


async def test_packed_content_is_not_unpacked(inspector: UploadInspector, spool: Path) -> None:
    assert (await inspect(inspector, spool, pdf_bombs.pdf_with_stream_bomb())).page_count == 1


async def test_a_structure_too_large_for_the_workers_memory_is_refused(
    inspector: UploadInspector, spool: Path
) -> None:
    assert await refusal(inspector, spool, pdf_bombs.pdf_with_object_stream_bomb()) in {
        "damaged",
        "inspection-failed",
    }
    assert (await inspect(inspector, spool, pdfs.make_pdf())).page_count == 1


async def test_a_document_that_takes_too_long_is_refused_and_the_worker_replaced(spool: Path) -> None:
    inspector = UploadInspector(workers=1, job_seconds=0.05)
    assert await refusal(inspector, spool, pdf_bombs.pdf_with_many_objects()) == "inspection-timeout"
    assert workers() == []
    assert (await inspect(inspector, spool, pdfs.make_pdf())).page_count == 1
    await inspector.close()


async def test_a_worker_that_dies_over_a_document_refuses_it_and_is_replaced(
    inspector: UploadInspector, spool: Path
) -> None:
    await inspector.start()
    [worker] = workers()
    worker.suspend()
    inspecting = asyncio.create_task(refusal(inspector, spool, pdfs.make_pdf()))
    await a_few_turns()
    worker.kill()
    assert await inspecting == "inspection-failed"
    assert (await inspect(inspector, spool, pdfs.make_pdf())).page_count == 1


async def test_a_worker_that_dies_while_idle_is_replaced_unnoticed(
    inspector: UploadInspector, spool: Path
) -> None:
    await inspector.start()
    [worker] = workers()
    worker.kill()
    await until(lambda: worker.status() == psutil.STATUS_ZOMBIE)
    assert (await inspect(inspector, spool, pdfs.make_pdf())).page_count == 1


async def test_a_worker_is_replaced_after_its_share_of_documents(spool: Path) -> None:
    inspector = UploadInspector(workers=1, jobs_per_worker=2)
    seen = set()
    for _ in range(4):
        await inspect(inspector, spool, pdfs.make_pdf())
        seen |= {worker.pid for worker in workers()}
    assert len(seen) == 2
    await inspector.close()


async def test_a_publisher_that_leaves_does_not_cost_a_worker(
    inspector: UploadInspector, spool: Path
) -> None:
    await inspector.start()
    before = workers()
    inspecting = asyncio.create_task(inspect(inspector, spool, pdf_bombs.pdf_with_many_objects()))
    await a_few_turns()
    inspecting.cancel()
    with pytest.raises(asyncio.CancelledError):
        await inspecting
    assert (await inspect(inspector, spool, pdfs.make_pdf())).page_count == 1
    assert workers() == before


async def test_uploads_beyond_what_may_wait_are_told_to_come_back(spool: Path) -> None:
    inspector = UploadInspector(workers=1, max_waiting=1)
    slow = asyncio.create_task(inspect(inspector, spool, pdf_bombs.pdf_with_many_objects()))
    await until(lambda: workers() != [])
    waiting = asyncio.create_task(inspect(inspector, spool, pdfs.make_pdf()))
    await a_few_turns()
    with pytest.raises(InspectionUnavailable):
        await inspect(inspector, spool, pdfs.make_pdf())
    assert (await slow).page_count == (await waiting).page_count == 1
    await inspector.close()


async def test_who_waits_too_long_for_a_worker_is_told_to_come_back(spool: Path) -> None:
    inspector = UploadInspector(workers=1, wait_seconds=0.02)
    slow = asyncio.create_task(inspect(inspector, spool, pdf_bombs.pdf_with_many_objects()))
    await until(lambda: workers() != [])
    with pytest.raises(InspectionUnavailable):
        await inspect(inspector, spool, pdfs.make_pdf())
    assert (await slow).page_count == 1
    await inspector.close()


async def test_a_worker_sees_none_of_our_environment_and_can_write_no_file(
    inspector: UploadInspector,
) -> None:
    await inspector.start()
    [worker] = workers()
    assert worker.environ() == {}
    assert worker.rlimit(psutil.RLIMIT_FSIZE) == (0, 0)
    assert worker.rlimit(psutil.RLIMIT_CORE) == (0, 0)
    assert worker.rlimit(psutil.RLIMIT_AS)[0] == 512 * 1024 * 1024


async def test_nothing_is_left_open_or_running(spool: Path) -> None:
    def descriptors() -> int:
        return len(list(Path("/proc/self/fd").iterdir()))

    before = descriptors()
    inspector = UploadInspector(workers=2)
    await inspector.start()
    await asyncio.gather(*(inspect(inspector, spool, pdfs.make_pdf()) for _ in range(20)))
    await inspector.close()
    assert workers() == []
    assert descriptors() == before


def test_the_event_loop_of_production_serves_as_well(spool: Path) -> None:
    async def story() -> InspectionReport:
        inspector = UploadInspector()
        try:
            return await inspect(inspector, spool, pdfs.make_pdf(size=100_000))
        finally:
            await inspector.close()

    assert uvloop.run(story()).page_count == 1


async def test_workers_end_with_the_process_that_started_them() -> None:
    def orphans() -> list[int]:
        return [
            process.pid
            for process in psutil.process_iter(["cmdline", "ppid"])
            if "storage/inspection/worker.py" in " ".join(process.info["cmdline"] or [])
            and process.info["ppid"] != os.getpid()
            and process.pid not in others
        ]

    others: list[int] = []
    others = orphans()
    started = await asyncio.create_subprocess_exec(
        sys.executable, "-c", ORPHANS, env={"PYTHONPATH": os.pathsep.join(sys.path)}
    )
    assert await asyncio.wait_for(started.wait(), 30) == -signal.SIGKILL
    await until(lambda: orphans() == [])
