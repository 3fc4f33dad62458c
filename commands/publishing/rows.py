"""The items of a CSV file: one message a row, its columns by name.

A comma or, as spreadsheets here write it, a semicolon divides the columns.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from datetime import date, datetime, time
from pathlib import Path
from typing import Any, Final
from zoneinfo import ZoneInfo

from ebox_client import Recipient

from commands.publishing.items import MAX_FILES, Defaults, Item, ItemInvalid, attach

LANGUAGES: Final = ("nl", "fr", "de", "en")
_TEXTS: Final = {"subject": "subject", "body": "bodyContent", "title": "nonSensitiveTitle"}
_FILES: Final = tuple(f"file{place}" for place in range(1, MAX_FILES + 1))
_PLAIN: Final = {"to", "type", "application", "expires", "publish_at", "attention", "idempotency_key"}
_KNOWN: Final = _PLAIN | {f"{name}_{language}" for name in _TEXTS for language in LANGUAGES} | {*_FILES}
_DATA: Final = "data_"
_BELGIUM: Final = ZoneInfo("Europe/Brussels")
_MAX_CELL: Final = 1024 * 1024
_END_OF_DAY: Final = time(23, 59, 59)


def read_rows(path: Path, defaults: Defaults) -> Iterator[Item | ItemInvalid]:
    """The items of a CSV file in UTF-8. A first line that is not understood is the only thing it gives."""
    csv.field_size_limit(_MAX_CELL)
    with path.open(encoding="utf-8-sig", newline="") as file:
        first = file.readline()
        file.seek(0)
        reader = csv.DictReader(file, delimiter=";" if ";" in first else ",", strict=True)
        try:
            unknown = _unknown(reader.fieldnames or ())
            if unknown:
                yield unknown
                return
            for number, row in enumerate(reader, 1):
                yield _item(number, row, defaults)
        except (csv.Error, UnicodeDecodeError):
            yield ItemInvalid(f"line {reader.line_num + 1}: not CSV in UTF-8")


def _unknown(columns: Any) -> ItemInvalid | None:
    if "to" not in columns:
        return ItemInvalid("line 1: names no column `to`")
    wrong = [name for name in columns if name not in _KNOWN and not name.startswith(_DATA)]
    if wrong:
        return ItemInvalid(f"line 1: unknown column `{wrong[0]}`")
    if len(set(columns)) < len(columns):
        return ItemInvalid("line 1: a column comes twice")
    return None


def _item(number: int, row: dict[Any, Any], defaults: Defaults) -> Item | ItemInvalid:
    try:
        if None in row or None in row.values():
            raise ItemInvalid("has not as many cells as there are columns")  # noqa: TRY301 - one place tells
        cells = {name: cell.strip() for name, cell in row.items() if cell.strip()}
        message = _message(cells, defaults)
        files = attach(message, [cells[name] for name in _FILES if name in cells])
    except ItemInvalid as error:
        return ItemInvalid(f"item {number}: {error}")
    return Item(number, message, files, cells.get("idempotency_key"))


def _message(cells: dict[str, str], defaults: Defaults) -> dict[str, Any]:
    message: dict[str, Any] = {
        "recipient": _recipient(cells),
        "messageTypeId": cells.get("type", defaults.message_type),
        "senderApplicationId": cells.get("application", defaults.application),
        "isBodyMainContent": not any(name in cells for name in _FILES),
    }
    for name, column in (("messageTypeId", "type"), ("senderApplicationId", "application")):
        if message[name] is None:
            raise ItemInvalid(f"`{column}` is empty, and there is no --{column}")
    for column, name in _TEXTS.items():
        texts = {
            language: cells[f"{column}_{language}"]
            for language in LANGUAGES
            if f"{column}_{language}" in cells
        }
        if texts:
            message[name] = texts
    if "subject" not in message:
        raise ItemInvalid("has no subject")
    for column, name in (("expires", "expirationDate"), ("publish_at", "requestedPublishTime")):
        if column in cells:
            message[name] = moment(cells[column], column)
    if "attention" in cells:
        message["forTheAttentionOf"] = {"label": cells["attention"]}
    data = [
        {"key": name.removeprefix(_DATA), "values": [dict.fromkeys(message["subject"], cell)]}
        for name, cell in cells.items()
        if name.startswith(_DATA)
    ]
    if data:
        message["businessDataList"] = data
    return message


def _recipient(cells: dict[str, str]) -> dict[str, Any]:
    try:
        return Recipient.of(cells.get("to", "")).json()
    except ValueError as error:
        raise ItemInvalid(f"`to` is not {error}") from None


def moment(text: str, column: str) -> str:
    """A day (its end in Belgium, as the periods of eBox end) or a time with its offset, in RFC 3339.

    Raises `ItemInvalid`.
    """
    try:
        if len(text) == len("2027-01-31"):
            return datetime.combine(date.fromisoformat(text), _END_OF_DAY, _BELGIUM).isoformat()
        time_given = datetime.fromisoformat(text)
    except ValueError:
        time_given = None
    if time_given is None or time_given.tzinfo is None:
        raise ItemInvalid(f"`{column}` is neither a day (2027-01-31) nor a time with its offset")
    return time_given.isoformat()
