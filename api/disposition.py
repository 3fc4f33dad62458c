"""`Content-Disposition` in both directions: what a part is called (RFC 7578), what a download is called
(RFC 6266).

A file name is a sender's free text that ends up on a reader's disk: only its last path component counts,
and characters that do not print, or turn the reading direction round, are refused.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final
from urllib.parse import quote, unquote_to_bytes

from domain.draft import MAX_FILE_NAME_CHARACTERS

_TOKEN = r"[!#$%&'*+.^_`|~0-9A-Za-z-]+"  # noqa: S105 - RFC 9110's word for a grammar rule
_PARAMETER: Final = re.compile(rf'\s*;\s*({_TOKEN})\s*=\s*(?:"((?:[^"\\]|\\.)*)"|([^;"\s]*))')
_FORM_DATA: Final = re.compile(r"\s*form-data(?=\s*;|\s*$)", re.IGNORECASE)
_QUOTED_PAIR: Final = re.compile(r'\\(["\\])')
_UNSAFE: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\u202a-\u202e\u2066-\u2069\ufeff]")


class BadDisposition(ValueError):
    """The header is not what RFC 7578 §4.2 asks for, or its file name is not acceptable. Holds no name."""


@dataclass(frozen=True, slots=True)
class Disposition:
    """What a part's header says: the field's name, and the file's where it is a file."""

    name: str
    file_name: str | None


def parse_disposition(header: bytes) -> Disposition:
    """What the header of a part of a form says. Raises `BadDisposition`."""
    try:
        text = header.decode()
    except UnicodeDecodeError:
        raise BadDisposition("Content-Disposition must be UTF-8") from None
    parameters = _parameters(text)
    if not parameters.get("name"):
        raise BadDisposition("a part has no name")
    return Disposition(parameters["name"], _file_name(parameters))


def _parameters(text: str) -> dict[str, str]:
    start = _FORM_DATA.match(text)
    if start is None:
        raise BadDisposition("the disposition of a part must be form-data")
    found: dict[str, str] = {}
    position = start.end()
    while text[position:].strip(" \t;"):
        match = _PARAMETER.match(text, position)
        if match is None:
            raise BadDisposition("Content-Disposition cannot be read")
        name, quoted, plain = match.groups()
        name = name.lower()
        if name in found:
            raise BadDisposition("Content-Disposition gives a parameter twice")
        found[name] = plain if quoted is None else _QUOTED_PAIR.sub(r"\1", quoted)
        position = match.end()
    return found


def _file_name(parameters: dict[str, str]) -> str | None:
    extended = parameters.get("filename*")
    name = parameters.get("filename") if extended is None else _extended_value(extended)
    if name is None:
        return None
    name = re.split(r"[/\\]", name)[-1].strip(" ")
    if name in ("", ".", ".."):
        return None
    if _UNSAFE.search(name):
        raise BadDisposition("the file name holds characters that do not print")
    if len(name) > MAX_FILE_NAME_CHARACTERS:
        raise BadDisposition(f"the file name has more than {MAX_FILE_NAME_CHARACTERS} characters")
    return name


def _extended_value(value: str) -> str:
    """The text of an RFC 8187 §3.2 value, `UTF-8'language'percent-encoded`."""
    charset, _, rest = value.partition("'")
    _, quote_mark, encoded = rest.partition("'")
    if charset.lower() != "utf-8" or not quote_mark:
        raise BadDisposition("filename* must be in UTF-8, as RFC 8187 says")
    try:
        return unquote_to_bytes(encoded).decode()
    except UnicodeDecodeError:
        raise BadDisposition("filename* is not UTF-8") from None


def attachment_disposition(file_name: str | None) -> str:
    """The header of a download (RFC 6266 §4): always saved, never shown; old clients get an ASCII name."""
    if not file_name:
        return "attachment"
    plain = re.sub(r"[^ !#$&-\[\]-~]", "_", file_name)
    header = f'attachment; filename="{plain}"'
    if plain != file_name:
        header += "; filename*=UTF-8''" + quote(file_name, safe="!#$&+-.^_`|~")
    return header
