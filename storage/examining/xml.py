"""Parses XML that a stranger wrote, piece by piece, with nothing in it that expands.

What makes XML dangerous to parse is declared in a DTD: entities that hold each other, or that are files and
addresses. None is fetched, and a declaration of one ends the parsing (OWASP: XML External Entity Prevention).
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Any, Final
from xml.parsers import expat

ENCODINGS: Final = frozenset({"utf-8", "us-ascii"})

Element = Callable[[str, dict[str, str]], None]
"""Is given the name of an element without its namespace, and its attributes."""


class NotWellFormed(Exception):
    """It cannot be read to its end."""


class HasDocumentType(Exception):
    """It has a DTD, or one that declares entities."""


class OtherEncoding(Exception):
    """It says that it is in another encoding than UTF-8."""


def parse(pieces: Iterable[bytes], element: Element | None = None, *, may_name_a_dtd: bool = False) -> None:
    """Read all of it, in UTF-8. Raises `NotWellFormed`, `HasDocumentType`, `OtherEncoding`."""
    parser = expat.ParserCreate("utf-8")
    parser.XmlDeclHandler = _declared
    parser.EntityDeclHandler = _document_type
    if not may_name_a_dtd:
        parser.StartDoctypeDeclHandler = _document_type
    if element is not None:
        parser.StartElementHandler = lambda name, attributes: element(name.rpartition(":")[2], attributes)
    try:
        for piece in pieces:
            parser.Parse(piece, False)
        parser.Parse(b"", True)
    except expat.ExpatError:
        raise NotWellFormed from None


def _declared(_version: str, encoding: str | None, _standalone: int) -> None:
    if encoding is not None and encoding.lower() not in ENCODINGS:
        raise OtherEncoding


def _document_type(*_: Any) -> None:
    raise HasDocumentType
