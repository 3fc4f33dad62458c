"""A ZIP that is written while it is sent: what was written is handed on at once, and not kept."""

from __future__ import annotations

import zipfile
from collections.abc import AsyncIterator
from datetime import datetime
from io import RawIOBase
from typing import Any


class _Outgoing(RawIOBase):
    """Takes bytes and gives them out again. Nobody can go back in it, so that sizes stand behind the data."""

    def __init__(self) -> None:
        super().__init__()
        self._waiting = bytearray()

    def writable(self) -> bool:
        """It is."""
        return True

    def write(self, data: Any, /) -> int:
        """Keep until `take`."""
        self._waiting += data
        return len(data)

    def take(self) -> bytes:
        """What was written since."""
        taken = bytes(self._waiting)
        self._waiting.clear()
        return taken


class ZipStream:
    """One archive; its files are given one after the other, each with that time."""

    def __init__(self, at: datetime) -> None:
        self._outgoing = _Outgoing()
        self._archive = zipfile.ZipFile(self._outgoing, "w", zipfile.ZIP_DEFLATED)
        self._time = at.timetuple()[:6]

    def whole(self, name: str, content: bytes) -> bytes:
        """A file whose content is at hand."""
        self._archive.writestr(self._info(name), content)
        return self._outgoing.take()

    async def streamed(self, name: str, content: AsyncIterator[bytes]) -> AsyncIterator[bytes]:
        """A file whose content comes piece by piece."""
        with self._archive.open(self._info(name), "w") as file:
            async for piece in content:
                file.write(piece)
                if sent := self._outgoing.take():
                    yield sent
        yield self._outgoing.take()

    def end(self) -> bytes:
        """The list of the files, which stands at the end."""
        self._archive.close()
        return self._outgoing.take()

    def _info(self, name: str) -> zipfile.ZipInfo:
        info = zipfile.ZipInfo(name, self._time)
        info.compress_type = zipfile.ZIP_DEFLATED
        info.external_attr = 0o600 << 16
        return info
