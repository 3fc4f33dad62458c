"""JSON (RFC 8259) read so that two readers cannot disagree about what it says.

The standard library's reader lets the last of repeated names win and takes NaN for a number; both are
refused here. So are objects with more members than any of ours has, because every unknown one costs an
issue.
"""

from __future__ import annotations

import json
from typing import Any, Final, NoReturn

from domain.errors import InvalidInput, Issue

MAX_MEMBERS: Final = 64


class _Refused(Exception):
    def __init__(self, code: str, detail: str) -> None:
        super().__init__(code)
        self.code, self.detail = code, detail


def _members(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    members = dict(pairs)
    if len(members) != len(pairs):
        raise _Refused("repeatedName", "an object gives a name twice")
    if len(pairs) > MAX_MEMBERS:
        raise _Refused("tooMany", f"an object has more than {MAX_MEMBERS} members")
    return members


def _not_a_number(constant: str) -> NoReturn:
    raise _Refused("notJson", f"{constant} is not JSON")


# Whole numbers are read as floats too: none is used, and a float of a million digits costs nothing.
_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_members, parse_constant=_not_a_number, parse_int=float, parse_float=float
)


def parse(data: bytes, name: str) -> Any:
    """What the JSON says. Raises `InvalidInput`, whose issue is about the input called `name`."""
    try:
        return _DECODER.decode(data.decode())
    except UnicodeDecodeError:
        raise _invalid(name, "notUtf8", "must be UTF-8") from None
    except json.JSONDecodeError as error:
        where = f"line {error.lineno}, column {error.colno}"
        raise _invalid(name, "notJson", f"must be JSON; it stops being so at {where}") from None
    except RecursionError:
        raise _invalid(name, "tooDeep", "is nested too deep") from None
    except _Refused as refused:
        raise _invalid(name, refused.code, refused.detail) from None


def _invalid(name: str, code: str, detail: str) -> InvalidInput:
    return InvalidInput(Issue(name, code, detail))
