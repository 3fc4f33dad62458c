"""What a recipient is asked to pay. Amounts are decimal numbers throughout, never binary fractions."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal


@dataclass(frozen=True, slots=True, repr=False)
class PaymentDraft:
    """A payment that goes with a message. `amount` is without VAT, `vat_amount` comes on top of it."""

    payment_data_id: str
    amount: Decimal
    vat_amount: Decimal
    currency: str
    due: datetime
    iban: str
    bic: str | None = None
    reference: str | None = None

    def facts(self) -> dict[str, str]:
        """As the event has it: texts under the names that the API gives them."""
        facts = {
            "paymentDataId": self.payment_data_id,
            "amount": f"{self.amount.normalize():f}",
            "vatAmount": f"{self.vat_amount.normalize():f}",
            "currency": self.currency,
            "dueDate": self.due.astimezone(UTC).isoformat().replace("+00:00", "Z"),
            "iban": self.iban,
        }
        if self.bic is not None:
            facts["bic"] = self.bic
        if self.reference is not None:
            facts["reference"] = self.reference
        return facts
