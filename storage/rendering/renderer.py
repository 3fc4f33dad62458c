"""Draws pages, a few at a time."""

from __future__ import annotations

import asyncio
import json
import os
import sys
from asyncio.subprocess import DEVNULL, PIPE, Process
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Final, Literal

import structlog

from storage.errors import InspectionUnavailable, StorageError
from storage.spool import SpooledUpload

_PROGRAM = Path(__file__).with_name("worker.py")
_MOST_BYTES: Final = 24 * 1024 * 1024
"""Twice what the largest picture takes without any compression."""
_READ_AT_ONCE: Final = 64 * 1024
_END_SECONDS: Final = 5.0
_log = structlog.get_logger("ebox.rendering")


class CannotDraw(StorageError):
    """The document could not be drawn within the limits of time and memory."""


@dataclass(frozen=True, slots=True, repr=False)
class Page:
    """A page as it was asked for: `picture` is a PNG, or `text` what the page says.

    `pages` is how many the document has; both are empty where the page asked for is not one of them. `width`
    and `height` come with the text, in 1/72 inch.
    """

    pages: int
    text: str
    width: int
    height: int
    picture: bytes


class PageRenderer:
    """Bounded in every direction: processes, their memory and time, what they answer, and who waits.

    One takes a `place` before one has the document brought: what waits for its turn then takes no room.
    """

    def __init__(
        self,
        *,
        at_once: int = 2,
        max_waiting: int = 64,
        each: int = 2,
        wait_seconds: float = 10.0,
        page_seconds: int = 8,
        memory_limit: int = 512 * 1024 * 1024,
    ) -> None:
        """`each`: how many places one visitor may have or wait for at a time."""
        self._places = asyncio.Semaphore(at_once)
        self._max_waiting = max_waiting
        self._waiting = 0
        self._each = each
        self._places_of: Counter[str] = Counter()
        self._wait_seconds = wait_seconds
        self._page_seconds = page_seconds
        self._memory_limit = memory_limit

    @asynccontextmanager
    async def place(self, whose: str) -> AsyncIterator[Place]:
        """A place to draw at, for the visitor of that name. Raises `StorageUnavailable` where none is free.

        It is for a few seconds: others wait for it.
        """
        if self._places_of[whose] >= self._each:
            raise InspectionUnavailable("this visitor has pages drawn already")
        self._places_of[whose] += 1
        try:
            await self._wait()
            try:
                yield Place(self._memory_limit, self._page_seconds)
            finally:
                self._places.release()
        finally:
            self._places_of[whose] -= 1
            if not self._places_of[whose]:
                del self._places_of[whose]

    async def _wait(self) -> None:
        if self._waiting >= self._max_waiting:
            raise InspectionUnavailable("too many pages wait to be drawn")
        self._waiting += 1
        try:
            async with asyncio.timeout(self._wait_seconds):
                await self._places.acquire()
        except TimeoutError:
            raise InspectionUnavailable("no place came free in time to draw a page") from None
        finally:
            self._waiting -= 1


class Place:
    """A place at a `PageRenderer`: draws one page after the other."""

    def __init__(self, memory_limit: int, page_seconds: int) -> None:
        self._memory_limit = memory_limit
        self._page_seconds = page_seconds

    async def text(self, document: SpooledUpload, number: int) -> Page:
        """What the page (from 1) says. Raises `CannotDraw`, `StorageUnavailable`."""
        return _page(await self._run(document, number, "text"))

    async def picture(self, document: SpooledUpload, number: int) -> Page:
        """What the page (from 1) looks like. Raises `CannotDraw`, `StorageUnavailable`."""
        return _page(await self._run(document, number, "picture"))

    async def _run(self, document: SpooledUpload, number: int, wanted: Literal["text", "picture"]) -> bytes:
        limits = [str(self._memory_limit), str(self._page_seconds)]
        descriptor = document.descriptor()
        try:
            process = await asyncio.create_subprocess_exec(
                *(sys.executable, "-I", str(_PROGRAM), *limits, str(number), wanted),
                stdin=descriptor,
                stdout=PIPE,
                stderr=DEVNULL,  # the parser's complaints may quote the document
                env={},
                cwd="/",
            )
        except OSError as error:
            raise InspectionUnavailable(f"no page can be drawn ({type(error).__name__})") from None
        finally:
            os.close(descriptor)
        try:
            async with asyncio.timeout(2 * self._page_seconds):
                answer = await _answer_of(process)
                status = await process.wait()
        except TimeoutError:
            status = None
        finally:
            await _end(process)
        if status != 0:
            _log.warning("rendering.failed", bytes=document.size, status=status)
            raise CannotDraw("the page was not drawn within the limits")
        return answer


async def _answer_of(process: Process) -> bytes:
    if process.stdout is None:
        raise AssertionError("the process was started with a pipe")
    answer = bytearray()
    while chunk := await process.stdout.read(_READ_AT_ONCE):
        answer += chunk
        if len(answer) > _MOST_BYTES:
            raise CannotDraw("the answer is larger than any page")
    return bytes(answer)


async def _end(process: Process) -> None:
    """Leave no process behind, whatever it is doing."""
    if process.returncode is None:
        with suppress(ProcessLookupError):
            process.kill()
        async with asyncio.timeout(_END_SECONDS):
            await process.wait()


def _page(answer: bytes) -> Page:
    line, _, picture = answer.partition(b"\n")
    try:
        said = json.loads(line)
        text, width, height = str(said.get("text", "")), int(said.get("width", 0)), int(said.get("height", 0))
        return Page(int(said["pages"]), text, width, height, picture)
    except (ValueError, KeyError, TypeError):
        raise CannotDraw("the process answered beside its protocol") from None
