"""The CSV extract, line by line. `docs/reference/party-register.md` describes its columns."""

from __future__ import annotations

import csv
from datetime import date
from pathlib import Path
from typing import Final

from domain.identifiers import Identifier, IdentifierInvalid, IdentifierScheme, parse_identifier
from domain.register import Ceased, Deceased, Exists, Finding, ReplacedBy
from registers.findings_table import FindingsTable

COLUMNS: Final = ["scheme", "number", "state", "date", "replaced_by"]

_SCHEMES: Final = {
    scheme.value: scheme for scheme in IdentifierScheme if scheme is not IdentifierScheme.CLIENT
}


class ExtractRefused(Exception):
    """The file is no extract. The text names the line and the rule, never what the line holds."""


class _RowRefused(ValueError):
    """What is wrong with a row."""


def read_extract(path: Path) -> FindingsTable:
    """The whole extract, or `ExtractRefused`."""
    table = FindingsTable()
    lines: list[int] = []
    line = 1
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            rows = csv.reader(file, strict=True)
            if next(rows, None) != COLUMNS:
                raise ExtractRefused(f"line 1: the first line is {','.join(COLUMNS)}")
            for row in rows:
                line = rows.line_num
                table.add(*_row(row))
                lines.append(line)
    except _RowRefused as error:
        raise ExtractRefused(f"line {line}: {error}") from None
    except csv.Error:
        raise ExtractRefused(f"line {line + 1}: this is not CSV") from None
    except UnicodeDecodeError:
        raise ExtractRefused("the file is not UTF-8") from None
    except OSError as error:
        raise ExtractRefused("the file cannot be read") from error
    twice = table.sort()
    if twice is not None:
        first, second = sorted(lines[place] for place in twice)
        raise ExtractRefused(f"line {second}: the number was on line {first} already")
    return table


def _row(row: list[str]) -> tuple[Identifier, Finding]:
    if len(row) != len(COLUMNS):
        raise _RowRefused(f"a row has {len(COLUMNS)} columns")
    scheme, number, state, day, replaced_by = row
    if scheme not in _SCHEMES:
        raise _RowRefused(f"scheme is one of {', '.join(_SCHEMES)}")
    identifier = _identifier(_SCHEMES[scheme], number, "number")
    return identifier, _finding(identifier, state, day, replaced_by)


def _identifier(scheme: IdentifierScheme, number: str, column: str) -> Identifier:
    try:
        return parse_identifier(scheme, number)
    except IdentifierInvalid as error:
        raise _RowRefused(f"{column}: {error}") from None


def _finding(identifier: Identifier, state: str, day: str, replaced_by: str) -> Finding:
    is_person = identifier.scheme is IdentifierScheme.SSIN
    if (replaced_by != "") != (state == "replaced"):
        raise _RowRefused("replaced_by is for the state replaced, and for no other")
    if day and state not in {"deceased", "ceased"}:
        raise _RowRefused("date is for the states deceased and ceased")
    if state == "exists":
        return Exists()
    if state == "replaced":
        other = _identifier(identifier.scheme, replaced_by, "replaced_by")
        if other == identifier:
            raise _RowRefused("a number does not replace itself")
        return ReplacedBy(other.number)
    if state == "deceased" and is_person:
        return Deceased(_date(day))
    if state == "ceased" and not is_person:
        return Ceased(_date(day))
    allowed = "exists, replaced, deceased" if is_person else "exists, replaced, ceased"
    raise _RowRefused(f"state is one of {allowed}")


def _date(day: str) -> date | None:
    if not day:
        return None
    try:
        if len(day) == len("2026-01-31"):
            return date.fromisoformat(day)
    except ValueError:
        pass
    raise _RowRefused("date is YYYY-MM-DD, or empty")
