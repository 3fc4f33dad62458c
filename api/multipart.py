"""A multipart/form-data body (RFC 7578), cut into parts while it arrives.

Over `python-multipart`'s push parser, which takes the bytes as they come: on bodies of a few hundred bytes
it is thirty times faster than streaming-form-data, and as fast on large files. It bounds the number and the
length of a part's headers; the number of parts is bounded here, and that the last boundary was there is
checked here.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Self, TypeAlias

from python_multipart.exceptions import FormParserError
from python_multipart.multipart import MultipartParser, parse_options_header

from api.disposition import BadDisposition, parse_disposition
from api.problem_types import BAD_REQUEST, UNSUPPORTED_MEDIA_TYPE
from api.refusals import Refusal

MAX_PARTS: Final = 16
_MAX_BOUNDARY_CHARACTERS: Final = 70  # RFC 2046 §5.1.1
_PLAIN_ENCODINGS: Final = frozenset({"", "binary", "8bit", "7bit"})


@dataclass(frozen=True, slots=True)
class PartBegins:
    """A part's headers are complete: its name, and what it says of its file."""

    name: str
    file_name: str | None
    media_type: str | None
    charset: str | None = None


@dataclass(frozen=True, slots=True)
class PartEnds:
    """All the bytes of the part have come."""


Found: TypeAlias = PartBegins | bytes | PartEnds


def boundary_of(content_type: str | None) -> bytes:
    """The boundary that the request's `Content-Type` announces; a `Refusal` where there is none."""
    media_type, options = parse_options_header(content_type)
    if media_type != b"multipart/form-data":
        raise Refusal(UNSUPPORTED_MEDIA_TYPE, "Send multipart/form-data.")
    boundary = options.get(b"boundary", b"")
    if not 1 <= len(boundary) <= _MAX_BOUNDARY_CHARACTERS:
        raise malformed("Content-Type announces no boundary of 1 to 70 characters.")
    return boundary


def malformed(detail: str) -> Refusal:
    """The body is not multipart/form-data as the RFC describes it."""
    return Refusal(BAD_REQUEST, detail)


class MultipartReader:
    """Push bytes in with `feed`, get what they brought. Holds no more than the headers of one part."""

    def __init__(self, boundary: bytes) -> None:
        self._found: list[Found] = []
        self._parts = 0
        self._field = b""
        self._value = b""
        self._headers: dict[bytes, bytes] = {}
        self._is_complete = False
        self._parser = MultipartParser(
            boundary,
            {
                "on_part_begin": self._part_begins,
                "on_header_field": self._header_field,
                "on_header_value": self._header_value,
                "on_header_end": self._header_ends,
                "on_headers_finished": self._headers_end,
                "on_part_data": self._data,
                "on_part_end": self._part_ends,
                "on_end": self._ends,
            },
        )

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        # The parser and this object hold each other; without this only the garbage collector could free them.
        self._parser.callbacks = {}

    @property
    def is_complete(self) -> bool:
        """Whether the closing boundary has come."""
        return self._is_complete

    def feed(self, chunk: bytes) -> list[Found]:
        """What this chunk brought, in order. Raises `Refusal`."""
        self._found = []
        try:
            self._parser.write(chunk)
        except FormParserError:
            raise malformed("The body is not multipart/form-data with the announced boundary.") from None
        return self._found

    def _part_begins(self) -> None:
        self._parts += 1
        if self._parts > MAX_PARTS:
            raise malformed(f"The body has more than {MAX_PARTS} parts.")
        self._headers = {}

    def _header_field(self, data: bytes, start: int, end: int) -> None:
        self._field += data[start:end]

    def _header_value(self, data: bytes, start: int, end: int) -> None:
        self._value += data[start:end]

    def _header_ends(self) -> None:
        name = self._field.lower()
        if name in self._headers:
            raise malformed("A part gives a header twice.")
        self._headers[name] = self._value
        self._field = self._value = b""

    def _headers_end(self) -> None:
        try:
            disposition = parse_disposition(self._headers.get(b"content-disposition", b""))
        except BadDisposition as bad:
            raise malformed(f"The body cannot be read: {bad}.") from None
        encoding = self._headers.get(b"content-transfer-encoding", b"").decode("latin-1")
        if encoding.strip().lower() not in _PLAIN_ENCODINGS:
            raise malformed("Send parts as they are, without Content-Transfer-Encoding (RFC 7578 §4.7).")
        media_type, options = parse_options_header(self._headers.get(b"content-type"))
        self._found.append(
            PartBegins(
                disposition.name,
                disposition.file_name,
                media_type.decode("latin-1") or None,
                options.get(b"charset", b"").decode("latin-1") or None,
            )
        )

    def _data(self, data: bytes, start: int, end: int) -> None:
        self._found.append(data[start:end])

    def _part_ends(self) -> None:
        self._found.append(PartEnds())

    def _ends(self) -> None:
        self._is_complete = True
