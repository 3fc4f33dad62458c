"""From the bytes of `messageToPublish` to what the domain judges. Every issue is named by the caller's own
path.
"""

from __future__ import annotations

from base64 import urlsafe_b64decode
from datetime import datetime
from decimal import Decimal
from typing import Any

import msgspec
from pydantic import ValidationError

from api.schemas import message_to_publish as sent
from api.schemas.issues import body_issue
from api.schemas.recipients import identifier_of
from api.schemas.strict_json import parse
from api.schemas.texts import TranslatedLine, TranslatedProse
from api.schemas.timestamps import parse_timestamp
from domain.draft import ROOT, AttachmentDraft, MessageDraft
from domain.errors import InvalidInput, Issue
from domain.events.message import Addressee, BusinessDatum
from domain.identifiers import Identifier, IdentifierInvalid, IdentifierScheme, parse_identifier
from domain.payment import PaymentDraft

_canonical = msgspec.json.Encoder(order="sorted")
_MAX_ISSUES = 50


def parse_message(data: bytes) -> tuple[MessageDraft, bytes]:
    """The draft, and the JSON in one fixed spelling (names sorted, no white space). Raises `InvalidInput`."""
    return read_message(parse(data, ROOT))


def read_message(document: Any) -> tuple[MessageDraft, bytes]:
    """`parse_message` of JSON that was read already."""
    try:
        message = sent.MessageToPublish.model_validate(document)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)[:_MAX_ISSUES]
        raise InvalidInput(*(body_issue(one, ROOT) for one in found)) from None
    return _Reader(message).draft(), _canonical.encode(document)


class _Reader:
    """Turns a message of the right shape into a draft, and collects what is wrong with its values."""

    def __init__(self, message: sent.MessageToPublish) -> None:
        self._message = message
        self._issues: list[Issue] = []

    def draft(self) -> MessageDraft:
        """The draft; raises `InvalidInput` with every issue."""
        message = self._message
        sender = self._sender()
        expires = self._moment("expirationDate", message.expiration_date)
        publish_at = self._moment("requestedPublishTime", message.requested_publish_time)
        due = self._moment("dueDate", message.due_date)
        payment = self._payment()
        attention_of = self._attention_of()
        recipient = self._recipient()
        if recipient is None or self._issues:
            raise InvalidInput(*self._issues)
        return MessageDraft(
            recipient=recipient,
            subject=message.subject.texts(),
            message_type=message.message_type_id,
            application=message.sender_application_id,
            attachments=[_attachment(one) for one in message.attachments or ()],
            is_body_main=message.is_body_main_content,
            body=_texts(message.body_content),
            sender=sender,
            expires=expires,
            publish_at=publish_at,
            attention_of=attention_of,
            business_data=[_datum(one) for one in message.business_data_list or ()],
            non_sensitive_title=_texts(message.non_sensitive_title),
            payment=payment,
            reply_authorised=message.is_reply_authorized,
            original_message=message.original_message_id,
            registered=message.is_registered_mail,
            confirmation_needed=message.is_confirmation_needed,
            due=due,
            sender_partition=message.sender.partition if message.sender else None,
            recipient_partition=message.recipient.partition,
        )

    def _recipient(self) -> Identifier | None:
        recipient = self._message.recipient
        if recipient.partition is not None and recipient.ebox_type == "citizen":
            self._issue("recipient.partition", "unknownInput", "a citizen's mailbox has no partitions")
        try:
            return identifier_of(recipient, f"{ROOT}.recipient")
        except InvalidInput as error:
            self._issues += error.issues
            return None

    def _sender(self) -> str | None:
        sender = self._message.sender
        if sender is None:
            return None
        number = sender.enterprise_number
        self._identifier("sender.enterpriseNumber", IdentifierScheme.ENTERPRISE, number)
        return number

    def _payment(self) -> PaymentDraft | None:
        sent_payment = self._message.payment_data
        if sent_payment is None:
            return None
        due = self._moment("paymentData.dueDate", sent_payment.due_date)
        if due is None:
            return None
        return PaymentDraft(
            payment_data_id=sent_payment.payment_data_id,
            amount=_decimal(sent_payment.amount),
            vat_amount=_decimal(sent_payment.vat_amount),
            currency=sent_payment.currency,
            due=due,
            iban=sent_payment.iban,
            bic=sent_payment.bic,
            reference=sent_payment.reference,
        )

    def _attention_of(self) -> Addressee | None:
        person = self._message.for_the_attention_of
        if person is None:
            return None
        if person.ssin is not None:
            self._identifier("forTheAttentionOf.ssin", IdentifierScheme.SSIN, person.ssin)
        elif person.label is None:
            self._issue("forTheAttentionOf", "required", "give ssin or label")
        return Addressee(person.ssin, person.label)

    def _moment(self, field: str, text: str | None) -> datetime | None:
        if text is None:
            return None
        try:
            return parse_timestamp(text)
        except ValueError as error:
            self._issue(field, "schemaViolation", str(error))
            return None

    def _identifier(self, field: str, scheme: IdentifierScheme, number: str) -> Identifier | None:
        try:
            return parse_identifier(scheme, number)
        except IdentifierInvalid as error:
            self._issue(field, "invalidIdentifier", str(error))
            return None

    def _issue(self, field: str, code: str, detail: str) -> None:
        self._issues.append(Issue(f"{ROOT}.{field}", code, detail))


def _attachment(attachment: sent.AttachmentToPublish) -> AttachmentDraft:
    digest = attachment.digest
    return AttachmentDraft(
        part=attachment.http_part_name,
        is_main=attachment.is_main_content,
        is_signed=attachment.is_attachment_signed,
        title=_texts(attachment.attachment_title),
        sha256=urlsafe_b64decode(digest.digest_value[:43] + "=") if digest else None,
        document_id=attachment.document_id,
    )


def _datum(datum: sent.BusinessDataToPublish) -> BusinessDatum:
    values = [value.texts() for value in datum.values]
    return BusinessDatum(datum.key, _texts(datum.name), values)


def _decimal(number: float) -> Decimal:
    """The number as it was written: up to 15 digits a binary fraction's shortest text is that."""
    return Decimal(repr(number))


def _texts(texts: TranslatedLine | TranslatedProse | None) -> dict[str, str] | None:
    return (texts.texts() or None) if texts is not None else None


def message_schema() -> dict[str, Any]:
    """The JSON Schemas of `messageToPublish` and of its parts, by name, for the API's description."""
    schema = sent.MessageToPublish.model_json_schema(ref_template="#/components/schemas/{model}")
    parts: dict[str, Any] = schema.pop("$defs")
    return {**parts, "MessageToPublish": schema}
