"""What callers get to see of mailboxes. The 2.1 description's fields in v3 spelling.

These types are both the encoder's input and the source of the API's description, so that neither can drift.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

import msgspec
from msgspec import UNSET, Meta, UnsetType

from domain.mediatypes import MEDIA_TYPES

Absent = UnsetType


class Answer(msgspec.Struct, rename="camel", gc=False):
    """Base of everything that is encoded. Names are camelCase outside; what is unset is left out."""


class TranslatedString(Answer, kw_only=True):
    """A text in each language of the Federation; where one was not given, another language stands in."""

    nl: str
    fr: str
    de: str
    en: str | Absent = UNSET


class SenderOfMessage(Answer, kw_only=True):
    """Who published the message: an organisation, or a citizen who replies to one."""

    ebox_type: Literal["citizen", "enterprise"]
    ssin: str | Absent = UNSET
    enterprise_number: str | Absent = UNSET
    partition: str | Absent = UNSET


class RecipientOfMessage(Answer, kw_only=True):
    """In which part of an enterprise's mailbox the message lies."""

    ebox_type: Literal["enterprise"] = "enterprise"
    partition: str


class Attention(Answer, kw_only=True):
    """For whose attention, at the recipient's."""

    ssin: str | Absent = UNSET
    label: str | Absent = UNSET


class BusinessData(Answer, kw_only=True):
    """What the sender wants the message to be found and sorted by."""

    key: str
    name: TranslatedString | Absent = UNSET
    values: list[TranslatedString]


class BusinessDataList(Answer, kw_only=True):
    """All business data of a message."""

    items: list[BusinessData]
    total_items: int


class DigestAnswer(Answer, kw_only=True):
    """The SHA-256 of a document, in base64url without padding (RFC 4648 §5)."""

    digest_method: Literal["sha_256"] = "sha_256"
    digest_value: str


class AttachmentAnswer(Answer, kw_only=True):
    """A file of a message: what it is, and where its content is."""

    attachment_id: UUID
    attachment_title: TranslatedString | Absent = UNSET
    file_name: str
    is_main_content: bool
    media_type: Annotated[str, Meta(extra_json_schema={"enum": list(MEDIA_TYPES)})]
    size: Annotated[float, Meta(description="In kilobytes of 1024 bytes.")]
    digest: DigestAnswer | Absent = UNSET
    is_attachment_signed: bool
    content_href: Annotated[str, Meta(extra_json_schema={"format": "uri"})]


class Attachments(Answer, kw_only=True):
    """All files of a message."""

    items: list[AttachmentAnswer]
    total_items: int


class PaymentDataAnswer(Answer, kw_only=True):
    """What is to be paid, in units of the currency (ISO 4217); the VAT comes on top of the amount."""

    payment_data_id: str
    amount: float
    vat_amount: float
    currency: str
    due_date: datetime
    iban: str
    bic: str | Absent = UNSET
    reference: str | Absent = UNSET


class MessageAnswer(Answer, kw_only=True):
    """A message without its body and documents. `attachments` and `paymentData` are in a single message, not
    in lists. Of a recalled one everything that it held is withheld.
    """

    message_id: UUID
    sender: SenderOfMessage
    recipient: RecipientOfMessage | Absent = UNSET
    subject: Annotated[TranslatedString, Meta(description="Of a recalled message: that it was recalled.")]
    message_type_id: str
    sender_application_id: str
    receipt_date: datetime
    expiration_date: datetime
    due_date: Annotated[datetime, Meta(description="By when its recipient has to act.")] | Absent = UNSET
    read_status: Annotated[
        bool, Meta(description="Whether the main content has been opened, or was recalled: nothing waits.")
    ]
    visible: Annotated[bool, Meta(description="False where its owner has hidden it.")]
    is_archived: Annotated[bool, Meta(description="Whether its owner has put it aside.")]
    is_expired: (
        Annotated[bool, Meta(description="Only with `changedAfterPosition`: it is gone, its texts with it.")]
        | Absent
    ) = UNSET
    is_body_main_content: Annotated[bool, Meta(description="Present where there is a body.")] | Absent = UNSET
    is_registered_mail: bool
    is_reply_authorized: bool
    replied_at: Annotated[datetime, Meta(description="When its reader replied last.")] | Absent = UNSET
    is_confirmation_needed: Annotated[
        bool, Meta(description="Whether the sender asks its reader to confirm having taken note.")
    ]
    is_confirmed: bool
    confirmed_at: datetime | Absent = UNSET
    is_recalled: Annotated[bool, Meta(description="It went to the wrong mailbox, says its sender.")]
    recalled_at: datetime | Absent = UNSET
    original_message_id: UUID | Absent = UNSET
    for_the_attention_of: Attention | Absent = UNSET
    business_data_list: BusinessDataList | Absent = UNSET
    non_sensitive_title: TranslatedString | Absent = UNSET
    payment_data: PaymentDataAnswer | Absent = UNSET
    attachments: Attachments | Absent = UNSET


class Messages(Answer, kw_only=True):
    """One page of a mailbox, newest first."""

    items: list[MessageAnswer]
    total_items: Annotated[int, Meta(description="Of all pages; exact to 10,000.")]
    is_total_capped: bool


class Ebox(Answer, kw_only=True):
    """What a mailbox holds."""

    number_of_messages: int
    number_of_unread_messages: int
    last_receipt_date: datetime | Absent = UNSET
    last_consultation_date: datetime | Absent = UNSET
    ebox_size: Annotated[float, Meta(description="All attachments, in kilobytes of 1024 bytes.")]


class Published(Answer, kw_only=True):
    """The message is in the recipient's mailbox."""

    message_id: UUID
    expiration_date: datetime
    code: (
        Annotated[
            Literal["NO_DIGITAL_USER"],
            Meta(description="The recipient never activated the mailbox; published all the same."),
        ]
        | Absent
    ) = UNSET
    promise: (
        Annotated[
            str,
            Meta(
                description="A signed note (C2SP signed-note): eBox promises that the publication will be "
                "in the audit log. Its keys are at `/audit/promises/vkeys`. Absent where nobody could sign "
                "just now: a repeat with the same key gives it; a reply has none."
            ),
        ]
        | Absent
    ) = UNSET
