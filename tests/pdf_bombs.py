"""Documents for tests that cost a parser far more than their length suggests."""

from __future__ import annotations

import zlib
from functools import lru_cache
from io import BytesIO

import pikepdf
from pikepdf import Array, Dictionary, Pdf

_MEGABYTE = 1024 * 1024


@lru_cache(maxsize=1)
def pdf_with_stream_bomb(megabytes: int = 600) -> bytes:
    """A small page content that unpacks to very much. Reading the structure does not unpack it."""
    pdf = Pdf.new()
    pdf.add_blank_page()
    packed = _packed(b"", megabytes)
    pdf.pages[0].obj.Contents = pikepdf.Stream(pdf, packed, Filter=pikepdf.Name.FlateDecode)
    kept = BytesIO()
    pdf.save(kept)
    return kept.getvalue()


@lru_cache(maxsize=1)
def pdf_with_object_stream_bomb(megabytes: int = 600) -> bytes:
    """A small document whose very structure unpacks to very much: it cannot be read without."""
    objects = [
        b"<< /Type /Catalog /Pages 3 0 R >>",
        b"<< /Type /Pages /Count 1 /Kids [ 4 0 R ] >>",
        b"<< /Type /Page /Parent 3 0 R /MediaBox [ 0 0 9 9 ] >>",
    ]
    offsets = [sum(len(earlier) + 1 for earlier in objects[:index]) for index in range(len(objects))]
    directory = (
        b" ".join(b"%d %d" % (number, offset) for number, offset in enumerate(offsets, start=2)) + b" "
    )
    packed = _packed(directory + b" ".join(objects), megabytes)
    start = b"%PDF-1.5\n"
    holder = _stream(1, b"/Type /ObjStm /N 3 /First %d /Filter /FlateDecode" % len(directory), packed)
    table_at = len(start) + len(holder)
    entries = [(0, 0, 0), (1, len(start), 0), (2, 1, 0), (2, 1, 1), (2, 1, 2), (1, table_at, 0)]
    table = b"".join(
        bytes([kind]) + where.to_bytes(4, "big") + bytes([index]) for kind, where, index in entries
    )
    return b"".join(
        [
            start,
            holder,
            _stream(5, b"/Type /XRef /W [ 1 4 1 ] /Root 2 0 R /Size 6", table),
            b"startxref\n%d\n%%%%EOF\n" % table_at,
        ]
    )


@lru_cache(maxsize=1)
def pdf_with_many_objects(count: int = 50_000) -> bytes:
    """Sound, and slow to examine."""
    pdf = Pdf.new()
    pdf.add_blank_page()
    pdf.Root.Many = Array([pdf.make_indirect(Dictionary(N=number)) for number in range(count)])
    kept = BytesIO()
    pdf.save(kept)
    return kept.getvalue()


def _packed(beginning: bytes, megabytes: int) -> bytes:
    packer = zlib.compressobj(1)
    parts = [packer.compress(beginning)]
    blank = b" " * _MEGABYTE
    parts += [packer.compress(blank) for _ in range(megabytes)]
    return b"".join([*parts, packer.flush()])


def _stream(number: int, entries: bytes, data: bytes) -> bytes:
    return b"%d 0 obj\n<< %s /Length %d >>\nstream\n%s\nendstream\nendobj\n" % (
        number,
        entries,
        len(data),
        data,
    )
