"""The items of a file, one after the other: NDJSON in the API's own words, or CSV (see `rows`)."""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

MAX_FILES: Final = 6


class ItemInvalid(ValueError):
    """What is wrong with one item, in words that repeat nothing of it."""


@dataclass(frozen=True, slots=True)
class Item:
    """One message of the file. `number` counts from 1; `files` are names below the folder, by part."""

    number: int
    message: dict[str, Any] = field(repr=False)
    files: dict[str, str] = field(repr=False)
    key: str | None = None


@dataclass(frozen=True, slots=True)
class Defaults:
    """What rows need not say."""

    message_type: str | None = None
    application: str | None = None


def read_lines(path: Path, defaults: Defaults) -> Iterator[Item | ItemInvalid]:
    """The items of an NDJSON file: `{"messageToPublish": {…}, "files": ["a.pdf"], "idempotencyKey": "…"}`."""
    number = 0
    with path.open("rb") as file:
        for line in file:
            if not line.strip():
                continue
            number += 1
            try:
                yield _item(number, line, defaults)
            except ItemInvalid as error:
                yield ItemInvalid(f"item {number}: {error}")


def _item(number: int, line: bytes, defaults: Defaults) -> Item:
    try:
        document = json.loads(line)
    except ValueError:
        raise ItemInvalid("not JSON") from None
    if not isinstance(document, dict) or not isinstance(document.get("messageToPublish"), dict):
        raise ItemInvalid("not an object with `messageToPublish`")
    unknown = document.keys() - {"messageToPublish", "files", "idempotencyKey"}
    if unknown:
        raise ItemInvalid("has other names than `messageToPublish`, `files`, `idempotencyKey`")
    names, key = document.get("files", []), document.get("idempotencyKey")
    if not isinstance(names, list) or not all(isinstance(one, str) for one in names):
        raise ItemInvalid("`files` is not a list of names")
    if not isinstance(key, str | None):
        raise ItemInvalid("`idempotencyKey` is not a text")
    message = dict(document["messageToPublish"])
    for name, value in (
        ("messageTypeId", defaults.message_type),
        ("senderApplicationId", defaults.application),
    ):
        if value is not None:
            message.setdefault(name, value)
    return Item(number, message, attach(message, names), key)


def attach(message: dict[str, Any], names: list[str]) -> dict[str, str]:
    """The files by part, `upfile1` first. A message that announces none gets them, the first as main content.

    Raises `ItemInvalid`.
    """
    if len(names) > MAX_FILES:
        raise ItemInvalid(f"has more than {MAX_FILES} files")
    files = {f"upfile{place}": name for place, name in enumerate(names, 1)}
    if not files:
        return files
    has_main = message.get("isBodyMainContent") is True
    announced = message.setdefault(
        "attachments",
        [{"httpPartName": part, "isMainContent": not has_main and part == "upfile1"} for part in files],
    )
    parts = [one.get("httpPartName") for one in announced if isinstance(one, dict)]
    if sorted(part for part in parts if part) != sorted(files):
        raise ItemInvalid("`attachments` and `files` do not go together: the first file is `upfile1`")
    return files
