"""What an e-mail address is, for whoever takes one and for whoever sends to one.

Nothing in an address may end a line, start a header or end an SMTP command.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Final

LONGEST: Final = 254
"""RFC 5321 §4.5.3.1.3: a path has 256 octets, with its angle brackets."""

# RFC 5322 §3.2.3 dot-atoms. Quoted local parts and address literals are legal too, but nobody registers for
# post with one: not accepted.
_ATOM = r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+"
_ADDRESS = re.compile(rf"({_ATOM}(?:\.{_ATOM})*)@([^\s@]+)", re.IGNORECASE)
_LABEL = r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?"
_DOMAIN = re.compile(rf"{_LABEL}(?:\.{_LABEL})*", re.IGNORECASE)


class AddressInvalid(ValueError):
    """It is not an address that a mail can be sent to; the text does not repeat it."""


@dataclass(frozen=True, slots=True, repr=False)
class EmailAddress:
    """An address, taken apart; `domain` is in ASCII (IDNA)."""

    local: str
    domain: str


def parse_email_address(text: str) -> EmailAddress:
    """The address. Raises `AddressInvalid`."""
    match = _ADDRESS.fullmatch(text)
    if match is None or len(text) > LONGEST or not match[1].isascii():
        raise AddressInvalid("not an e-mail address")
    try:
        domain = match[2].encode("idna").decode("ascii")
    except UnicodeError:
        raise AddressInvalid("not a domain") from None
    if _DOMAIN.fullmatch(domain) is None:
        raise AddressInvalid("not a domain")
    return EmailAddress(match[1], domain)
