"""From what the read models say to what the mailbox's owner sees."""

from __future__ import annotations

from base64 import urlsafe_b64encode
from collections.abc import Mapping
from typing import Any, Final, TypeVar
from uuid import UUID

import msgspec
from msgspec import UNSET, UnsetType

from api.schemas import answers
from api.schemas.texts import LANGUAGES
from application.views import MailboxView, MessageList, MessageView
from domain.events.mailbox import OwnerKind
from domain.events.message import Addressee, BusinessDatum
from projections.inbox import InboxItem
from projections.message_detail import Attachment, MessageDetail

PREFIX = "/messageRegistry/v3"
_KILOBYTE = 1024

RECALLED: Final[Mapping[str, str]] = {
    "nl": "Dit bericht werd door de afzender teruggeroepen",
    "fr": "Ce message a été rappelé par son expéditeur",
    "de": "Diese Nachricht wurde vom Absender zurückgerufen",
    "en": "This message was recalled by its sender",
}
"""In place of the subject of a recalled message."""

T = TypeVar("T")


def translated(texts: Mapping[str, str] | None) -> answers.TranslatedString:
    """The texts, with the first of them standing in for languages that have none; empty once erased."""
    texts = texts or {}
    spare = next((texts[language] for language in LANGUAGES if language in texts), "")
    return answers.TranslatedString(
        nl=texts.get("nl", spare),
        fr=texts.get("fr", spare),
        de=texts.get("de", spare),
        en=texts.get("en", UNSET),
    )


def _translated_if_any(texts: Mapping[str, str] | None) -> answers.TranslatedString | UnsetType:
    return translated(texts) if texts else UNSET


def if_any(value: T | None) -> T | UnsetType:
    """The value; left out of the answer where there is none."""
    return UNSET if value is None else value


def mailbox_answer(view: MailboxView) -> answers.Ebox:
    """The counts of a mailbox."""
    counts = view.counts
    return answers.Ebox(
        number_of_messages=counts.messages,
        number_of_unread_messages=counts.unread,
        last_receipt_date=if_any(counts.last_receipt),
        last_consultation_date=if_any(counts.last_consultation),
        ebox_size=counts.size / _KILOBYTE,
    )


def list_answer(page: MessageList) -> answers.Messages:
    """One page of a mailbox."""
    return answers.Messages(
        items=[_message(item) for item in page.items],
        total_items=page.total,
        is_total_capped=page.is_total_capped,
    )


def message_answer(view: MessageView, public_url: str) -> answers.MessageAnswer:
    """A message with its attachments' descriptions."""
    message = view.message
    answer = _message(message)
    answer.attachments = attachments_answer(public_url, message.publication_id, message.attachments)
    if message.payment is not None:
        answer.payment_data = payment_answer(message.payment)
    return answer


def payment_answer(payment: Mapping[str, str]) -> answers.PaymentDataAnswer:
    """What is to be paid: texts under the names of the API, as the message has them."""
    return msgspec.convert(payment, answers.PaymentDataAnswer, strict=False)


def attachments_answer(
    public_url: str, message_id: UUID, attachments: list[Attachment]
) -> answers.Attachments:
    """The files of a message."""
    items = [attachment_answer(public_url, message_id, one) for one in attachments]
    return answers.Attachments(items=items, total_items=len(items))


def attachment_answer(public_url: str, message_id: UUID, attachment: Attachment) -> answers.AttachmentAnswer:
    """A file of a message."""
    sha256 = attachment.sha256
    digest = urlsafe_b64encode(bytes.fromhex(sha256)).decode().rstrip("=") if sha256 else None
    path = f"{PREFIX}/ebox/messages/{message_id}/attachments/{attachment.id}/content"
    return answers.AttachmentAnswer(
        attachment_id=attachment.id,
        attachment_title=_translated_if_any(attachment.title),
        file_name=attachment.file_name or "",
        is_main_content=attachment.is_main,
        media_type=attachment.media_type,
        size=attachment.size / _KILOBYTE,
        digest=answers.DigestAnswer(digest_value=digest) if digest else UNSET,
        is_attachment_signed=attachment.is_signed,
        content_href=public_url + path,
    )


def _message(message: InboxItem | MessageDetail) -> answers.MessageAnswer:
    partition = message.recipient_partition
    return answers.MessageAnswer(
        message_id=message.publication_id,
        sender=_sender(message),
        recipient=UNSET if partition is None else answers.RecipientOfMessage(partition=partition),
        subject=translated(RECALLED if message.is_recalled else message.subject),
        message_type_id=message.message_type,
        sender_application_id=message.sender_application,
        receipt_date=message.received_at,
        expiration_date=message.expires_at,
        due_date=if_any(message.due_at),
        read_status=not message.is_unread,
        visible=not message.is_hidden,
        is_archived=message.is_archived,
        is_expired=True if isinstance(message, InboxItem) and message.is_gone else UNSET,
        is_body_main_content=message.is_body_main if message.has_body else UNSET,
        is_registered_mail=message.registered,
        is_reply_authorized=message.reply_authorised,
        replied_at=if_any(message.replied_at),
        is_confirmation_needed=message.confirmation_needed,
        is_confirmed=message.confirmed_at is not None,
        confirmed_at=if_any(message.confirmed_at),
        is_recalled=message.is_recalled,
        recalled_at=if_any(message.recalled_at),
        original_message_id=if_any(message.original_message),
        for_the_attention_of=_attention(message.attention_of),
        business_data_list=_business_data(message.business_data),
        non_sensitive_title=_translated_if_any(message.non_sensitive_title),
    )


def _sender(message: InboxItem | MessageDetail) -> answers.SenderOfMessage:
    """An organisation by its number; of a citizen who replies, theirs, as long as they are not erased."""
    if message.sender_kind == OwnerKind.CITIZEN:
        return answers.SenderOfMessage(ebox_type="citizen", ssin=if_any(message.sender_number))
    return answers.SenderOfMessage(
        ebox_type="enterprise",
        enterprise_number=message.sender_organisation,
        partition=if_any(message.sender_partition),
    )


def _attention(person: Addressee | dict[str, str | None] | None) -> answers.Attention | UnsetType:
    if person is None:
        return UNSET
    person = msgspec.convert(person, Addressee) if isinstance(person, dict) else person
    return answers.Attention(ssin=if_any(person.ssin), label=if_any(person.label))


def _business_data(
    data: list[BusinessDatum] | list[dict[str, Any]] | None,
) -> answers.BusinessDataList | UnsetType:
    if not data:
        return UNSET
    items = [
        answers.BusinessData(
            key=datum.key,
            name=_translated_if_any(datum.name),
            values=[translated(value) for value in datum.values],
        )
        for datum in msgspec.convert(data, list[BusinessDatum], from_attributes=True)
    ]
    return answers.BusinessDataList(items=items, total_items=len(items))
