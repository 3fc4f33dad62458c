"""Logos in a partners file: pictures that are what they say, and drawings that only draw."""

from __future__ import annotations

from base64 import b64decode
from pathlib import Path
from typing import Any

import pytest

from application.demo.secrets import LOGOS
from application.partners import read_partners_file
from application.partnersfile.drawings import NotADrawing, check_drawing
from application.partnersfile.logos import MOST_BYTES
from domain.errors import InvalidInput
from tests.unit.application.test_partners_file import a_file

PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)
SVG = '<svg xmlns="http://www.w3.org/2000/svg" xmlns:xlink="http://www.w3.org/1999/xlink">{}</svg>'


def logo(name: str = "logo.png", **changes: Any) -> dict[str, Any]:
    return {"id": "main", "mediaType": "image/png", "file": name} | changes


def test_a_picture_is_taken_in_as_it_lies_in_its_file(tmp_path: Path) -> None:
    (tmp_path / "logo.png").write_bytes(PNG)
    file = read_partners_file(a_file(tmp_path, partners__0__logos=[logo(language="nl")]))
    [record] = file.partners[0].declaration().presentation.logos
    assert (record.id, record.media_type, record.language) == ("main", "image/png", "nl")
    assert b64decode(record.content) == PNG


@pytest.mark.parametrize(
    ("content", "entries"),
    [
        (PNG, [logo(mediaType="image/jpeg")]),
        (b"GIF89a", [logo()]),
        (PNG + bytes(MOST_BYTES), [logo()]),
        (PNG, [logo(), logo()]),
        (PNG, [logo(id=f"logo-{number}") for number in range(5)]),
        (PNG, [logo(id="a/b")]),
        (PNG, [logo("nowhere.png")]),
        (PNG, [logo(mediaType="image/svg+xml")]),
        (PNG, [logo(mediaType="text/html")]),
        (PNG, [logo(language="en")]),
    ],
)
def test_a_picture_that_is_not_what_it_says_is_refused(
    tmp_path: Path, content: bytes, entries: list[dict[str, Any]]
) -> None:
    (tmp_path / "logo.png").write_bytes(content)
    with pytest.raises(InvalidInput):
        read_partners_file(a_file(tmp_path, partners__0__logos=entries))


@pytest.mark.parametrize(
    "inside",
    [
        "<script>alert(1)</script>",
        "<g onclick='alert(1)'/>",
        "<g OnLoad='alert(1)'/>",
        "<use href='#x'/>",
        "<textPath href='https://elsewhere.example/#x'/>",
        "<textPath xlink:href='data:image/svg+xml,x'/>",
        "<g xml:base='https://elsewhere.example/'/>",
        "<image href='https://elsewhere.example/x.png'/>",
        "<foreignObject/>",
        "<style>@import 'https://elsewhere.example'</style>",
        "<set attributeName='href' to='https://elsewhere.example'/>",
        "<rect fill='url(https://elsewhere.example/#x)'/>",
        "<rect style='fill: u\\72l(//elsewhere.example)'/>",
        "<a href='javascript:alert(1)'/>",
        "<rect>",
    ],
)
def test_a_drawing_that_does_more_than_draw_is_refused(inside: str) -> None:
    with pytest.raises(NotADrawing):
        check_drawing(SVG.format(inside).encode())


@pytest.mark.parametrize(
    "content",
    [
        b"<html/>",
        b"<!DOCTYPE svg><svg/>",
        b'<?xml-stylesheet href="https://elsewhere.example"?><svg/>',
        '<?xml version="1.0" encoding="utf-16"?><svg/>'.encode("utf-16"),
        b"",
    ],
)
def test_what_is_no_plain_drawing_is_refused(content: bytes) -> None:
    with pytest.raises(NotADrawing):
        check_drawing(content)


def test_drawings_that_draw_are_taken() -> None:
    check_drawing(SVG.format("<defs><path id='a' d=''/></defs><rect fill='url(#a)'/>").encode())
    for path in LOGOS:
        check_drawing(path.read_bytes())
