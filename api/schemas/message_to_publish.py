"""The JSON part `messageToPublish`, as the API describes it. The Message Registry's fields in v3 spelling.

What the JSON's shape can say is said here; what it means (lengths of texts, one main content) is for the
domain.
"""

from __future__ import annotations

from typing import Annotated, Final, Literal

from pydantic import Field

from api.schemas.texts import Id, Line, StrictModel, TranslatedLine, TranslatedProse
from domain.draft import MAX_ATTACHMENTS, MAX_BUSINESS_DATA

LATER: Final = frozenset(
    {
        "paymentData",
        "isReplyAuthorized",
        "originalMessageId",
        "isRegisteredMail",
        "dueDate",
        "isConfirmationNeeded",
        "sender.partition",
        "recipient.partition",
    }
)
"""Fields of v3 that this release does not act upon yet. To ignore them would be to break a promise."""

MAX_BUSINESS_VALUES: Final = 100


class Sender(StrictModel):
    """Who publishes: the caller's own organisation."""

    ebox_type: Literal["enterprise"]
    enterprise_number: str


class Recipient(StrictModel):
    """Whose mailbox: a citizen's, by national or bis number, or an enterprise's, by enterprise number."""

    ebox_type: Literal["citizen", "enterprise"]
    ssin: str | None = None
    enterprise_number: str | None = None


class Digest(StrictModel):
    """The SHA-256 of a file's bytes, in base64url (RFC 4648 §5)."""

    digest_method: Literal["sha_256"]
    digest_value: Annotated[str, Field(pattern="^[A-Za-z0-9_-]{43}=?$")]


class AttachmentToPublish(StrictModel):
    """A file: the part that carries it, and what it is to the message."""

    http_part_name: Annotated[str, Field(pattern="^upfile[1-6]$")]
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


class MessageToPublish(StrictModel):
    """A message: at least a recipient, a subject, a message type, an application and one main content."""

    sender: Sender | None = None
    recipient: Recipient
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
    expiration_date: Annotated[str | None, Field(json_schema_extra={"format": "date-time"})] = None
    requested_publish_time: Annotated[str | None, Field(json_schema_extra={"format": "date-time"})] = None
    non_sensitive_title: TranslatedLine | None = None
