"""The two spellings that C2SP texts share: base64 and decimal numbers; one spelling for each value, no other.

Python's own decoders take more than one (stray bits after the last character, leading zeros, signs, digits of
other scripts); a text that two readers read apart can be signed once and shown as two.
"""

from __future__ import annotations

import binascii
import re
from base64 import b64decode, b64encode
from typing import Final

MAX_SIZE: Final = 2**63 - 1
"""The greatest tree size, index and POSIX time taken; the specifications bound them so or a bit higher."""

_DECIMAL: Final = re.compile(r"0|[1-9][0-9]{0,18}", re.ASCII)


def encode_base64(data: bytes) -> str:
    """RFC 4648 section 4, with padding."""
    return b64encode(data).decode("ascii")


def decode_base64(text: str) -> bytes:
    """The bytes of a text that `encode_base64` could have written; ValueError for every other."""
    try:
        data = b64decode(text, validate=True)
    except (binascii.Error, ValueError):
        raise ValueError("not base64") from None
    if encode_base64(data) != text:
        raise ValueError("not the one base64 spelling of its bytes")
    return data


def parse_decimal(text: str) -> int:
    """A number from 0 to `MAX_SIZE` in ASCII digits without leading zeros; ValueError otherwise."""
    if not _DECIMAL.fullmatch(text) or (number := int(text)) > MAX_SIZE:
        raise ValueError("not a decimal number in its one spelling")
    return number
