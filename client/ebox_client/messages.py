"""A message to publish: the fields of `messageToPublish`, in Python's spelling.

eBox checks them; nothing is checked twice here. Fields that may hold personal data are not in the `repr`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from ebox_client.documents import File

Texts = Mapping[str, str]
"""A text by language: `nl`, `fr`, `de`, `en`."""


@dataclass(frozen=True, slots=True)
class Recipient:
    """Whose mailbox. Make one by `citizen`, `enterprise` or `of`."""

    ebox_type: Literal["citizen", "enterprise"]
    number: str = field(repr=False)
    partition: str | None = None

    @classmethod
    def citizen(cls, ssin: str) -> Recipient:
        """A citizen, by national or bis number."""
        return cls("citizen", ssin)

    @classmethod
    def enterprise(cls, number: str, partition: str | None = None) -> Recipient:
        """An enterprise, by enterprise number; into a partition of its mailbox if one is given."""
        return cls("enterprise", number, partition)

    @classmethod
    def of(cls, number: str) -> Recipient:
        """By the number alone: a person's has 11 digits, an enterprise's 10. Raises `ValueError`."""
        if not number.isascii() or not number.isdigit() or len(number) not in {10, 11}:
            raise ValueError("a number of 11 digits (a person) or 10 (an enterprise)")
        return cls.citizen(number) if len(number) == 11 else cls.enterprise(number)

    def json(self) -> dict[str, Any]:
        """As the API has it."""
        name = "ssin" if self.ebox_type == "citizen" else "enterpriseNumber"
        return _given(eboxType=self.ebox_type, **{name: self.number}, partition=self.partition)


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A document of the message: a file that is sent along, or one that was kept before (`document_id`).

    `digest` is what `sha256_of` gives: eBox compares it with what arrived.
    """

    file: File | None = None
    document_id: UUID | None = None
    is_main_content: bool = False
    is_attachment_signed: bool | None = None
    attachment_title: Texts | None = field(default=None, repr=False)
    digest: str | None = None

    def json(self, part: str | None) -> dict[str, Any]:
        """As the API has it; `part` is the name of the part that carries the file."""
        digest = {"digestMethod": "sha_256", "digestValue": self.digest} if self.digest else None
        return _given(
            httpPartName=part,
            documentId=None if self.document_id is None else str(self.document_id),
            isMainContent=self.is_main_content,
            isAttachmentSigned=self.is_attachment_signed,
            attachmentTitle=self.attachment_title,
            digest=digest,
        )


@dataclass(frozen=True, slots=True)
class BusinessData:
    """What the message can be found and sorted by."""

    key: str
    values: Sequence[Texts] = field(repr=False)
    name: Texts | None = None

    def json(self) -> dict[str, Any]:
        """As the API has it."""
        return _given(key=self.key, name=self.name, values=list(self.values))


@dataclass(frozen=True, slots=True, kw_only=True)
class Attention:
    """Somebody at the recipient's."""

    ssin: str | None = field(default=None, repr=False)
    label: str | None = field(default=None, repr=False)

    def json(self) -> dict[str, Any]:
        """As the API has it."""
        return _given(ssin=self.ssin, label=self.label)


@dataclass(frozen=True, slots=True, kw_only=True)
class Payment:
    """A payment that the message asks for: amounts in units of the currency (ISO 4217), VAT apart.

    `reference` is free text, a Belgian structured reference or a creditor reference (ISO 11649).
    """

    payment_data_id: str
    amount: float
    vat_amount: float
    currency: str
    due_date: datetime
    iban: str = field(repr=False)
    bic: str | None = None
    reference: str | None = field(default=None, repr=False)

    def json(self) -> dict[str, Any]:
        """As the API has it."""
        return _given(
            paymentDataId=self.payment_data_id,
            amount=self.amount,
            vatAmount=self.vat_amount,
            currency=self.currency,
            dueDate=_moment(self.due_date),
            iban=self.iban,
            bic=self.bic,
            reference=self.reference,
        )


@dataclass(frozen=True, slots=True)
class Sender:
    """The caller's own organisation, where it has to be said: the partition it publishes from."""

    enterprise_number: str
    partition: str | None = None

    def json(self) -> dict[str, Any]:
        """As the API has it."""
        return _given(
            eboxType="enterprise", enterpriseNumber=self.enterprise_number, partition=self.partition
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """A message. It has exactly one main content: an attachment, or the body (`is_body_main_content`)."""

    recipient: Recipient
    subject: Texts = field(repr=False)
    message_type_id: str
    sender_application_id: str
    attachments: Sequence[Attachment] = ()
    is_body_main_content: bool = False
    body_content: Texts | None = field(default=None, repr=False)
    business_data_list: Sequence[BusinessData] = ()
    for_the_attention_of: Attention | None = None
    non_sensitive_title: Texts | None = None
    expiration_date: datetime | None = None
    requested_publish_time: datetime | None = None
    due_date: datetime | None = None
    is_confirmation_needed: bool | None = None
    is_reply_authorized: bool | None = None
    is_registered_mail: bool | None = None
    original_message_id: UUID | None = None
    payment_data: Payment | None = None
    sender: Sender | None = None

    def json(self) -> dict[str, Any]:
        """`messageToPublish`."""
        parts = {id(attachment): part for part, attachment in self._sent()}
        attention = self.for_the_attention_of
        original = self.original_message_id
        return _given(
            sender=self.sender.json() if self.sender else None,
            recipient=self.recipient.json(),
            subject=self.subject,
            messageTypeId=self.message_type_id,
            senderApplicationId=self.sender_application_id,
            attachments=[one.json(parts.get(id(one))) for one in self.attachments] or None,
            isBodyMainContent=self.is_body_main_content,
            bodyContent=self.body_content,
            businessDataList=[one.json() for one in self.business_data_list] or None,
            forTheAttentionOf=attention.json() if attention else None,
            nonSensitiveTitle=self.non_sensitive_title,
            expirationDate=_moment(self.expiration_date),
            requestedPublishTime=_moment(self.requested_publish_time),
            dueDate=_moment(self.due_date),
            isConfirmationNeeded=self.is_confirmation_needed,
            isReplyAuthorized=self.is_reply_authorized,
            isRegisteredMail=self.is_registered_mail,
            originalMessageId=None if original is None else str(original),
            paymentData=self.payment_data.json() if self.payment_data else None,
        )

    def files(self) -> dict[str, File]:
        """The files that are sent along, by the name of their part."""
        return {part: attachment.file for part, attachment in self._sent() if attachment.file}

    def _sent(self) -> list[tuple[str, Attachment]]:
        sent = [attachment for attachment in self.attachments if attachment.file is not None]
        return [(f"upfile{number}", attachment) for number, attachment in enumerate(sent, 1)]


@dataclass(frozen=True, slots=True)
class BatchItem:
    """A message of a batch, which brings no files along; or `messageToPublish` as it is, for `message`."""

    message: Message | Mapping[str, Any] = field(repr=False)
    idempotency_key: str


def message_json(message: Message | Mapping[str, Any]) -> Mapping[str, Any]:
    """`messageToPublish`, whichever way it was given."""
    return message.json() if isinstance(message, Message) else message


def _given(**fields: Any) -> dict[str, Any]:
    return {name: value for name, value in fields.items() if value is not None}


def _moment(moment: datetime | None) -> str | None:
    """RFC 3339. Raises `ValueError` for a time that does not say its offset: nobody could know when it is."""
    if moment is None:
        return None
    if moment.tzinfo is None:
        raise ValueError("times need an offset from UTC")
    return moment.isoformat()
