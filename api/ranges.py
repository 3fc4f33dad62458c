"""Range and conditional requests for documents (RFC 9110 §13 and §14)."""

from __future__ import annotations

import re
from typing import Final

from starlette.datastructures import Headers

from application.views import ByteRange, ContentRequest

_RANGE: Final = re.compile(r"bytes=[ \t]*(\d{0,18})-(\d{0,18})[ \t]*", re.IGNORECASE | re.ASCII)
_ENTITY_TAG: Final = re.compile(r'(W/)?"([!#-~]*)"')


def content_request(headers: Headers, *, describe_only: bool) -> ContentRequest:
    """What these headers ask for. A range is only for GET (RFC 9110 §14.2)."""
    return ContentRequest(
        byte_range=None if describe_only else byte_range(headers.get("range")),
        if_range=_if_range(headers.get("if-range")),
        known=frozenset(tag for _, tag in _ENTITY_TAG.findall(", ".join(headers.getlist("if-none-match")))),
        describe_only=describe_only,
    )


def byte_range(header: str | None) -> ByteRange | None:
    """The one range asked for, or None for all: no header, one that cannot be read, or several ranges."""
    match = _RANGE.fullmatch(header or "")
    if match is None:
        return None
    first, last = match.groups()
    if not first:
        return ByteRange(suffix=int(last)) if last else None
    if not last:
        return ByteRange(start=int(first))
    if int(last) < int(first):
        return None
    return ByteRange(start=int(first), end=int(last) + 1)


def _if_range(header: str | None) -> str | None:
    """The digest that the range depends on; one that never matches for a weak tag or a date (§13.1.5)."""
    if header is None:
        return None
    match = _ENTITY_TAG.fullmatch(header.strip())
    return match[2] if match and not match[1] else ""


def entity_tag(sha256: str) -> str:
    """The strong entity tag of a document: its digest."""
    return f'"{sha256}"'
