"""The rules of a payment, each naming the caller's field."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from application.payments import check_payment
from domain.payment import PaymentDraft

GOOD = PaymentDraft(
    payment_data_id="invoice-1",
    amount=Decimal("12.10"),
    vat_amount=Decimal(0),
    currency="EUR",
    due=datetime(2027, 1, 31, tzinfo=UTC),
    iban="BE68539007547034",
    bic="GKCCBEBB",
    reference="+++090/9337/55493+++",
)


@pytest.mark.parametrize(
    "change",
    [
        {},
        {"bic": None, "reference": None},
        {"iban": "NL91ABNA0417164300", "bic": "ABNANL2AXXX"},
        {"reference": "***090/9337/55493***"},
        {"reference": "RF18 5390 0754 7034"},
        {"reference": "Invoice 2026/123, with thanks"},
        {"reference": "RFC 9457"},
        {"amount": Decimal("1.00E+3")},
        {"amount": Decimal(1500), "currency": "JPY"},
    ],
)
def test_a_payment_that_can_be_made(change: dict[str, Any]) -> None:
    assert list(check_payment(replace(GOOD, **change))) == []


@pytest.mark.parametrize(
    ("field", "change", "code"),
    [
        ("paymentDataId", {"payment_data_id": ""}, "schemaViolation"),
        ("amount", {"amount": Decimal("-0.01")}, "outOfRange"),
        ("amount", {"amount": Decimal("-0.0")}, "outOfRange"),
        ("amount", {"amount": Decimal("Infinity")}, "outOfRange"),
        ("amount", {"amount": Decimal(10) ** 12}, "outOfRange"),
        ("amount", {"amount": Decimal("0.001")}, "tooPrecise"),
        ("vatAmount", {"vat_amount": Decimal("0.005")}, "tooPrecise"),
        ("currency", {"currency": "BEF"}, "unknownCurrency"),
        ("currency", {"currency": "eur"}, "unknownCurrency"),
        ("iban", {"iban": "BE68539007547035"}, "invalidIban"),
        ("iban", {"iban": "BE685390075470"}, "invalidIban"),
        ("iban", {"iban": "BE68 5390 0754 7034"}, "invalidIban"),
        ("iban", {"iban": "XX68539007547034"}, "invalidIban"),
        ("bic", {"bic": "GKCCBE"}, "invalidBic"),
        ("reference", {"reference": "+++090/9337/55494+++"}, "invalidReference"),
        ("reference", {"reference": "+++090933755493+++"}, "invalidReference"),
        ("reference", {"reference": "RF19539007547034"}, "invalidReference"),
        ("reference", {"reference": "x" * 141}, "tooLong"),
        ("reference", {"reference": " "}, "empty"),
    ],
)
def test_refused_by_name(field: str, change: dict[str, Any], code: str) -> None:
    found = [(issue.field, issue.code) for issue in check_payment(replace(GOOD, **change))]
    assert found == [(f"messageToPublish.paymentData.{field}", code)]
