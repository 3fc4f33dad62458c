"""What callers of version 2.1 get to see: its fields, in its spelling, and no others.

Moments are told to the second, as the description has them.
"""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import UNSET, Meta

from api.schemas.answers import Absent, Answer, DigestAnswer


class V2TranslatedString(Answer, kw_only=True):
    """A text in each language; where one was not given, another language stands in."""

    nl: str
    fr: str
    de: str


class V2EboxId(Answer, kw_only=True):
    """Whose mailbox: its kind, and its owner's number."""

    ebox_type: Literal["enterprise", "citizen"]
    ebox_id_value: str


class V2Attention(Answer, kw_only=True):
    """For whose attention, at the recipient's: a person, by national number, name or both."""

    id: str | Absent = UNSET
    type: Literal["person"] = "person"
    name: str | Absent = UNSET


class V2BusinessData(Answer, kw_only=True):
    """What the message can be found and sorted by. Where the sender gave no name, the key stands in."""

    key: str
    name: V2TranslatedString
    values: list[V2TranslatedString]


class V2BusinessDataList(Answer, kw_only=True):
    """All business data of a message."""

    items: list[V2BusinessData]
    total_items: int


class V2PaymentReference(Answer, kw_only=True):
    """The reference of a payment: free text, or structured."""

    value: str


class V2PaymentData(Answer, kw_only=True):
    """What is to be paid, in units of the currency (ISO 4217); the VAT comes on top of the amount."""

    payment_data_id: str
    amount: float
    vat_amount: float
    currency: str
    due_date: datetime
    iban: str
    bic: str | Absent = UNSET
    reference: V2PaymentReference | Absent = UNSET


class V2Attachment(Answer, kw_only=True):
    """A file of a message: what it is, and where its content is."""

    attachment_id: UUID
    attachment_title: V2TranslatedString | Absent = UNSET
    file_name: str
    main_content: bool
    media_type: str
    size: Annotated[float, Meta(description="In kilobytes of 1024 bytes.")]
    digest: DigestAnswer | Absent = UNSET
    attachment_signed: bool
    content_href: Annotated[str, Meta(extra_json_schema={"format": "uri"})]


class V2Attachments(Answer, kw_only=True):
    """All files of a message."""

    items: list[V2Attachment]
    total_items: int


class V2Message(Answer, kw_only=True):
    """A message without its body and documents. `attachments` and `paymentData` are in a single message, not
    in lists.
    """

    message_id: UUID
    original_message_id: UUID | Absent = UNSET
    subject: V2TranslatedString
    receipt_date: datetime
    expiration_date: datetime
    read_status: bool
    visible: bool
    registered_mail: bool
    for_the_attention_of: V2Attention | Absent = UNSET
    message_type_id: str
    sender_organization_id: Annotated[
        str, Meta(description="Of a citizen's reply: the organisation whose message it answers.")
    ]
    sender_application_id: str
    attachments: V2Attachments | Absent = UNSET
    body_main_content: bool
    payment_data: V2PaymentData | Absent = UNSET
    business_data_list: V2BusinessDataList | Absent = UNSET
    reply_authorized: bool


class V2Messages(Answer, kw_only=True):
    """One page of a mailbox, newest first."""

    items: list[V2Message]
    total_items: Annotated[int, Meta(description="Of all pages, exact.")]


class V2Published(Answer, kw_only=True):
    """The message is in the recipient's mailbox."""

    message_id: UUID
    expiration_date: datetime
    code: Literal["NO_DIGITAL_USER"] | Absent = UNSET
    message: str | Absent = UNSET


class V2Linked(Answer, kw_only=True):
    """How many recipients have the message now, and who does not."""

    message_id: UUID
    expiration_date: datetime
    nb_success_links: int
    error_cases: list[V2EboxId]


class V2MessageStatus(Answer, kw_only=True):
    """How a message stands with one recipient."""

    message_id: UUID
    ebox_id: V2EboxId
    expiration_date: datetime
    read_status: bool
    visible: bool
