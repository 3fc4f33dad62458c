"""Examples of what is answered about messages and documents."""

from __future__ import annotations

from typing import Final

from msgspec import UNSET

from api.description import ids
from api.description.problem_examples import problem_of_a_number
from api.schemas import aftermath, answers, batch, linking
from api.schemas.answers import Answer, TranslatedString
from api.schemas.shared_documents import KeptDocument

SUBJECT: Final = TranslatedString(
    nl="Uw pensioenoverzicht", fr="Votre aperçu de pension", de="Ihre Pensionsübersicht"
)

ATTACHMENT: Final = answers.AttachmentAnswer(
    attachment_id=ids.ATTACHMENT,
    attachment_title=TranslatedString(nl="Overzicht", fr="Aperçu", de="Übersicht"),
    file_name="overzicht-2027.pdf",
    is_main_content=True,
    media_type="application/pdf",
    size=180.0,
    digest=answers.DigestAnswer(digest_value=ids.SHA256),
    is_attachment_signed=False,
    content_href="https://ebox.example/messageRegistry/v3/ebox/messages/"
    f"{ids.MESSAGE}/attachments/{ids.ATTACHMENT}/content",
)
_ATTACHMENTS: Final = answers.Attachments(items=[ATTACHMENT], total_items=1)
PAYMENT: Final = answers.PaymentDataAnswer(
    payment_data_id="2027-000001",
    amount=120.0,
    vat_amount=25.2,
    currency="EUR",
    due_date=ids.DUE_AT,
    iban="BE68539007547034",
    bic="GKCCBEBB",
    reference="+++090/9337/55493+++",
)


def _message(attachments: answers.Attachments | answers.Absent = UNSET) -> answers.MessageAnswer:
    return answers.MessageAnswer(
        message_id=ids.MESSAGE,
        sender=answers.SenderOfMessage(ebox_type="enterprise", enterprise_number=ids.PARTNER),
        subject=SUBJECT,
        message_type_id=ids.MESSAGE_TYPE,
        sender_application_id=ids.APPLICATION,
        receipt_date=ids.PUBLISHED_AT,
        expiration_date=ids.EXPIRES_AT,
        read_status=False,
        visible=True,
        is_archived=False,
        is_registered_mail=False,
        is_reply_authorized=True,
        is_confirmation_needed=True,
        is_confirmed=False,
        is_recalled=False,
        attachments=attachments,
    )


MESSAGE_ANSWERS: Final[tuple[Answer, ...]] = (
    answers.Published(message_id=ids.MESSAGE, expiration_date=ids.EXPIRES_AT, promise=ids.PROMISE),
    _message(_ATTACHMENTS),
    answers.Messages(items=[_message()], total_items=1, is_total_capped=False),
    answers.Ebox(
        number_of_messages=12,
        number_of_unread_messages=1,
        last_receipt_date=ids.PUBLISHED_AT,
        last_consultation_date=ids.READ_AT,
        ebox_size=2160.0,
    ),
    TranslatedString(
        nl="U vindt hier uw overzicht van dit jaar.",
        fr="Voici votre aperçu de cette année.",
        de="Hier finden Sie Ihre Übersicht dieses Jahres.",
    ),
    ATTACHMENT,
    _ATTACHMENTS,
    PAYMENT,
    KeptDocument(document_id=ids.DOCUMENT, keep_until=ids.EXPIRES_AT),
    aftermath.ConfirmationAnswer(message_id=ids.MESSAGE, confirmed_at=ids.READ_AT),
    aftermath.TakenBackAnswer(message_id=ids.MESSAGE, mailboxes=1),
    aftermath.Statuses(
        items=[
            aftermath.StatusAnswer(
                message_id=ids.MESSAGE,
                recipient=aftermath.RecipientAnswer(ebox_type="citizen", ssin=ids.CITIZEN),
                is_known=True,
                read_status=True,
                read_at=ids.READ_AT,
                visible=True,
                is_released=True,
                expiration_date=ids.EXPIRES_AT,
                is_expired=False,
                is_notified=True,
                is_confirmed=False,
                is_withdrawn=False,
                is_recalled=False,
            )
        ],
        total_items=1,
    ),
    linking.LinkAnswers(
        expiration_date=ids.EXPIRES_AT,
        items=[
            linking.LinkAnswer(status=201, code="NO_DIGITAL_USER"),
            linking.LinkAnswer(status=400, problem=problem_of_a_number("items[1].enterpriseNumber")),
        ],
        total_items=2,
    ),
    batch.ItemAnswers(
        items=[
            batch.ItemAnswer(status=201, message_id=ids.MESSAGE, expiration_date=ids.EXPIRES_AT),
            batch.ItemAnswer(status=400, problem=problem_of_a_number("messageToPublish.recipient.ssin")),
        ],
        total_items=2,
    ),
    batch.ItemAnswer(status=201, message_id=ids.MESSAGE, expiration_date=ids.EXPIRES_AT),
)
