"""Range and conditional requests for documents (RFC 9110 §13 and §14)."""

from __future__ import annotations

import re
from typing import Final

from starlette.datastructures import Headers

from application.views import ANY_DOCUMENT, ByteRange, ContentRequest

_RANGE: Final = re.compile(r"bytes=[ \t]*(\d*)-(\d*)[ \t]*", re.IGNORECASE | re.ASCII)
_MAX_DIGITS: Final = 18
_BEYOND_ANY_END: Final = 10**_MAX_DIGITS
_ENTITY_TAG: Final = re.compile(r'(W/)?"([!#-~]*)"')


def content_request(headers: Headers, *, describe_only: bool) -> ContentRequest:
    """What these headers ask for. A range is only for GET (RFC 9110 §14.2)."""
    return ContentRequest(
        byte_range=None if describe_only else byte_range(headers.get("range")),
        if_range=_if_range(headers.get("if-range")),
        known=_tags(headers.getlist("if-none-match"), weak_too=True) or frozenset(),
        required=_tags(headers.getlist("if-match"), weak_too=False),
        describe_only=describe_only,
    )


def byte_range(header: str | None) -> ByteRange | None:
    """The one range asked for, or None for all: no header, one that cannot be read, or several ranges."""
    match = _RANGE.fullmatch(header or "")
    if match is None:
        return None
    first, last = match.groups()
    if not first:
        return ByteRange(suffix=_position(last)) if last else None
    if not last:
        return ByteRange(start=_position(first))
    if _position(last) < _position(first):
        return None
    return ByteRange(start=_position(first), end=_position(last) + 1)


def _position(digits: str) -> int:
    digits = digits.lstrip("0")
    return int(digits or "0") if len(digits) <= _MAX_DIGITS else _BEYOND_ANY_END


def _tags(lines: list[str], *, weak_too: bool) -> frozenset[str] | None:
    """The digests in a header, `ANY_DOCUMENT` for `*`; None without it (RFC 9110 §13.1.1, §13.1.2)."""
    if not lines:
        return None
    text = ", ".join(lines)
    if text.strip(" \t") == ANY_DOCUMENT:
        return frozenset({ANY_DOCUMENT})
    found = _ENTITY_TAG.findall(text)
    return frozenset(tag for weak, tag in found if tag != ANY_DOCUMENT and (weak_too or not weak))


def _if_range(header: str | None) -> str | None:
    """The digest that the range depends on; one that never matches for a weak tag or a date (§13.1.5)."""
    if header is None:
        return None
    match = _ENTITY_TAG.fullmatch(header.strip())
    return match[2] if match and not match[1] else ""


def entity_tag(sha256: str) -> str:
    """The strong entity tag of a document: its digest."""
    return f'"{sha256}"'
