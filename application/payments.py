"""Whether a payment can be made as it is described: its account, its currency, its reference.

What an account number or a reference looks like is the libraries' business; which of them a message may carry
is said here.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from typing import Final

from babel.core import get_global
from babel.numbers import get_currency_precision, get_territory_currencies
from stdnum import bic, iban, iso11649
from stdnum.be import ogm_vcs

from domain.draft import ROOT
from domain.errors import Issue
from domain.payment import PaymentDraft

MAX_AMOUNT: Final = Decimal(10) ** 12
MAX_REFERENCE_CHARACTERS: Final = 140
"""What a SEPA credit transfer takes along as its remittance information."""
MAX_ID_CHARACTERS: Final = 100

_STRUCTURED: Final = re.compile(r"(\+\+\+|\*\*\*)(.*)(\+\+\+|\*\*\*)", re.DOTALL)
_DIGITS: Final = re.compile(r"[0-9]{3}/[0-9]{4}/[0-9]{5}")
_CREDITOR: Final = re.compile(r"RF[0-9]{2}[ A-Za-z0-9]*", re.IGNORECASE)
_COMPACT: Final = re.compile(r"[A-Z0-9]+")


def check_payment(payment: PaymentDraft) -> Iterator[Issue]:
    """An issue for each thing that would keep the payment from being made."""
    where = f"{ROOT}.paymentData"
    if not 1 <= len(payment.payment_data_id) <= MAX_ID_CHARACTERS:
        yield Issue(f"{where}.paymentDataId", "schemaViolation", f"1 to {MAX_ID_CHARACTERS} characters")
    if payment.currency not in currencies():
        yield Issue(f"{where}.currency", "unknownCurrency", "the code of a currency in use (ISO 4217)")
    else:
        yield from _amount(f"{where}.amount", payment.amount, payment.currency)
        yield from _amount(f"{where}.vatAmount", payment.vat_amount, payment.currency)
    if not (_COMPACT.fullmatch(payment.iban) and iban.is_valid(payment.iban, check_country=False)):
        detail = "not an account number (ISO 13616) without spaces; check its length and its check digits"
        yield Issue(f"{where}.iban", "invalidIban", detail)
    if payment.bic is not None and not (_COMPACT.fullmatch(payment.bic) and bic.is_valid(payment.bic)):
        yield Issue(f"{where}.bic", "invalidBic", "not a bank's code of 8 or 11 characters (ISO 9362)")
    if payment.reference is not None:
        yield from _reference(f"{where}.reference", payment.reference)


@cache
def currencies() -> frozenset[str]:
    """The codes of the currencies that are legal tender somewhere (ISO 4217)."""
    territories = get_global("territory_currencies")
    return frozenset(code for territory in territories for code in get_territory_currencies(territory))


def _amount(where: str, amount: Decimal, currency: str) -> Iterator[Issue]:
    if amount.is_signed() or not amount < MAX_AMOUNT:  # nor "-0.0"
        yield Issue(where, "outOfRange", f"at least 0 and below {MAX_AMOUNT:f}")
    elif -amount.normalize().as_tuple().exponent > (places := get_currency_precision(currency)):  # type: ignore[operator] # a finite number's exponent is whole
        yield Issue(where, "tooPrecise", f"this currency has {places} decimal places")


def _reference(where: str, reference: str) -> Iterator[Issue]:
    if not reference.strip():
        yield Issue(where, "empty", "leave it out or give it a text")
    if len(reference) > MAX_REFERENCE_CHARACTERS:
        yield Issue(where, "tooLong", f"at most {MAX_REFERENCE_CHARACTERS} characters")
    structured = _STRUCTURED.fullmatch(reference)
    if structured:
        begin, digits, end = structured.groups()
        if begin != end or not _DIGITS.fullmatch(digits) or not ogm_vcs.is_valid(digits):
            detail = "a structured reference is +++ddd/dddd/ddddd+++ with right check digits"
            yield Issue(where, "invalidReference", detail)
    elif _CREDITOR.fullmatch(reference) and not iso11649.is_valid(reference):
        yield Issue(where, "invalidReference", "a creditor reference (ISO 11649) with wrong check digits")
