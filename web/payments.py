"""What is to be paid, as a page shows it: grouped as people read it, and as a code that bank apps read.

The code is that of the European Payments Council (EPC069-12): euro alone, from a cent to below a billion.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Final

from markupsafe import Markup
from segno.helpers import make_epc_qr

_LEAST, _MOST = Decimal("0.01"), Decimal("999999999.99")
_MOST_NAME: Final = 70
_CREDITOR_REFERENCE: Final = "RF"
"""What a creditor's reference (ISO 11649) begins with; any other one is a text to the bank."""


@dataclass(frozen=True, slots=True, repr=False)
class Payment:
    """A payment. `total` includes the VAT; `code` is an SVG picture, None where no code can say it."""

    total: Decimal
    vat: Decimal
    currency: str
    due: datetime
    iban: str
    bic: str | None
    reference: str | None
    code: Markup | None


def payment_of(facts: Mapping[str, str], payee: str) -> Payment:
    """The payment that a message has, to an organisation of that name."""
    total = Decimal(facts["amount"]) + Decimal(facts["vatAmount"])
    iban = facts["iban"]
    return Payment(
        total=total,
        vat=Decimal(facts["vatAmount"]),
        currency=facts["currency"],
        due=datetime.fromisoformat(facts["dueDate"]),
        iban=" ".join(iban[place : place + 4] for place in range(0, len(iban), 4)),
        bic=facts.get("bic"),
        reference=facts.get("reference"),
        code=_code(facts, total, payee),
    )


def _code(facts: Mapping[str, str], total: Decimal, payee: str) -> Markup | None:
    if facts["currency"] != "EUR" or not _LEAST <= total <= _MOST or not payee:
        return None
    reference = facts.get("reference")
    is_creditors = reference is not None and reference.upper().startswith(_CREDITOR_REFERENCE)
    try:
        code = make_epc_qr(
            payee[:_MOST_NAME],
            facts["iban"],
            total,
            text=None if is_creditors else reference,
            reference=reference if is_creditors else None,
            bic=facts.get("bic"),
            encoding="utf-8",
        )
    except ValueError:  # a text or a reference that the code has no room for: the numbers above it say it all
        return None
    svg: str = code.svg_inline(omitsize=True, border=4, light="#fff", svgclass=None, lineclass=None)
    return Markup(svg)  # noqa: S704 - segno draws squares; nothing of the payment stands in the text
