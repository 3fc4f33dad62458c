"""Archives: what harms who unpacks them, hides something, or is not as it says."""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Callable
from io import BytesIO

import pytest

from storage.examining.answers import Examined
from tests import samples
from tests.noise import noise
from tests.unit.storage.examination import examine, refusal

ZIP = "application/zip"
SOUND = samples.SOUND[ZIP][1]


def with_entry(name: str, content: bytes = b"x", *, mode: int = 0, flags: int = 0) -> bytes:
    """An archive with a file, and this entry after it."""
    target = BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        made.writestr("first.txt", "one")
        entry = zipfile.ZipInfo(name)
        entry.external_attr = mode << 16
        made.writestr(entry, content)
    written = bytearray(target.getvalue())
    for mark, offset in ((b"PK\x03\x04", 6), (b"PK\x01\x02", 8)):
        struct.pack_into("<H", written, written.rfind(mark) + offset, flags)
    return bytes(written)


def many_entries(count: int) -> bytes:
    return samples.archive({str(number): b"" for number in range(count)})


def overlapping() -> bytes:
    """Two entries of the list at the end that share their bytes."""
    written = bytearray(samples.archive({"a": b"one", "b": b"one"}))
    second = written.rfind(b"PK\x01\x02")
    struct.pack_into("<I", written, second + 42, 0)
    return bytes(written)


def lying(size: int) -> bytes:
    """An entry that says it unpacks to so many bytes, which is not so."""
    written = bytearray(samples.archive({"a": bytes(100_000)}))
    struct.pack_into("<I", written, written.rfind(b"PK\x01\x02") + 24, size)
    return bytes(written)


def hidden() -> bytes:
    """Bytes between the last entry and the list."""
    written = samples.archive({"a": b"one"})
    start = written.index(b"PK\x01\x02")
    end = bytearray(written[start:])
    struct.pack_into("<I", end, end.index(b"PK\x05\x06") + 16, start + 100)
    return written[:start] + bytes(100) + bytes(end)


ARCHIVES: dict[str, tuple[Callable[[], bytes], str]] = {
    "a path upwards": (lambda: with_entry("../../etc/passwd"), "unsafe-path"),
    "a path upwards in Windows": (lambda: with_entry("a\\..\\..\\b"), "unsafe-path"),
    "an absolute path": (lambda: with_entry("/etc/passwd"), "unsafe-path"),
    "a drive": (lambda: with_entry("C:\\a.txt"), "unsafe-path"),
    "a link": (lambda: with_entry("link", b"/etc/passwd", mode=0o120777), "unsafe-path"),
    "a password": (lambda: with_entry("a.txt", flags=1), "encrypted"),
    "a bomb": (lambda: samples.archive({"a": bytes(20 * 1024 * 1024)}), "unpacks-to-too-much"),
    "a large bomb": (lambda: lying(2**31), "unpacks-to-too-much"),
    "a bomb that says it is none": (lambda: lying(10), "damaged"),
    "a bomb that shares its bytes": (overlapping, "damaged"),
    "too many entries": (lambda: many_entries(10_001), "unpacks-to-too-much"),
    "something after it": (lambda: SOUND + b"more", "trailing-data"),
    "something before its list": (hidden, "trailing-data"),
    "a program before it": (lambda: b"MZ" + SOUND, "not-of-its-type"),
    "a document before it": (lambda: b"PK\x03\x04 %PDF-1.7" + SOUND, "trailing-data"),
    "a text document": (samples.docx, "not-of-its-type"),
    "an OpenDocument": (lambda: samples.open_document("text"), "not-of-its-type"),
    "another name in its list": (lambda: SOUND.replace(b"a.txt", b"b.exe", 1), "damaged"),
    "other bytes": (lambda: samples.archive({"a": b"one"}, stored=("a",)).replace(b"one", b"two"), "damaged"),
    "nothing in it": (lambda: samples.archive({}), "not-of-its-type"),
}


@pytest.mark.parametrize("what", ARCHIVES)
def test_an_archive_that_harms_or_hides_is_refused(what: str) -> None:
    make, reason = ARCHIVES[what]
    assert refusal(ZIP, make()) == reason


@pytest.mark.parametrize("method", [zipfile.ZIP_BZIP2, zipfile.ZIP_LZMA])
def test_an_archive_packed_in_an_unusual_way_is_refused(method: int) -> None:
    target = BytesIO()
    with zipfile.ZipFile(target, "w", method) as made:
        made.writestr("a.txt", "one")
    assert refusal(ZIP, target.getvalue()) == "unusual-compression"


class Pipe(BytesIO):
    """Cannot be gone back in, so that sizes come after each entry."""

    def seekable(self) -> bool:
        return False

    def seek(self, *_: int) -> int:
        raise OSError

    def tell(self) -> int:
        raise OSError


def test_an_archive_written_in_one_go_with_a_comment_is_accepted() -> None:
    target = Pipe()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as made:
        for number in range(3):
            made.writestr(f"map/{number}.txt", noise(600_000) + bytes(600_000))
        made.comment = b"a comment"
    assert examine(ZIP, target.getvalue()) == Examined()
