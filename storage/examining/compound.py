"""Is it a document of the office programs up to 2003 that its media type names?

Such a file is a compound file: a file system of its own, with streams for files ([MS-CFB]). Which program
wrote it shows in the name of the stream that it begins with, and how it is locked is each program's own.
"""

from __future__ import annotations

import struct
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import islice
from typing import IO, Final

import olefile

from storage.examining.answers import Examined, Refused

_MAIN_STREAMS: Final = {
    "application/msword": ("WordDocument",),
    "application/vnd.ms-excel": ("Workbook", "Book"),
    "application/vnd.ms-powerpoint": ("PowerPoint Document",),
}
_MACRO_FOLDERS: Final = frozenset({"Macros", "VBA", "_VBA_PROJECT_CUR"})
_LOCKED_TEXT: Final = 0x0100
_LOCKED_SLIDES: Final = 0xF3D1C4DF
_LOCKED_SHEETS: Final = 0x002F
_FIRST_RECORDS: Final = 20


def examine(descriptor: int, media_type: str) -> Examined:
    """A document of exactly this program. Raises `Refused`."""
    with open(descriptor, "rb", closefd=False) as file, _opened(file) as document:
        found = {kind: _main_stream(document, kind) for kind in _MAIN_STREAMS}
        main = found.pop(media_type)
        if main is None or any(found.values()):
            raise Refused("not-of-its-type")
        if _IS_LOCKED[media_type](document, main):
            raise Refused("encrypted")
        folders = {path[-1] for path in document.listdir(streams=False, storages=True)}
        return Examined(findings=["macros"] if folders & _MACRO_FOLDERS else [])


def is_locked_package(file: IO[bytes]) -> bool:
    """Whether an Office Open XML document is within, encrypted ([MS-OFFCRYPTO] 2.3.4.4)."""
    if not _is_compound(file):
        return False
    with _opened(file) as document:
        return bool(document.exists("EncryptedPackage"))


def _is_compound(file: IO[bytes]) -> bool:
    file.seek(0)
    return file.read(len(olefile.MAGIC)) == bytes(olefile.MAGIC)


@contextmanager
def _opened(file: IO[bytes]) -> Iterator[olefile.OleFileIO]:
    if not _is_compound(file):
        raise Refused("not-of-its-type")
    try:
        with olefile.OleFileIO(file, raise_defects=olefile.DEFECT_INCORRECT) as document:
            yield document
    except (OSError, ValueError, IndexError, TypeError, RecursionError, struct.error):
        raise Refused("damaged") from None


def _main_stream(document: olefile.OleFileIO, media_type: str) -> bytes | None:
    """The bytes of the stream that a document of this type begins with; None where there is none."""
    for name in _MAIN_STREAMS[media_type]:
        if document.exists(name):
            return bytes(document.openstream(name).read())
    return None


def _is_text_locked(_: olefile.OleFileIO, main: bytes) -> bool:
    """[MS-DOC] 2.5.2: the flags of the file information block."""
    (flags,) = struct.unpack_from("<H", main, 0x0A)
    return bool(flags & _LOCKED_TEXT)


def _is_sheet_locked(_: olefile.OleFileIO, main: bytes) -> bool:
    """[MS-XLS] 2.4.117: a FilePass record among the first."""
    return _LOCKED_SHEETS in islice(_records(main), _FIRST_RECORDS)


def _records(stream: bytes) -> Iterator[int]:
    position = 0
    while position + 4 <= len(stream):
        kind, length = struct.unpack_from("<HH", stream, position)
        yield kind
        position += 4 + length


def _are_slides_locked(document: olefile.OleFileIO, _: bytes) -> bool:
    """[MS-PPT] 2.3.2: the token of the current user's atom."""
    atom = document.openstream("Current User").read()
    (token,) = struct.unpack_from("<I", atom, 12)
    return bool(token == _LOCKED_SLIDES)


_IS_LOCKED: Final[dict[str, Callable[[olefile.OleFileIO, bytes], bool]]] = {
    "application/msword": _is_text_locked,
    "application/vnd.ms-excel": _is_sheet_locked,
    "application/vnd.ms-powerpoint": _are_slides_locked,
}
