"""Structured field values (RFC 9651), as far as our headers use them: one string, with or without parameters.

Read in full rather than by its looks: a sender who writes `"k";v=1` today and `"k"` tomorrow means the same
key, and whoever took the two for different keys would publish twice.
"""

from __future__ import annotations

import re
from typing import Final

_STRING: Final = r'"(?:[ !#-\[\]-~]|\\["\\])*"'
_BARE_ITEMS: Final = (
    _STRING,
    r"-?[0-9]{1,12}\.[0-9]{1,3}",  # decimal
    r"@?-?[0-9]{1,15}",  # integer; date
    r"[A-Za-z*][!#$%&'*+.^_`|~0-9A-Za-z:/-]*",  # token
    r":[A-Za-z0-9+/=]*:",  # bytes
    r"\?[01]",  # boolean
    r'%"(?:[ !#$&-~]|%[0-9a-f]{2})*"',  # display string
)
_PARAMETER: Final = rf"; *[a-z*][a-z0-9_.*-]*(?:=(?:{'|'.join(_BARE_ITEMS)}))?"
_STRING_ITEM: Final = re.compile(rf" *({_STRING})(?:{_PARAMETER})* *")
_ESCAPED: Final = re.compile(r'\\(["\\])')


def string_item(text: str) -> str:
    """The string that the field's value is (§4.2.5); its parameters count for nothing here.

    Raises `ValueError` for anything else, without repeating it.
    """
    match = _STRING_ITEM.fullmatch(text)
    if match is None:
        raise ValueError("not a string of RFC 9651")
    return _ESCAPED.sub(r"\1", match[1][1:-1])
