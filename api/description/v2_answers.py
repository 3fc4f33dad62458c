"""Examples of what callers of the Message Registry's version 2.1 are answered."""

from __future__ import annotations

from typing import Final, TypeVar

import msgspec

from api.description import ids
from api.description.message_answers import ATTACHMENT, PAYMENT, SUBJECT
from api.description.public_answers import APPLICATION, ORGANISATION, TYPE
from api.schemas.answers import Answer
from api.status_messages import MESSAGE_REGISTRY_V2
from api.v2.schemas import answers
from api.v2.schemas import reference_data as data

T = TypeVar("T", bound=Answer)


def _as(shape: type[T], example: Answer, **changes: object) -> T:
    """The example of version 3 with the fields that version 2.1 has too."""
    return msgspec.convert(msgspec.to_builtins(example) | changes, shape)


_SUBJECT: Final = _as(answers.V2TranslatedString, SUBJECT)
_RECIPIENT: Final = answers.V2EboxId(ebox_type="citizen", ebox_id_value=ids.CITIZEN)
_ATTACHMENT: Final = _as(
    answers.V2Attachment,
    ATTACHMENT,
    mainContent=True,
    attachmentSigned=False,
    contentHref=f"https://ebox.example{MESSAGE_REGISTRY_V2}/ebox/messages/{ids.MESSAGE}"
    f"/attachments/{ids.ATTACHMENT}/content",
)
_ATTACHMENTS: Final = answers.V2Attachments(items=[_ATTACHMENT], total_items=1)
_MESSAGE: Final = answers.V2Message(
    message_id=ids.MESSAGE,
    subject=_SUBJECT,
    receipt_date=ids.PUBLISHED_AT,
    expiration_date=ids.EXPIRES_AT,
    read_status=False,
    visible=True,
    registered_mail=False,
    message_type_id=ids.MESSAGE_TYPE,
    sender_organization_id=ids.PARTNER,
    sender_application_id=ids.APPLICATION,
    body_main_content=False,
    reply_authorized=True,
)
_TYPE: Final = _as(data.V2MessageType, TYPE)
_APPLICATION: Final = _as(data.V2SenderApplication, APPLICATION)
_ORGANISATION: Final = _as(data.V2SenderOrganization, ORGANISATION)

V2_ANSWERS: Final[tuple[Answer, ...]] = (
    answers.V2Published(message_id=ids.MESSAGE, expiration_date=ids.EXPIRES_AT),
    answers.V2Linked(
        message_id=ids.MESSAGE, expiration_date=ids.EXPIRES_AT, nb_success_links=2, error_cases=[_RECIPIENT]
    ),
    answers.V2MessageStatus(
        message_id=ids.MESSAGE,
        ebox_id=_RECIPIENT,
        expiration_date=ids.EXPIRES_AT,
        read_status=True,
        visible=True,
    ),
    msgspec.structs.replace(_MESSAGE, attachments=_ATTACHMENTS),
    answers.V2Messages(items=[_MESSAGE], total_items=1),
    _ATTACHMENT,
    _ATTACHMENTS,
    _as(answers.V2PaymentData, PAYMENT, reference={"value": PAYMENT.reference}),
    _SUBJECT,
    _TYPE,
    data.V2MessageTypes(items=[_TYPE], total_items=1),
    _APPLICATION,
    data.V2SenderApplications(items=[_APPLICATION], total_items=1),
    _ORGANISATION,
    data.V2SenderOrganizations(items=[_ORGANISATION], total_items=1),
)
