"""The numbers a mailbox hangs on. A value of these types is valid by construction.

Rules: the Belgian national register's number (SSIN: national or bis number) and the Crossroads Bank's
enterprise and establishment unit numbers, all closed by a modulo 97 check. Kept as text: leading zeros count.
"""

from __future__ import annotations

import calendar
import re
from dataclasses import dataclass
from datetime import date
from enum import StrEnum


class IdentifierScheme(StrEnum):
    """Which register a number comes from."""

    SSIN = "ssin"
    ENTERPRISE = "enterpriseNumber"
    ESTABLISHMENT_UNIT = "establishmentUnitNumber"
    CLIENT = "clientId"
    """Not a register: the id of a registered client, for the key that its own actions are recorded under."""


class IdentifierInvalid(ValueError):
    """The number breaks its register's rules. The text never holds the number."""


@dataclass(frozen=True, slots=True, repr=False)
class Identifier:
    """A number together with its register. Its `repr` hides the number, so that it cannot slip into a log."""

    number: str

    @property
    def scheme(self) -> IdentifierScheme:
        """The register this number comes from."""
        raise TypeError("use one of the identifier types")

    def __repr__(self) -> str:
        return f"{type(self).__name__}(…)"


@dataclass(frozen=True, slots=True, repr=False)
class Ssin(Identifier):
    """A person's national number or bis number: `YYMMDDCCCKK`, 11 digits."""

    def __post_init__(self) -> None:
        _check_ssin(self.number)

    @property
    def scheme(self) -> IdentifierScheme:
        """Always `SSIN`."""
        return IdentifierScheme.SSIN

    @property
    def is_bis(self) -> bool:
        """Whether this is a bis number, for somebody who is not in the national register."""
        return int(self.number[2:4]) >= 20


@dataclass(frozen=True, slots=True, repr=False)
class EnterpriseNumber(Identifier):
    """An enterprise's number in the Crossroads Bank: 0 or 1, then 9 digits."""

    def __post_init__(self) -> None:
        _check_ten_digits(self.number, "01", "enterprise number")

    @property
    def scheme(self) -> IdentifierScheme:
        """Always `ENTERPRISE`."""
        return IdentifierScheme.ENTERPRISE

    @classmethod
    def from_claim(cls, text: str) -> EnterpriseNumber:
        """From a certificate or a claim, where nine digits still occur. Never for an API caller's input."""
        return cls(text.zfill(10) if len(text) == 9 else text)


@dataclass(frozen=True, slots=True, repr=False)
class EstablishmentUnitNumber(Identifier):
    """The number of one establishment of an enterprise: 2 to 8, then 9 digits."""

    def __post_init__(self) -> None:
        _check_ten_digits(self.number, "2345678", "establishment unit number")

    @property
    def scheme(self) -> IdentifierScheme:
        """Always `ESTABLISHMENT_UNIT`."""
        return IdentifierScheme.ESTABLISHMENT_UNIT


@dataclass(frozen=True, slots=True, repr=False)
class ClientIdentifier(Identifier):
    """A registered client (an auditor's, a site's) as the owner of the record of its own actions."""

    def __post_init__(self) -> None:
        if not re.fullmatch(r"[a-z0-9][a-z0-9.-]{0,63}", self.number):
            raise IdentifierInvalid("a client id is 1 to 64 of a-z, 0-9, point and hyphen")

    @property
    def scheme(self) -> IdentifierScheme:
        """Always `CLIENT`."""
        return IdentifierScheme.CLIENT


def _mod97(n: int) -> bool:
    return (n // 100) % 97 + n % 100 == 97


def _check_ten_digits(text: str, first: str, what: str) -> None:
    if not (len(text) == 10 and text.isascii() and text.isdecimal() and text[0] in first):
        raise IdentifierInvalid(f"an {what} is 10 digits and begins with one of {', '.join(first)}")
    if not _mod97(int(text)):
        raise IdentifierInvalid(f"the check digits of the {what} are wrong")


def _check_ssin(text: str) -> None:
    if not (len(text) == 11 and text.isascii() and text.isdecimal()):
        raise IdentifierInvalid("a national or bis number is 11 digits")
    coded_month, day, counter = int(text[2:4]), int(text[4:6]), int(text[6:9])
    month = coded_month % 20
    if coded_month > 52 or month > 12:
        raise IdentifierInvalid("the month in the number does not exist")
    if coded_month <= 12 and counter in (0, 999):
        raise IdentifierInvalid("the serial number in the number is out of range")
    complete_date = day != 0 and month != 0
    if complete_date and day > calendar.monthrange(2000, month)[1]:
        raise IdentifierInvalid("the day in the number does not exist")
    year = _year_of_birth(text)
    if complete_date:
        _check_birth_date(year, month, day)


def _year_of_birth(text: str) -> int:
    number = int(text)
    if _mod97(number):
        return 1900 + int(text[:2])
    if _mod97(200_000_000_000 + number):
        return 2000 + int(text[:2])
    raise IdentifierInvalid("the check digits of the number are wrong")


def _check_birth_date(year: int, month: int, day: int) -> None:
    try:
        born = date(year, month, day)
    except ValueError as error:
        raise IdentifierInvalid("the birth date in the number does not exist") from error
    if born > date.today():  # noqa: DTZ011 - a day's difference between time zones decides nothing here
        raise IdentifierInvalid("the birth date in the number lies in the future")


def parse_identifier(scheme: IdentifierScheme, number: str) -> Identifier:
    """The identifier of this scheme, or `IdentifierInvalid`."""
    return _TYPES[scheme](number)


_TYPES: dict[IdentifierScheme, type[Identifier]] = {
    IdentifierScheme.SSIN: Ssin,
    IdentifierScheme.ENTERPRISE: EnterpriseNumber,
    IdentifierScheme.ESTABLISHMENT_UNIT: EstablishmentUnitNumber,
    IdentifierScheme.CLIENT: ClientIdentifier,
}
