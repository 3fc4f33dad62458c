"""Whether a drawing (SVG) draws and does nothing else.

A drawing is a document: it may hold scripts, ask for other files, and change itself. What is served to
browsers under our name has only elements that draw, and refers to nothing but itself.
"""

from __future__ import annotations

import re
from typing import Any, Final

from storage.examining import xml

_DRAWS: Final = frozenset(
    {
        "circle",
        "clipPath",
        "defs",
        "desc",
        "ellipse",
        "g",
        "line",
        "linearGradient",
        "marker",
        "mask",
        "path",
        "pattern",
        "polygon",
        "polyline",
        "radialGradient",
        "rect",
        "stop",
        "svg",
        "symbol",
        "text",
        "textPath",
        "title",
        "tspan",
    }
)
_REFERENCES: Final = frozenset({"href", "src", "base"})
_REFERENCE_IN_STYLE: Final = re.compile(r"url\(\s*['\"]?\s*(?!#)|@import|\\", re.IGNORECASE)


class NotADrawing(ValueError):
    """It is no SVG, or one that does more than draw; says what."""


def check_drawing(content: bytes) -> None:
    """Raise `NotADrawing` unless it is a drawing that only draws."""
    if b"<?xml-stylesheet" in content:
        raise NotADrawing("it asks for a style sheet")
    names: list[str] = []

    def look(name: str, attributes: dict[str, Any]) -> None:
        if not names and name != "svg":
            raise NotADrawing("it is no SVG document")
        names.append(name)
        if name not in _DRAWS:
            raise NotADrawing("it holds an element that does more than draw")
        for attribute, value in attributes.items():
            _check_attribute(attribute.rpartition(":")[2].lower(), value)

    try:
        xml.parse([content], look)
    except (xml.NotWellFormed, xml.HasDocumentType, xml.OtherEncoding):
        raise NotADrawing("it is no XML in UTF-8 without a document type") from None


def _check_attribute(name: str, value: str) -> None:
    if name.startswith("on"):
        raise NotADrawing("an attribute of it runs a script")
    if name in _REFERENCES and not value.strip().startswith("#"):
        raise NotADrawing("it refers to something outside itself")
    if _REFERENCE_IN_STYLE.search(value):
        raise NotADrawing("its style refers to something outside itself")
