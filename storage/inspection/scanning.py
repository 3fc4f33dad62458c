"""Has an upload scanned for malware, together with the files that are embedded in it.

A scanner finds embedded files by its own, simpler reading of a PDF and misses some. So the worker process
takes them out, into one file that never has a name, and the scanner is given each as if it had been uploaded.
They are never all in the memory of this process.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Sequence
from itertools import accumulate
from pathlib import Path
from typing import IO

from storage.errors import SpoolUnavailable
from storage.malware import MalwareScanner, Piece
from storage.spool import SpooledUpload


class UploadScanning:
    """What an inspection needs to have uploads scanned; embedded files wait in `directory`."""

    def __init__(
        self, scanner: MalwareScanner, directory: Path, *, embedded_limit: int = 64 * 1024 * 1024
    ) -> None:
        """An upload in which more than `embedded_limit` bytes are embedded, unpacked, is not accepted."""
        self.embedded_limit = embedded_limit
        self._scanner = scanner
        self._directory = directory

    def room(self) -> IO[bytes]:
        """An empty file for what is embedded in one upload; whoever takes it closes it.

        Raises `SpoolUnavailable`.
        """
        try:
            return tempfile.TemporaryFile(dir=self._directory, buffering=0)
        except OSError as error:
            raise SpoolUnavailable(f"embedded files cannot be held ({type(error).__name__})") from None

    async def scan(self, upload: SpooledUpload, embedded: IO[bytes], sizes: Sequence[int]) -> None:
        """Return if the upload and each embedded file is clean.

        Raises `InspectionRefused` (malware, not-scannable), `ScannerUnavailable`, `SpoolUnavailable`.
        """
        descriptor = upload.descriptor()
        try:
            await self._scanner.scan([Piece(descriptor, 0, upload.size), *_pieces(embedded.fileno(), sizes)])
        finally:
            os.close(descriptor)


def _pieces(descriptor: int, sizes: Sequence[int]) -> Iterator[Piece]:
    starts = accumulate(sizes, initial=0)
    return (Piece(descriptor, start, size) for start, size in zip(starts, sizes, strict=False))
