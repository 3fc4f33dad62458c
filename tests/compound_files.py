"""Compound files ([MS-CFB]) with the streams that office programs up to 2003 begin with."""

from __future__ import annotations

import struct
from collections.abc import Mapping

_SECTOR = 512
_IN_FAT, _END, _FREE = 0xFFFFFFFD, 0xFFFFFFFE, 0xFFFFFFFF
_STORAGE, _STREAM, _ROOT = 1, 2, 5
_LEAST = 4096
"""Smaller streams are kept elsewhere; ours are all of this size or more."""


def compound_file(streams: Mapping[str, bytes], storages: tuple[str, ...] = ()) -> bytes:
    """A compound file of version 3 with these streams and empty storages at its root."""
    contents = {name: _padded(content, _LEAST) for name, content in streams.items()}
    names = sorted([*contents, *storages], key=lambda name: (len(name), name.upper()))
    directory_sectors = -(-(len(names) + 1) // 4)
    total = directory_sectors + sum(len(content) // _SECTOR for content in contents.values())
    fat_sectors = -(-(total + 1) // 127)
    fat = [_IN_FAT] * fat_sectors + _chain(fat_sectors, directory_sectors)
    entries = [_entry("Root Entry", _ROOT, child=1 if names else _FREE, start=_END)]
    for number, name in enumerate(names, start=1):
        after = number + 1 if number < len(names) else _FREE
        if name in contents:
            sectors = len(contents[name]) // _SECTOR
            entries.append(_entry(name, _STREAM, right=after, start=len(fat), size=len(contents[name])))
            fat += _chain(len(fat), sectors)
        else:
            entries.append(_entry(name, _STORAGE, right=after, start=0))
    fat += [_FREE] * (fat_sectors * 128 - len(fat))
    directory = b"".join(entries)
    unused = _entry("", 0) * (directory_sectors * 4 - len(entries))
    ordered = [contents[name] for name in names if name in contents]
    return b"".join([_header(fat_sectors), struct.pack(f"<{len(fat)}I", *fat), directory, unused, *ordered])


def text_document(*, is_locked: bool = False, storages: tuple[str, ...] = ()) -> bytes:
    """What Word 97 would write, of which only the beginning is right."""
    main = struct.pack("<5HH", 0xA5EC, 0xC1, 0, 0x0413, 0, 0x0100 if is_locked else 0)
    return compound_file({"WordDocument": main, "1Table": b""}, storages)


def spreadsheet(*, is_locked: bool = False, stream: str = "Workbook") -> bytes:
    """What Excel 97 would write; `Book` is what Excel 95 called it."""
    begin = struct.pack("<2H16s", 0x0809, 16, b"\0\6\5\0")
    locked = struct.pack("<2H2s", 0x002F, 2, b"") if is_locked else b""
    return compound_file({stream: begin + locked})


def presentation(*, is_locked: bool = False) -> bytes:
    """What PowerPoint 97 would write."""
    token = 0xF3D1C4DF if is_locked else 0xE391C05F
    user = struct.pack("<2HI2I", 0, 0x0FF6, 0x20, 0x14, token)
    return compound_file({"PowerPoint Document": b"", "Current User": user})


def locked_package() -> bytes:
    """A document of today's office programs with a password: encrypted, within a compound file."""
    return compound_file({"EncryptedPackage": b"secret", "EncryptionInfo": b"how"})


def _padded(content: bytes, least: int) -> bytes:
    size = max(least, -(-len(content) // _SECTOR) * _SECTOR)
    return content.ljust(size, b"\0")


def _chain(start: int, length: int) -> list[int]:
    return [*range(start + 1, start + length), _END]


def _header(fat_sectors: int) -> bytes:
    difat = [*range(fat_sectors), *[_FREE] * (109 - fat_sectors)]
    return struct.pack(
        "<8s16s5H6s9I109I",
        bytes.fromhex("d0cf11e0a1b11ae1"),
        b"",
        *(0x3E, 3, 0xFFFE, 9, 6),
        b"",
        *(0, fat_sectors, fat_sectors, 0, _LEAST, _END, 0, _END, 0),
        *difat,
    )


def _entry(
    name: str, kind: int, *, right: int = _FREE, child: int = _FREE, start: int = 0, size: int = 0
) -> bytes:
    encoded = (name + "\0").encode("utf-16-le") if name else b""
    return struct.pack(
        "<64sHBB3I16sI8s8sIQ",
        encoded,
        len(encoded),
        kind,
        1,
        _FREE,
        right,
        child,
        b"",
        0,
        b"",
        b"",
        start,
        size,
    )
