"""The JSON part `messageToPublish`, as the API describes it. The Message Registry's fields in v3 spelling.

What the JSON's shape can say is said here; what it means (lengths of texts, one main content) is for the
domain.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal
from uuid import UUID

from pydantic import Field

from api.schemas.texts import Id, Line, StrictModel, TranslatedLine, TranslatedProse
from domain.draft import MAX_ATTACHMENTS, MAX_BUSINESS_DATA

MAX_BUSINESS_VALUES: Final = 100

DateTime = Annotated[str, Field(json_schema_extra={"format": "date-time"})]
AnyUuid = Annotated[UUID, Field(strict=False)]


class Sender(StrictModel):
    """Who publishes: the caller's own organisation."""

    ebox_type: Literal["enterprise"]
    enterprise_number: str
    partition: Id | None = None


class Recipient(StrictModel):
    """Whose mailbox: a citizen's, by national or bis number, or an enterprise's, by enterprise number."""

    ebox_type: Literal["citizen", "enterprise"]
    ssin: str | None = None
    enterprise_number: str | None = None


class RecipientToPublish(Recipient):
    """Whose mailbox, and which partition of an enterprise's; by default its own rules choose one."""

    partition: Id | None = None


class Digest(StrictModel):
    """The SHA-256 of a file's bytes, in base64url (RFC 4648 §5)."""

    digest_method: Literal["sha_256"]
    digest_value: Annotated[str, Field(pattern="^[A-Za-z0-9_-]{43}=?$")]


class AttachmentToPublish(StrictModel):
    """A file, and what it is to the message: the part that carries it, or a document kept before."""

    http_part_name: Annotated[str | None, Field(pattern="^upfile[1-6]$")] = None
    document_id: AnyUuid | None = None
    is_main_content: bool
    is_attachment_signed: bool = False
    attachment_title: TranslatedLine | None = None
    digest: Digest | None = None


class BusinessDataToPublish(StrictModel):
    """What the message can be found and sorted by."""

    key: Id
    name: TranslatedLine | None = None
    values: Annotated[list[TranslatedLine], Field(max_length=MAX_BUSINESS_VALUES)]


class ForTheAttentionOf(StrictModel):
    """Somebody at the recipient's, by national or bis number, by a label, or by both."""

    ssin: str | None = None
    label: Line | None = None


class PaymentData(StrictModel):
    """A payment that the message asks for. Amounts in units of the currency (ISO 4217), VAT apart.

    `reference` is free text, a Belgian structured reference (`+++ddd/dddd/ddddd+++`) or a creditor reference
    (ISO 11649).
    """

    payment_data_id: Line
    amount: float
    vat_amount: float
    currency: str
    due_date: DateTime
    iban: str
    bic: str | None = None
    reference: Line | None = None


class MessageToPublish(StrictModel):
    """A message: at least a recipient, a subject, a message type, an application and one main content."""

    sender: Sender | None = None
    recipient: RecipientToPublish
    subject: TranslatedLine
    message_type_id: Id
    sender_application_id: Id
    attachments: Annotated[list[AttachmentToPublish], Field(max_length=MAX_ATTACHMENTS)] | None = None
    is_body_main_content: bool = False
    body_content: TranslatedProse | None = None
    business_data_list: Annotated[list[BusinessDataToPublish], Field(max_length=MAX_BUSINESS_DATA)] | None = (
        None
    )
    for_the_attention_of: ForTheAttentionOf | None = None
    payment_data: PaymentData | None = None
    is_reply_authorized: bool = False
    original_message_id: AnyUuid | None = None
    is_registered_mail: bool = False
    is_confirmation_needed: bool = False
    due_date: DateTime | None = None
    expiration_date: DateTime | None = None
    requested_publish_time: DateTime | None = None
    non_sensitive_title: TranslatedLine | None = None
