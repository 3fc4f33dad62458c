"""What a message to publish says of itself beyond its texts: payment, replies, partitions, dates."""

from __future__ import annotations

import pytest

from tests.unit.api.forms import message
from tests.unit.api.parsing import issues, parsed

PAYMENT = {
    "paymentDataId": "invoice-1",
    "amount": 12.10,
    "vatAmount": 2.54,
    "currency": "EUR",
    "dueDate": "2027-01-31T00:00:00+01:00",
    "iban": "BE68539007547034",
}


def test_amounts_are_kept_as_the_decimal_numbers_they_were_written_as() -> None:
    payment = parsed(message(paymentData=PAYMENT | {"amount": 999_999_999_999.99})).payment
    assert payment is not None
    assert payment.facts() == PAYMENT | {
        "amount": "999999999999.99",
        "vatAmount": "2.54",
        "dueDate": "2027-01-30T23:00:00Z",
    }


@pytest.mark.parametrize("field", PAYMENT)
def test_a_payment_is_complete(field: str) -> None:
    payment = {name: value for name, value in PAYMENT.items() if name != field}
    assert issues(message(paymentData=payment)) == {f"messageToPublish.paymentData.{field}": "required"}


def test_what_a_message_says_of_itself_is_taken_over() -> None:
    original = "01900000-0000-7000-8000-000000000001"
    sender = {"eboxType": "enterprise", "enterpriseNumber": "0206731645", "partition": "GENERAL"}
    recipient = {"eboxType": "enterprise", "enterpriseNumber": "0884303369", "partition": "ARCHIVE"}
    draft = parsed(
        message(
            sender=sender,
            recipient=recipient,
            isReplyAuthorized=True,
            originalMessageId=original,
            isRegisteredMail=True,
            isConfirmationNeeded=True,
            dueDate="2027-01-31T00:00:00+01:00",
        )
    )
    assert (draft.sender_partition, draft.recipient_partition) == ("GENERAL", "ARCHIVE")
    assert (draft.reply_authorised, draft.registered, draft.confirmation_needed) == (True, True, True)
    assert str(draft.original_message) == original
    assert draft.due is not None


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("isReplyAuthorized", "true"),
        ("isRegisteredMail", 1),
        ("isConfirmationNeeded", None),
        ("originalMessageId", "none"),
        ("dueDate", "tomorrow"),
        ("paymentData.amount", "12.10"),
        ("paymentData.dueDate", "tomorrow"),
        ("attachments[0].documentId", "none"),
    ],
)
def test_a_field_of_another_shape_is_refused_by_name(field: str, value: object) -> None:
    outer, _, inner = field.partition(".")
    if outer == "attachments[0]":
        changes: dict[str, object] = {"attachments": [{inner: value, "isMainContent": True}]}
    else:
        changes = {outer: PAYMENT | {inner: value} if inner else value}
    assert issues(message(**changes)) == {f"messageToPublish.{field}": "schemaViolation"}


def test_a_citizens_mailbox_has_no_partitions() -> None:
    recipient = {"eboxType": "citizen", "ssin": "81050103522", "partition": "GENERAL"}
    assert issues(message(recipient=recipient)) == {"messageToPublish.recipient.partition": "unknownInput"}
