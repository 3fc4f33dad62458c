"""The kinds of files that a message may carry: the 15 media types of the Message Registry's description.

A file's kind follows from the ending of its name; what a sender declares besides must say the same, and the
bytes must be of that kind, which an inspection finds out in the way named here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

ANY_BYTES: Final = "application/octet-stream"
"""What a sender says who says nothing (RFC 2046 §4.5.1)."""

CHARSETS: Final = frozenset({"utf-8", "us-ascii"})
"""What texts may be declared to be in: UTF-8, and its part that is older."""


class Check(StrEnum):
    """How it is found out whether bytes are of a kind."""

    PDF = "pdf"
    ARCHIVE = "archive"
    OPEN_DOCUMENT = "open-document"
    OFFICE_XML = "office-xml"
    COMPOUND = "compound"
    TEXT = "text"
    HTML = "html"
    XML = "xml"


@dataclass(frozen=True, slots=True)
class MediaType:
    """A media type (RFC 2046), the endings that its file names may have, and how it is checked."""

    name: str
    endings: tuple[str, ...]
    check: Check

    @property
    def is_text(self) -> bool:
        """Whether it is characters, and may say in which encoding."""
        return self.name.startswith("text/")


_OPEN_DOCUMENT = "application/vnd.oasis.opendocument"
_OFFICE_XML = "application/vnd.openxmlformats-officedocument"

MEDIA_TYPES: Final[Mapping[str, MediaType]] = {
    one.name: one
    for one in (
        MediaType("application/pdf", (".pdf",), Check.PDF),
        MediaType("application/zip", (".zip",), Check.ARCHIVE),
        MediaType("text/csv", (".csv",), Check.TEXT),
        MediaType("text/html", (".html", ".htm"), Check.HTML),
        MediaType("text/plain", (".txt",), Check.TEXT),
        MediaType("text/xml", (".xml",), Check.XML),
        MediaType(f"{_OPEN_DOCUMENT}.text", (".odt",), Check.OPEN_DOCUMENT),
        MediaType(f"{_OPEN_DOCUMENT}.spreadsheet", (".ods",), Check.OPEN_DOCUMENT),
        MediaType(f"{_OPEN_DOCUMENT}.presentation", (".odp",), Check.OPEN_DOCUMENT),
        MediaType(f"{_OPEN_DOCUMENT}.graphics", (".odg",), Check.OPEN_DOCUMENT),
        MediaType("application/vnd.ms-excel", (".xls",), Check.COMPOUND),
        MediaType(f"{_OFFICE_XML}.spreadsheetml.sheet", (".xlsx",), Check.OFFICE_XML),
        MediaType("application/vnd.ms-powerpoint", (".ppt",), Check.COMPOUND),
        MediaType("application/msword", (".doc",), Check.COMPOUND),
        MediaType(f"{_OFFICE_XML}.wordprocessingml.document", (".docx",), Check.OFFICE_XML),
    )
}
"""All that are accepted, by name."""

ALIASES: Final[Mapping[str, str]] = {"application/xml": "text/xml"}
"""Other names of the same thing (RFC 7303 §9.2)."""

ENDINGS: Final[Mapping[str, MediaType]] = {
    ending: one for one in MEDIA_TYPES.values() for ending in one.endings
}
"""The media types by the endings of file names, in lower case."""


def of_file_name(name: str | None) -> MediaType | None:
    """The kind that a file of this name is; None for one that is not accepted."""
    _, dot, ending = (name or "").rpartition(".")
    return ENDINGS.get(dot + ending.lower())


def declared(name: str) -> MediaType | None:
    """The kind of this name, given without parameters; None for one that is not accepted."""
    lower = name.lower()
    return MEDIA_TYPES.get(ALIASES.get(lower, lower))
