"""Addresses and texts that go into a mail's header: nothing in them may end a line or start a header."""

from __future__ import annotations

from email.headerregistry import Address
from email.utils import parseaddr

from domain.addresses import AddressInvalid, parse_email_address
from notifier.errors import UnusableAddress


def mail_address(address: str, display_name: str = "") -> Address:
    """An address that is safe in a header and on an SMTP command line; its domain in ASCII (IDNA).

    Raises:
        UnusableAddress: it is not one; the text does not repeat it.
    """
    try:
        parsed = parse_email_address(address)
    except AddressInvalid as error:
        raise UnusableAddress(str(error)) from None
    return Address(one_line(display_name), parsed.local, parsed.domain)


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
