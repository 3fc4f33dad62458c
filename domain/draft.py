"""What a partner asks to be published, with types but not yet judged.

`domain/draft_rules.py` has the rules that it must keep, `domain/draft_times.py` those of its moments. Limits
are the e-Box Message Registry's, as the design's contract lists them.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final
from uuid import UUID

from domain.events.message import Addressee, BusinessDatum
from domain.identifiers import Identifier
from domain.payment import PaymentDraft

MAX_ATTACHMENTS: Final = 6
MAX_TITLE_CHARACTERS: Final = 400
"""Subject, titles and names of business data, in each language."""
MAX_BODY_BYTES: Final = 64 * 1024
MAX_BUSINESS_DATA: Final = 50
MAX_BUSINESS_BYTES: Final = 64 * 1024
"""All business data of a message: a list shows them whole."""
MAX_BUSINESS_VALUE_CHARACTERS: Final = 256
MAX_LABEL_CHARACTERS: Final = 100
MAX_FILE_NAME_CHARACTERS: Final = 255

ROOT: Final = "messageToPublish"


@dataclass(frozen=True, slots=True, repr=False)
class AttachmentDraft:
    """A file as the message's JSON announces it.

    Either `part` is the name of the multipart part that carries it, or `document_id` names a kept document.
    """

    part: str | None
    is_main: bool
    is_signed: bool
    title: dict[str, str] | None
    sha256: bytes | None
    document_id: UUID | None = None


@dataclass(frozen=True, slots=True, repr=False)
class MessageDraft:
    """The JSON of a publication. `domain/events/message.py` says what most of the fields mean."""

    recipient: Identifier
    subject: dict[str, str]
    message_type: str
    application: str
    attachments: list[AttachmentDraft]
    is_body_main: bool
    body: dict[str, str] | None
    sender: str | None = None
    expires: datetime | None = None
    publish_at: datetime | None = None
    attention_of: Addressee | None = None
    business_data: list[BusinessDatum] = field(default_factory=list)
    non_sensitive_title: dict[str, str] | None = None
    payment: PaymentDraft | None = None
    reply_authorised: bool = False
    original_message: UUID | None = None
    registered: bool = False
    confirmation_needed: bool = False
    due: datetime | None = None
    sender_partition: str | None = None
    recipient_partition: str | None = None
