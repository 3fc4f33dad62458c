"""The reference data as version 2.1 has it: the fields of version 3 that were there already."""

from __future__ import annotations

from typing import Literal, TypeVar

import msgspec
from msgspec import UNSET

from api.schemas import reference_data as v3
from api.schemas.answers import Absent, Answer
from api.status_messages import MESSAGE_REGISTRY_V2
from api.v2.schemas.answers import V2TranslatedString

REFERENCE_DATA = f"{MESSAGE_REGISTRY_V2}/referenceData"

T = TypeVar("T", bound=msgspec.Struct)


class V2MessageType(Answer, kw_only=True):
    """A business category of messages, and who may publish it."""

    message_type_id: str
    message_type_name: V2TranslatedString
    message_type_description: V2TranslatedString | Absent = UNSET
    validity_period: v3.ValidityPeriod
    sender_organization_ids: list[str]
    sender_application_ids: list[str]


class V2MessageTypes(Answer, kw_only=True):
    """A page of all message types."""

    items: list[V2MessageType]
    total_items: int


class V2Image(Answer, kw_only=True):
    """A logo: `size` in kB, and where its bytes are. `language`: the one its words are in."""

    image_id: str
    size: float
    media_type: str
    language: Literal["nl", "fr", "de"] | Absent = UNSET
    content_href: str


class V2SenderApplication(Answer, kw_only=True):
    """An application that messages are published through."""

    application_id: str
    application_name: V2TranslatedString
    application_description: V2TranslatedString | Absent = UNSET
    application_logos: list[V2Image]
    application_url: V2TranslatedString | Absent = UNSET
    sender_organization_ids: list[str]
    message_type_ids: list[str]
    contact_business: str | Absent = UNSET
    contact_technical: str | Absent = UNSET


class V2SenderApplications(Answer, kw_only=True):
    """A page of all sender applications."""

    items: list[V2SenderApplication]
    total_items: int


class V2SenderOrganization(Answer, kw_only=True):
    """An organisation that publishes messages."""

    organization_id: str
    organization_short_name: V2TranslatedString
    organization_long_name: V2TranslatedString | Absent = UNSET
    organization_logos: list[V2Image]
    organization_url: V2TranslatedString | Absent = UNSET
    sender_application_ids: list[str]
    message_type_ids: list[str]
    contact_business: str | Absent = UNSET
    contact_technical: str | Absent = UNSET


class V2SenderOrganizations(Answer, kw_only=True):
    """A page of all sender organisations."""

    items: list[V2SenderOrganization]
    total_items: int


def retold(answer: msgspec.Struct, shape: type[T]) -> T:
    """The answer of version 3, less what 2.1 does not have; logos are where 2.1 has them."""
    told = msgspec.convert(msgspec.to_builtins(answer), shape)
    for one in getattr(told, "items", [told]):
        for logo in _logos(one):
            logo.content_href = logo.content_href.replace(v3.REFERENCE_DATA, REFERENCE_DATA)
    return told


def _logos(told: msgspec.Struct) -> list[V2Image]:
    match told:
        case V2SenderApplication():
            return told.application_logos
        case V2SenderOrganization():
            return told.organization_logos
        case _:
            return []
