"""The JSON part `messageToPublish` of version 2.1, and the same as version 3 says it.

Only the shape is checked here, under 2.1's names; what it means is for version 3's own reading of it.
"""

from __future__ import annotations

from typing import Annotated, Any, Final

from pydantic import Field, ValidationError

from api.problem_types import NOT_IMPLEMENTED
from api.refusals import Refusal
from api.schemas.issues import body_issue
from api.schemas.message_to_publish import MAX_BUSINESS_VALUES, DateTime, Digest
from api.schemas.strict_json import parse
from api.schemas.texts import Id, Line, TranslatedLine, TranslatedProse
from api.v2.schemas.requests import Lenient, V2Recipient
from domain.draft import MAX_ATTACHMENTS, MAX_BUSINESS_DATA, ROOT
from domain.errors import InvalidInput, Issue

_MAX_ISSUES: Final = 50
_PERSON: Final = "person"


class V2Line(TranslatedLine, Lenient):
    """A line of text in at least one language."""


class V2Prose(TranslatedProse, Lenient):
    """A text in at least one language."""


class V2Digest(Digest, Lenient):
    """The SHA-256 of a file's bytes, in base64url (RFC 4648 §5)."""


class V2AttachmentToPublish(Lenient):
    """A file: the part that carries it, and what it is to the message."""

    http_part_name: Annotated[str, Field(pattern="^upfile[1-6]$")]
    main_content: bool
    attachment_signed: bool = False
    attachment_title: V2Line | None = None
    digest: V2Digest | None = None


class V2BusinessDataToPublish(Lenient):
    """What the message can be found and sorted by."""

    key: Id
    name: V2Line | None = None
    values: Annotated[list[V2Line], Field(max_length=MAX_BUSINESS_VALUES)]


class V2AttentionToPublish(Lenient):
    """Somebody at the recipient's: a person, by national or bis number (`id`), by name, or by both."""

    id: str | None = None
    type: str | None = None
    name: Line | None = None


class V2PaymentToPublish(Lenient):
    """A payment that the message asks for. `reference` is a text, alone or as an object's only member."""

    payment_data_id: Line
    amount: float
    vat_amount: float
    currency: str
    due_date: DateTime
    iban: str
    bic: str | None = None
    reference: Line | dict[str, Any] | None = None


class V2MessageToPublish(Lenient):
    """A message, or (`originalMessageId`, with a reader's token) a reply to one."""

    recipient: V2Recipient
    for_the_attention_of: V2AttentionToPublish | None = None
    original_message_id: str | None = None
    subject: V2Line
    message_type_id: Id | None = None
    expiration_date: DateTime | None = None
    sender_organization_id: str | None = None
    sender_application_id: Id | None = None
    registered_mail: bool = False
    attachments: Annotated[list[V2AttachmentToPublish], Field(max_length=MAX_ATTACHMENTS)] | None = None
    body_main_content: bool
    body_content: V2Prose | None = None
    business_data_list: (
        Annotated[list[V2BusinessDataToPublish], Field(max_length=MAX_BUSINESS_DATA)] | None
    ) = None
    payment_data: V2PaymentToPublish | None = None
    reply_authorized: bool

    def as_v3(self) -> dict[str, Any]:
        """The same, as version 3 says it. Raises `Refusal` for what eBox does not have."""
        return self._content() | _given(
            recipient=self.recipient.as_v3(),
            sender=self._sender(),
            messageTypeId=self.message_type_id,
            senderApplicationId=self.sender_application_id,
            originalMessageId=self.original_message_id,
            expirationDate=self.expiration_date,
            isRegisteredMail=self.registered_mail,
            isReplyAuthorized=self.reply_authorized,
            forTheAttentionOf=self._attention_of(),
            businessDataList=[_dumped(one) for one in self.business_data_list or ()] or None,
            paymentData=self._payment(),
        )

    def as_v3_reply(self) -> dict[str, Any]:
        """The same, as version 3 says a reply. Raises `Refusal` for what a reply does not carry."""
        for name in ("for_the_attention_of", "expiration_date", "business_data_list", "payment_data"):
            if getattr(self, name):
                alias = V2MessageToPublish.model_fields[name].alias
                raise _not_implemented(f"{ROOT}.{alias}", "a reply is a subject, a body and files")
        return self._content()

    def _content(self) -> dict[str, Any]:
        return _given(
            subject=_dumped(self.subject),
            isBodyMainContent=self.body_main_content,
            bodyContent=_dumped(self.body_content) if self.body_content else None,
            attachments=[_attachment(one) for one in self.attachments or ()],
        )

    def _sender(self) -> dict[str, str] | None:
        if self.sender_organization_id is None:
            return None
        return {"eboxType": "enterprise", "enterpriseNumber": self.sender_organization_id}

    def _attention_of(self) -> dict[str, str] | None:
        person = self.for_the_attention_of
        if person is None:
            return None
        if (person.type or _PERSON).lower() != _PERSON:
            raise _not_implemented(f"{ROOT}.forTheAttentionOf.type", f"the only type is {_PERSON}")
        return _given(ssin=person.id, label=person.name)

    def _payment(self) -> dict[str, Any] | None:
        if self.payment_data is None:
            return None
        payment = _dumped(self.payment_data)
        if isinstance(reference := payment.get("reference"), dict):
            texts = list(reference.values())
            if len(texts) != 1 or not isinstance(texts[0], str):
                detail = "a reference is one text, alone or as an object's only member"
                raise _not_implemented(f"{ROOT}.paymentData.reference", detail)
            payment["reference"] = texts[0]
        return payment


def parse_v2_message(data: bytes) -> V2MessageToPublish:
    """What the JSON part says. Raises `InvalidInput`, each issue named by the caller's own path."""
    document = parse(data, ROOT)
    # The e-Box's own examples wrap the message once more in its name.
    if isinstance(document, dict) and document.keys() == {ROOT}:
        document = document[ROOT]
    try:
        return V2MessageToPublish.model_validate(document)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)[:_MAX_ISSUES]
        raise InvalidInput(*(body_issue(one, ROOT) for one in found)) from None


def _attachment(attachment: V2AttachmentToPublish) -> dict[str, Any]:
    return _given(
        httpPartName=attachment.http_part_name,
        isMainContent=attachment.main_content,
        isAttachmentSigned=attachment.attachment_signed,
        attachmentTitle=_dumped(attachment.attachment_title) if attachment.attachment_title else None,
        digest=_dumped(attachment.digest) if attachment.digest else None,
    )


def _dumped(model: Lenient) -> dict[str, Any]:
    return model.model_dump(by_alias=True, exclude_none=True)


def _given(**members: Any) -> dict[str, Any]:
    return {name: one for name, one in members.items() if one is not None}


def _not_implemented(field: str, detail: str) -> Refusal:
    return Refusal(NOT_IMPLEMENTED, "This is not implemented.", Issue(field, "notImplemented", detail))
