"""Is it text in UTF-8: plain, CSV, HTML or XML?

A text is read in pieces and never held whole. What begins as a file of another kind is no text, also where
all of its bytes are characters (a PDF may be written so).
"""

from __future__ import annotations

import codecs
import os
import re
from collections.abc import Iterator
from typing import Final

from storage.examining import xml
from storage.examining.answers import Examined, Refused

_PIECE: Final = 64 * 1024
_BEGINNING: Final = 1024
_BOM: Final = "\ufeff"
_CONTROL: Final = re.compile("[\x00-\x08\x0b\x0e-\x1f\x7f-\x9f]")
_OTHER_KINDS: Final = (b"%PDF-", b"%!PS", b"PK\x03\x04", b"{\\rtf", b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1")
_PAGE: Final = r"(?:!doctype\s+html|html)(?=[\s>])"
_WEB_PAGE: Final = re.compile(rf"\s*(?:<\?xml\s[^<]*)?<{_PAGE}", re.IGNORECASE)
_HTML: Final = re.compile(r"\s*<(?:!--|(?!svg\b)[a-z][a-z0-9]*(?=[\s/>]))", re.IGNORECASE)


def examine_text(descriptor: int) -> Examined:
    """Plain text and CSV: any characters that are no web page. Raises `Refused`."""
    if _WEB_PAGE.match(_beginning(descriptor)):
        raise Refused("not-of-its-type")
    return Examined()


def examine_html(descriptor: int) -> Examined:
    """A web page or a part of one: characters that begin with a tag. Raises `Refused`."""
    beginning = _beginning(descriptor)
    if not _WEB_PAGE.match(beginning) and not _HTML.match(beginning):
        raise Refused("not-of-its-type")
    return Examined()


def examine_xml(descriptor: int) -> Examined:
    """Well-formed XML without a DTD: nothing in it expands, and nothing is fetched for it.

    Raises `Refused`.
    """
    if not _beginning(descriptor).lstrip().startswith("<"):
        raise Refused("not-of-its-type")
    try:
        xml.parse(piece.encode() for piece in _pieces(descriptor))
    except xml.NotWellFormed:
        raise Refused("not-well-formed") from None
    except xml.HasDocumentType:
        raise Refused("document-type") from None
    except xml.OtherEncoding:
        raise Refused("not-utf8") from None
    return Examined()


def _beginning(descriptor: int) -> str:
    """The first characters of a text, all of which is characters."""
    pieces = _pieces(descriptor)
    beginning = next(pieces, "")[:_BEGINNING]
    for _ in pieces:
        continue
    return beginning


def _pieces(descriptor: int) -> Iterator[str]:
    """The text without its byte order mark. Raises `Refused` where it stops being one."""
    if os.pread(descriptor, 16, 0).startswith(_OTHER_KINDS):
        raise Refused("not-of-its-type")
    decoder = codecs.getincrementaldecoder("utf-8")()
    start, is_first = 0, True
    while True:
        read = os.pread(descriptor, _PIECE, start)
        try:
            piece = decoder.decode(read, final=not read)
        except UnicodeDecodeError:
            raise Refused("not-utf8") from None
        if _CONTROL.search(piece):
            raise Refused("control-character")
        yield piece.removeprefix(_BOM) if is_first else piece
        if not read:
            return
        start, is_first = start + len(read), False
