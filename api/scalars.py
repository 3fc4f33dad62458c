"""Numbers and booleans in addresses and headers, in their one spelling.

The framework would also take `1_0`, `1.0` and ` 1` for numbers and `on` for true: a filter that means another
thing than was written shows another thing than was asked for.
"""

from __future__ import annotations

import re
from typing import Annotated, Any, Final

from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

_WHOLE_NUMBER: Final = re.compile(r"0|-?[1-9][0-9]{0,30}", re.ASCII)
_BOOLEANS: Final = {"true": True, "false": False}


def _whole_number(given: Any) -> Any:
    if not _WHOLE_NUMBER.fullmatch(str(given)):
        raise PydanticCustomError("int_parsing", "not a whole number")
    return given


def _boolean(given: Any) -> Any:
    if given not in _BOOLEANS:
        raise PydanticCustomError("bool_parsing", "neither true nor false")
    return _BOOLEANS[given]


WholeNumber = Annotated[int, BeforeValidator(_whole_number)]
"""As JSON writes it, without a fraction or an exponent."""

TrueOrFalse = Annotated[bool, BeforeValidator(_boolean)]
"""`true` or `false`."""
