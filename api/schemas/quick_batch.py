"""Reads the usual message of a batch, four times as fast as `api/schemas/batch.py` reads any.

It takes what it is sure of and leaves everything else to the thorough reader: rarer fields, whatever breaks a
rule, and JSON in which a name may stand twice. So it names no errors, and what it does take is to the letter
what the other would have made of it; `tests/unit/api/test_quick_batch.py` holds the two together.
"""

from __future__ import annotations

import re
from typing import Final, Literal

import msgspec

from api.schemas.message_to_publish import MAX_BUSINESS_VALUES
from api.schemas.texts import is_line, is_prose
from application.chunks import BatchItem
from domain.draft import MAX_BUSINESS_DATA, ROOT, MessageDraft
from domain.events.message import BusinessDatum
from domain.identifiers import EnterpriseNumber, Identifier, IdentifierInvalid, Ssin

ID: Final = re.compile(r"[!-~]{1,100}")
"""Ids of which there is no question; the thorough reader knows others."""
KEY: Final = re.compile(r"[!-~]{1,255}")
"""An `Idempotency-Key`: visible ASCII."""

_NAME_ENDS: Final = b'":'
_HIDDEN: Final = re.compile(rb'"[ \t\r\n]+:|\\u00(?:22|3[aA])')
"""White space between a name and its colon; a quotation mark or a colon by its number."""
_canonical = msgspec.json.Encoder(order="sorted")


class _Shape(msgspec.Struct, rename="camel", forbid_unknown_fields=True, gc=False):
    pass


class _Texts(_Shape):
    nl: str | None = None
    fr: str | None = None
    de: str | None = None
    en: str | None = None

    def given(self) -> dict[str, str]:
        texts = {"nl": self.nl, "fr": self.fr, "de": self.de, "en": self.en}
        return {language: text for language, text in texts.items() if text is not None}


class _Recipient(_Shape):
    ebox_type: Literal["citizen", "enterprise"]
    ssin: str | None = None
    enterprise_number: str | None = None


class _Datum(_Shape):
    key: str
    values: list[_Texts]
    name: _Texts | None = None


class _Message(_Shape):
    recipient: _Recipient
    subject: _Texts
    message_type_id: str
    sender_application_id: str
    is_body_main_content: bool = False
    body_content: _Texts | None = None
    business_data_list: list[_Datum] | None = None
    is_reply_authorized: bool = False
    is_registered_mail: bool = False
    is_confirmation_needed: bool = False


class _Item(_Shape):
    message_to_publish: _Message
    idempotency_key: str | None = None


class _Unusual(Exception):
    """The thorough reader is to look at it."""


_decode = msgspec.json.Decoder(_Item).decode


def read_quickly(data: bytes, default_key: str | None) -> BatchItem | None:
    """The item, or None where the thorough reader is to look at it."""
    try:
        item = _decode(data)
        key = default_key if item.idempotency_key is None else _known(KEY, item.idempotency_key)
        draft = _draft(item.message_to_publish)
        document = msgspec.json.decode(data)
    except (msgspec.DecodeError, UnicodeDecodeError, IdentifierInvalid, _Unusual):
        return None
    canonical = _canonical.encode(document[ROOT])
    if key is None or _may_repeat_names(data, canonical, len(document)):
        return None
    return BatchItem(draft, canonical, key)


def _may_repeat_names(data: bytes, canonical: bytes, names_around: int) -> bool:
    """Whether an object may have a name twice, of which the decoder takes the last.

    Every name comes with `":`, and in the canonical spelling no name comes twice. So where as many of these
    are in either, none was lost; unless something is spelt in a way that hides or makes one.
    """
    if _HIDDEN.search(data):
        return True
    return data.count(_NAME_ENDS) != canonical.count(_NAME_ENDS) + names_around


def _draft(message: _Message) -> MessageDraft:
    data = message.business_data_list or []
    body = message.body_content
    if len(data) > MAX_BUSINESS_DATA:
        raise _Unusual
    return MessageDraft(
        recipient=_recipient(message.recipient),
        subject=_lines(message.subject),
        message_type=_known(ID, message.message_type_id),
        application=_known(ID, message.sender_application_id),
        attachments=[],
        is_body_main=message.is_body_main_content,
        body=None if body is None else _prose(body) or None,
        business_data=[_datum(one) for one in data],
        reply_authorised=message.is_reply_authorized,
        registered=message.is_registered_mail,
        confirmation_needed=message.is_confirmation_needed,
    )


def _recipient(recipient: _Recipient) -> Identifier:
    ssin, enterprise_number = recipient.ssin, recipient.enterprise_number
    if recipient.ebox_type == "citizen" and ssin is not None and enterprise_number is None:
        return Ssin(ssin)
    if recipient.ebox_type == "enterprise" and enterprise_number is not None and ssin is None:
        return EnterpriseNumber(enterprise_number)
    raise _Unusual


def _datum(datum: _Datum) -> BusinessDatum:
    if len(datum.values) > MAX_BUSINESS_VALUES:
        raise _Unusual
    name = None if datum.name is None else _lines(datum.name) or None
    return BusinessDatum(_known(ID, datum.key), name, [_lines(one) for one in datum.values])


def _lines(texts: _Texts) -> dict[str, str]:
    given = texts.given()
    if not all(map(is_line, given.values())):
        raise _Unusual
    return given


def _prose(texts: _Texts) -> dict[str, str]:
    given = texts.given()
    if not all(map(is_prose, given.values())):
        raise _Unusual
    return given


def _known(pattern: re.Pattern[str], text: str) -> str:
    if not pattern.fullmatch(text):
        raise _Unusual
    return text
