"""Is it a sound ZIP archive that harms nobody who unpacks it?

Every entry is unpacked here, into nothing, in pieces: so that what the archive says of its sizes is known to
be true, and that it came whole. Nothing lies before, between or after the entries, no two share their bytes
(as in Fifield's bombs, "A better zip bomb", 2019), and no entry says another thing of itself than the list
at the end does: readers differ in which of the two they believe.
"""

from __future__ import annotations

import os
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator
from typing import IO, Final

from storage.examining.answers import Examined, Refused

MOST_ENTRIES: Final = 10_000
MOST_UNPACKED: Final = 256 * 1024 * 1024
_MODEST: Final = 16 * 1024 * 1024
_MOST_RATIO: Final = 100
"""An archive that unpacks to more than is modest may not be packed better than this."""

_PIECE: Final = 256 * 1024
_FIRST: Final = b"PK\x03\x04"
_LOCAL: Final = struct.Struct("<4s5H3I2H")  # APPNOTE.TXT 4.3.7
_END: Final = struct.Struct("<4s4H2IH")  # 4.3.16
_LONGEST_COMMENT: Final = 0xFFFF
_LONGEST_DESCRIPTOR: Final = 24  # 4.3.9, with its signature and in 64 bits
_ENCRYPTED: Final = 0x1 | 0x40 | 0x2000
_IS_PATCH: Final = 0x20
_HAS_DESCRIPTOR: Final = 0x8
_ABSOLUTE: Final = re.compile(r"[/\\]|[A-Za-z]:")


def examine(descriptor: int) -> Examined:
    """An archive of whatever files, that is not a document of an office program. Raises `Refused`."""
    with open(descriptor, "rb", closefd=False) as file:
        archive = opened(file)
        check(file, archive)
        names = {entry.filename for entry in archive.infolist()}
        first = archive.infolist()[0]
        if "[Content_Types].xml" in names or (first.filename == "mimetype" and first.header_offset == 0):
            raise Refused("not-of-its-type")
    return Examined()


def opened(file: IO[bytes]) -> zipfile.ZipFile:
    """The archive in this file, not yet checked. Raises `Refused`."""
    file.seek(0)
    if file.read(len(_FIRST)) != _FIRST:
        raise Refused("not-of-its-type")
    if _entries_said(file) > MOST_ENTRIES:
        raise Refused("unpacks-to-too-much")
    try:
        archive = zipfile.ZipFile(file)
    except (zipfile.BadZipFile, NotImplementedError, ValueError, struct.error):
        raise Refused("damaged") from None
    archive.filelist.sort(key=lambda entry: entry.header_offset)
    if len(archive.filelist) > MOST_ENTRIES:
        raise Refused("unpacks-to-too-much")
    if not archive.filelist:
        raise Refused("damaged")
    return archive


def check(file: IO[bytes], archive: zipfile.ZipFile) -> None:
    """That every entry is harmless, whole, and where it should be. Raises `Refused`."""
    entries = archive.infolist()
    for entry in entries:
        _check_entry(entry)
    if len({entry.filename for entry in entries}) != len(entries):
        raise Refused("damaged")
    packed = os.fstat(file.fileno()).st_size
    unpacked = sum(entry.file_size for entry in entries)
    if unpacked > MOST_UNPACKED or unpacked > max(_MODEST, packed * _MOST_RATIO):
        raise Refused("unpacks-to-too-much")
    expected = slack = 0
    for entry in entries:
        if not expected <= entry.header_offset <= expected + slack:
            raise Refused("trailing-data" if entry.header_offset > expected else "damaged")
        expected = _unpack(file, entry)
        slack = _LONGEST_DESCRIPTOR if entry.flag_bits & _HAS_DESCRIPTOR else 0
    if not expected <= archive.start_dir <= expected + slack:
        raise Refused("trailing-data" if archive.start_dir > expected else "damaged")


def content(archive: zipfile.ZipFile, entry: zipfile.ZipInfo, most: int) -> bytes:
    """The bytes of an entry of a checked archive. Raises `Refused`."""
    if entry.file_size > most:
        raise Refused("unpacks-to-too-much")
    try:
        return archive.read(entry)
    except (zipfile.BadZipFile, NotImplementedError, RuntimeError, ValueError):
        raise Refused("damaged") from None


def _entries_said(file: IO[bytes]) -> int:
    """How many entries the archive says it has; it ends with saying so."""
    size = os.fstat(file.fileno()).st_size
    tail = os.pread(file.fileno(), _END.size + _LONGEST_COMMENT, max(0, size - _END.size - _LONGEST_COMMENT))
    start = tail.rfind(b"PK\x05\x06")
    if start < 0 or len(tail) - start < _END.size:
        raise Refused("damaged")
    *_, entries, _size, _offset, comment = _END.unpack_from(tail, start)
    if start + _END.size + comment != len(tail):
        raise Refused("trailing-data")
    return int(entries)


def _check_entry(entry: zipfile.ZipInfo) -> None:
    if entry.flag_bits & _ENCRYPTED:
        raise Refused("encrypted")
    is_usual = entry.compress_type in {zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED}
    if not is_usual or entry.flag_bits & _IS_PATCH:
        raise Refused("unusual-compression")
    parts = re.split(r"[/\\]", entry.filename)
    is_link = stat.S_ISLNK(entry.external_attr >> 16)
    if entry.orig_filename != entry.filename or _ABSOLUTE.match(entry.filename) or ".." in parts or is_link:
        raise Refused("unsafe-path")


def _unpack(file: IO[bytes], entry: zipfile.ZipInfo) -> int:
    """Where the entry's bytes end, having seen them all. Raises `Refused`."""
    file.seek(entry.header_offset)
    head = file.read(_LOCAL.size)
    if len(head) < _LOCAL.size or not head.startswith(_FIRST):
        raise Refused("damaged")
    _, _, flags, method, *_, name_length, extra_length = _LOCAL.unpack(head)
    name = file.read(name_length)
    file.seek(extra_length, os.SEEK_CUR)
    said = entry.orig_filename.encode("utf-8" if entry.flag_bits & 0x800 else "cp437", "replace")
    if name != said or method != entry.compress_type or flags & _ENCRYPTED:
        raise Refused("damaged")
    start, size, checksum = file.tell(), 0, 0
    for piece in _content(file, entry):
        size += len(piece)
        checksum = zlib.crc32(piece, checksum)
        if size > entry.file_size:
            raise Refused("damaged")
    if size != entry.file_size or checksum != entry.CRC:
        raise Refused("damaged")
    return start + entry.compress_size


def _content(file: IO[bytes], entry: zipfile.ZipInfo) -> Iterator[bytes]:
    left = entry.compress_size
    inflating = zlib.decompressobj(-zlib.MAX_WBITS) if entry.compress_type == zipfile.ZIP_DEFLATED else None
    while left:
        read = file.read(min(left, _PIECE))
        if not read:
            raise Refused("damaged")
        left -= len(read)
        if inflating is None:
            yield read
            continue
        try:
            yield from _inflated(inflating, read)
        except zlib.error:
            raise Refused("damaged") from None
        if inflating.eof and (left or inflating.unused_data):
            raise Refused("trailing-data")
    if inflating is not None and not inflating.eof:
        raise Refused("damaged")


def _inflated(inflating: zlib._Decompress, packed: bytes) -> Iterator[bytes]:
    """In pieces, so that a little that unpacks to much is never held."""
    while True:
        piece = inflating.decompress(packed, _PIECE)
        yield piece
        packed = inflating.unconsumed_tail
        if not packed and len(piece) < _PIECE:
            return
