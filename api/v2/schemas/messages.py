"""From what the read models say to what version 2.1 shows of a mailbox."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from msgspec import UNSET

from api.schemas.answers import Absent, DigestAnswer, Ebox
from api.schemas.messages import RECALLED, if_any
from api.schemas.texts import LANGUAGES
from api.status_messages import MESSAGE_REGISTRY_V2 as PREFIX
from api.v2.schemas import answers
from application.reference import ReferenceData
from application.views import MailboxView, MessageList, MessageView
from domain.events.message import Addressee, BusinessDatum
from projections.inbox import InboxItem
from projections.message_detail import Attachment, MessageDetail

_KILOBYTE: Final = 1024


def translated(texts: Mapping[str, str] | None) -> answers.V2TranslatedString:
    """The texts, with the first of them standing in for languages that have none; empty once erased."""
    texts = texts or {}
    spare = next((texts[language] for language in LANGUAGES if language in texts), "")
    return answers.V2TranslatedString(
        nl=texts.get("nl", spare), fr=texts.get("fr", spare), de=texts.get("de", spare)
    )


def to_the_second(moment: datetime) -> datetime:
    """The moment as the description writes moments, without fractions."""
    return moment.replace(microsecond=0)


def mailbox_answer(view: MailboxView) -> Ebox:
    """The counts of a mailbox."""
    counts = view.counts
    return Ebox(
        number_of_messages=counts.messages,
        number_of_unread_messages=counts.unread,
        last_receipt_date=_second_if_any(counts.last_receipt),
        last_consultation_date=_second_if_any(counts.last_consultation),
        ebox_size=counts.size / _KILOBYTE,
    )


def list_answer(page: MessageList) -> answers.V2Messages:
    """One page of a mailbox."""
    items = [_message(item, page.reference) for item in page.items]
    return answers.V2Messages(items=items, total_items=page.total)


def message_answer(view: MessageView, public_url: str) -> answers.V2Message:
    """A message with its attachments' descriptions."""
    message = view.message
    answer = _message(message, view.reference)
    answer.attachments = attachments_answer(public_url, message.publication_id, message.attachments)
    if message.payment is not None:
        answer.payment_data = payment_answer(message.payment)
    return answer


def payment_answer(payment: Mapping[str, str]) -> answers.V2PaymentData:
    """What is to be paid. The description wants an object for the reference, which is one text."""
    said: dict[str, Any] = dict(payment)
    if "reference" in said:
        said["reference"] = {"value": said["reference"]}
    answer = msgspec.convert(said, answers.V2PaymentData, strict=False)
    answer.due_date = to_the_second(answer.due_date)
    return answer


def attachments_answer(
    public_url: str, message_id: UUID, attachments: Sequence[Attachment]
) -> answers.V2Attachments:
    """The files of a message."""
    items = [attachment_answer(public_url, message_id, one) for one in attachments]
    return answers.V2Attachments(items=items, total_items=len(items))


def attachment_answer(public_url: str, message_id: UUID, attachment: Attachment) -> answers.V2Attachment:
    """A file of a message."""
    path = f"{PREFIX}/ebox/messages/{message_id}/attachments/{attachment.id}/content"
    return answers.V2Attachment(
        attachment_id=attachment.id,
        attachment_title=translated(attachment.title) if attachment.title else UNSET,
        file_name=attachment.file_name or "",
        main_content=attachment.is_main,
        media_type=attachment.media_type,
        size=attachment.size / _KILOBYTE,
        digest=_digest(attachment.sha256),
        attachment_signed=attachment.is_signed,
        content_href=public_url + path,
    )


def _message(message: InboxItem | MessageDetail, reference: ReferenceData) -> answers.V2Message:
    return answers.V2Message(
        message_id=message.publication_id,
        original_message_id=if_any(message.original_message),
        subject=translated(RECALLED if message.is_recalled else message.subject),
        receipt_date=to_the_second(message.received_at),
        expiration_date=to_the_second(message.expires_at),
        read_status=not message.is_unread,
        visible=not message.is_hidden,
        registered_mail=message.registered,
        for_the_attention_of=_attention(message.attention_of),
        message_type_id=message.message_type,
        sender_organization_id=message.sender_organisation or _answered(message, reference),
        sender_application_id=message.sender_application,
        body_main_content=message.is_body_main,
        business_data_list=_business_data(message.business_data),
        reply_authorized=message.reply_authorised,
    )


def _answered(message: InboxItem | MessageDetail, reference: ReferenceData) -> str:
    """Of a citizen's reply, the organisation that it answers: that of the application it came through."""
    return reference.applications[message.sender_application].organisation


def _attention(person: Addressee | dict[str, str | None] | None) -> answers.V2Attention | Absent:
    if person is None:
        return UNSET
    person = msgspec.convert(person, Addressee) if isinstance(person, dict) else person
    return answers.V2Attention(id=if_any(person.ssin), name=if_any(person.label))


def _business_data(
    data: list[BusinessDatum] | list[dict[str, Any]] | None,
) -> answers.V2BusinessDataList | Absent:
    if not data:
        return UNSET
    items = [
        answers.V2BusinessData(
            key=datum.key,
            name=translated(datum.name or dict.fromkeys(LANGUAGES, datum.key)),
            values=[translated(value) for value in datum.values],
        )
        for datum in msgspec.convert(data, list[BusinessDatum], from_attributes=True)
    ]
    return answers.V2BusinessDataList(items=items, total_items=len(items))


def _digest(sha256: str | None) -> DigestAnswer | Absent:
    if not sha256:
        return UNSET
    return DigestAnswer(digest_value=urlsafe_b64encode(bytes.fromhex(sha256)).decode().rstrip("="))


def _second_if_any(moment: datetime | None) -> datetime | Absent:
    return UNSET if moment is None else to_the_second(moment)
