"""Addresses and texts that go into a mail's header: nothing in them may end a line or start a header."""

from __future__ import annotations

import re
from email.headerregistry import Address
from email.utils import parseaddr

from notifier.errors import UnusableAddress

_LONGEST = 254
"""RFC 5321 §4.5.3.1.3: a path has 256 octets, with its angle brackets."""

# RFC 5322 §3.2.3 dot-atoms. Quoted local parts and address literals are legal too, but nobody registers for
# post with one: not accepted.
_ATOM = r"[a-z0-9!#$%&'*+/=?^_`{|}~-]+"
_ADDRESS = re.compile(rf"({_ATOM}(?:\.{_ATOM})*)@([^\s@]+)", re.IGNORECASE)
_LABEL = r"[a-z0-9](?:[a-z0-9-]*[a-z0-9])?"
_DOMAIN = re.compile(rf"{_LABEL}(?:\.{_LABEL})*", re.IGNORECASE)


def mail_address(address: str, display_name: str = "") -> Address:
    """An address that is safe in a header and on an SMTP command line; its domain in ASCII (IDNA).

    Raises:
        UnusableAddress: it is not one; the text does not repeat it.
    """
    match = _ADDRESS.fullmatch(address)
    if match is None or len(address) > _LONGEST or not match[1].isascii():
        raise UnusableAddress("not an e-mail address")
    try:
        domain = match[2].encode("idna").decode("ascii")
    except UnicodeError:
        raise UnusableAddress("not a domain") from None
    if _DOMAIN.fullmatch(domain) is None:
        raise UnusableAddress("not a domain")
    return Address(one_line(display_name), match[1], domain)


def sender_address(setting: str) -> Address:
    """The address that mails come from, as configured: `Name <address>` or the address alone.

    Raises:
        UnusableAddress: it is neither.
    """
    name, address = parseaddr(setting)
    return mail_address(address, name)


def one_line(text: str) -> str:
    """The text on one line: white space of any kind becomes one space, control characters disappear."""
    return " ".join("".join(character for character in text if _is_printable(character)).split())


def _is_printable(character: str) -> bool:
    return character.isprintable() or character.isspace()
