"""A register out of a CSV extract, which is looked at again when the file changes.

A new file takes the old one's place at once when all of it has been read. One that is broken, gone, or being
written to is left alone, and what was read before goes on: the log says so, naming a line and never a number.
Replace the file by renaming another one into its place.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Collection
from pathlib import Path
from time import monotonic
from typing import Final, TypeAlias

import structlog

from domain.identifiers import Identifier
from domain.register import Finding
from registers.extract_file import ExtractRefused, read_extract
from registers.findings_table import FindingsTable

LOOK_EVERY_SECONDS: Final = 5.0

_Stamp: TypeAlias = tuple[int, int, int]
_log = structlog.get_logger(__name__)


class ExtractRegister:
    """Implements `domain.register.PartyRegister`. A number that the extract does not have is unknown.

    Opening it reads the file, some seconds for a million rows, and raises `ExtractRefused`; blocks. From then
    on it answers from memory, 16 bytes a row.
    """

    def __init__(self, path: Path, now: Callable[[], float] = monotonic) -> None:
        self._path = path
        self._now = now
        self._stamp, self._table = _read(path)
        self._looked_at = now()
        self._reading: asyncio.Task[None] | None = None

    def __len__(self) -> int:
        return len(self._table)

    async def check(self, identifier: Identifier) -> Finding:
        """What the extract says of this number."""
        self._look_again()
        return self._table.find(identifier)

    async def check_all(self, identifiers: Collection[Identifier]) -> dict[Identifier, Finding]:
        """What one and the same extract says of each."""
        self._look_again()
        table = self._table
        return {identifier: table.find(identifier) for identifier in identifiers}

    async def aclose(self) -> None:
        """Wait for a file that is being read."""
        if self._reading is not None:
            await self._reading

    def _look_again(self) -> None:
        """Now and then, beside the callers: none of them waits for it."""
        is_idle = self._reading is None or self._reading.done()
        if is_idle and self._now() - self._looked_at >= LOOK_EVERY_SECONDS:
            self._looked_at = self._now()
            self._reading = asyncio.create_task(self._read_if_changed())

    async def _read_if_changed(self) -> None:
        try:
            stamp = await asyncio.to_thread(_stamp, self._path)
            if stamp == self._stamp:
                return
            self._stamp, self._table = await asyncio.to_thread(_read, self._path)
        except ExtractRefused as refused:
            _log.warning("party_register.extract_refused", why=str(refused))
        else:
            _log.info("party_register.extract_read", rows=len(self._table))


def _read(path: Path) -> tuple[_Stamp, FindingsTable]:
    before = _stamp(path)
    table = read_extract(path)
    if _stamp(path) != before:
        raise ExtractRefused("the file changed while it was read")
    return before, table


def _stamp(path: Path) -> _Stamp:
    """What tells one state of the file from another."""
    try:
        found = path.stat()
    except OSError as error:
        raise ExtractRefused("the file cannot be read") from error
    return found.st_ino, found.st_size, found.st_mtime_ns
