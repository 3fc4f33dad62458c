"""Is it a sound, readable PDF, and what can it do?

No stream is decoded but those of wanted files: a file of 1.4 KB can hold one of 500 MB. What the structure
itself needs decoded (object streams) is bounded by the limit on memory.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterator
from io import BytesIO
from itertools import islice

import pikepdf
import pikepdf.settings

from storage.examining.answers import CannotWrite, Examined, Refused

_TAIL_LENGTH = 1024  # where readers look for the end mark (PDF 1.7, annex H.3, note 18)
_MOST_OBJECTS = 10_000
_MOST_EMBEDDED = 100
_DEEPEST = 4  # a file in a PDF in a PDF in a PDF in the upload
_HEADER_WITHIN = 1024  # where readers look for the first mark (PDF 1.7, annex H.3, note 13)
_EMBEDDING = re.compile(rb"/(EF|RF|EmbeddedFile)(?=[\s/<>\[\]()])")
_MARKS = re.compile(rb"/(JavaScript|JS|Launch|EmbeddedFiles|EF|AA)(?=[\s/<>\[\]()])")
_FINDINGS = {
    b"JavaScript": "javascript",
    b"JS": "javascript",
    b"Launch": "launch-action",
    b"EmbeddedFiles": "embedded-files",
    b"EF": "embedded-files",
    b"AA": "open-action",
}


def examine(descriptor: int, extraction: Extraction | None = None) -> Examined:
    """What was found in the PDF behind this descriptor, after the extraction that is wanted.

    Raises `Refused`, `CannotWrite`.
    """
    _check_end(descriptor)
    try:
        with (
            open(descriptor, "rb", closefd=False) as file,
            pikepdf.open(file, attempt_recovery=False) as document,
        ):
            if document.is_encrypted:
                raise Refused("encrypted")
            if not len(document.pages):
                raise Refused("no-pages")
            findings = sorted(_findings(document))
            if extraction is not None:
                extraction.extract(document)
            embedded = extraction.sizes if extraction is not None else []
            return Examined(len(document.pages), findings, embedded)
    except pikepdf.PasswordError:
        raise Refused("encrypted") from None
    except pikepdf.PikepdfError:
        raise Refused("damaged") from None


def _check_end(descriptor: int) -> None:
    size = os.fstat(descriptor).st_size
    tail = os.pread(descriptor, _TAIL_LENGTH, max(0, size - _TAIL_LENGTH))
    _, end_mark, after = tail.rpartition(b"%%EOF")
    if not end_mark:
        raise Refused("damaged")
    if after.strip(b"\0\t\n\f\r "):
        raise Refused("trailing-data")


def _findings(document: pikepdf.Pdf) -> set[str]:
    found = set()
    objects = document.objects
    if len(objects) > _MOST_OBJECTS:
        found.add("partly-examined")
    # A goto-page is commonly written as an array here; only a dictionary can be another kind of action.
    if isinstance(document.Root.get("/OpenAction"), pikepdf.Dictionary):
        found.add("open-action")
    for item in islice(objects, _MOST_OBJECTS):
        if isinstance(item, (pikepdf.Dictionary, pikepdf.Array)) and not isinstance(item, pikepdf.Stream):
            # Written out again, names are free of the #-escapes that could hide them.
            found.update(_FINDINGS[mark] for mark in _MARKS.findall(item.unparse(resolved=True)))
    return found


class Extraction:
    """Writes the files embedded in a document, and in PDFs among them, to `target`; `sizes` tells them apart.

    All of them or none: what is too much, too deep or not readable refuses the whole upload, since a part of
    it would reach its reader without having been scanned.
    """

    def __init__(self, target: int, most_bytes: int) -> None:
        self.sizes: list[int] = []
        self._target = target
        self._most_bytes = most_bytes

    def extract(self, document: pikepdf.Pdf, depth: int = 1) -> None:
        """Raises `Refused`, `CannotWrite`."""
        taken = set()
        for stream in _embedded_streams(document):
            if stream.objgen in taken:  # most are named twice, for old readers and new ones
                continue
            taken.add(stream.objgen)
            content = self._content(stream)
            if not content:
                continue
            if depth > _DEEPEST or len(self.sizes) == _MOST_EMBEDDED:
                raise Refused("not-scannable")
            self._write(content)
            if b"%PDF-" in content[:_HEADER_WITHIN]:
                self._extract_from(content, depth + 1)

    def _extract_from(self, content: bytes, depth: int) -> None:
        try:
            with pikepdf.open(BytesIO(content), attempt_recovery=False) as document:
                self.extract(document, depth)
        except pikepdf.PikepdfError:
            raise Refused("not-scannable") from None

    def _content(self, stream: pikepdf.Object) -> bytes:
        room = self._most_bytes - sum(self.sizes)
        pikepdf.settings.set_qpdf_limits(flate_max_memory=max(room, 1))  # zero would be no limit
        try:
            content = stream.read_bytes(pikepdf.StreamDecodeLevel.generalized)
        except pikepdf.PikepdfError:
            raise Refused("not-scannable") from None
        finally:
            pikepdf.settings.set_qpdf_limits(flate_max_memory=0)
        if len(content) > room:
            raise Refused("not-scannable")
        return content

    def _write(self, content: bytes) -> None:
        self.sizes.append(len(content))
        view = memoryview(content)
        try:
            while view:
                view = view[os.write(self._target, view) :]
        except OSError as error:
            raise CannotWrite(os.strerror(error.errno or 0)) from None


def _embedded_streams(document: pikepdf.Pdf) -> Iterator[pikepdf.Object]:
    """Every stream that is a file: said to be one, or named as one by whatever object.

    They are not looked up in the catalog, where a document may name them or not: readers find them through
    annotations, multimedia and associated files too.
    """
    for item in document.objects:
        if isinstance(item, pikepdf.Stream) and item.stream_dict.get("/Type") == "/EmbeddedFile":
            yield item
        entries = item.stream_dict if isinstance(item, pikepdf.Stream) else item
        if not isinstance(entries, (pikepdf.Dictionary, pikepdf.Array)):
            continue
        if _EMBEDDING.search(entries.unparse(resolved=True)):
            yield from _named_streams(entries)


def _named_streams(item: pikepdf.Object) -> Iterator[pikepdf.Object]:
    """The streams that file specifications within this object name (PDF 1.7, table 44: EF and RF)."""
    within = [item]
    while within:
        container = within.pop()
        if isinstance(container, pikepdf.Dictionary):
            for key in ("/EF", "/RF"):
                named = container.get(key)
                if isinstance(named, pikepdf.Dictionary):
                    for value in named.values():
                        candidates = list(value) if isinstance(value, pikepdf.Array) else [value]
                        yield from (one for one in candidates if isinstance(one, pikepdf.Stream))
        parts = container.values() if isinstance(container, pikepdf.Dictionary) else container
        within += [
            part
            for part in parts
            if isinstance(part, (pikepdf.Dictionary, pikepdf.Array)) and not part.is_indirect
        ]
