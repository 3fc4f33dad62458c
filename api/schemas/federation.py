"""The Federation's shapes, with the names of its public description (version 1.3)."""

from __future__ import annotations

from datetime import date
from typing import Annotated, Final

from pydantic import BeforeValidator, Field
from pydantic_core import PydanticCustomError

from api.schemas.answers import Answer, TranslatedString
from api.schemas.texts import StrictModel
from application.federation import Provider
from domain.errors import InvalidInput, Issue
from domain.identifiers import Identifier, IdentifierInvalid, IdentifierScheme, parse_identifier

MAX_IDS: Final = 100
API_VERSION: Final = "2.1"
"""Of the Message Registry that a provider implements."""

_TYPES: Final = {"ENTERPRISE": IdentifierScheme.ENTERPRISE, "CITIZEN": IdentifierScheme.SSIN}
_ID_TYPES: Final = {"ENTERPRISENUMBER": "ENTERPRISE", "SSIN": "CITIZEN"}


def _box_type(given: object) -> object:
    if str(given).upper() not in _TYPES:
        raise PydanticCustomError("ebox_unknownType", "neither ENTERPRISE nor CITIZEN")
    return str(given).upper()


EboxType = Annotated[
    str, BeforeValidator(_box_type), Field(json_schema_extra={"enum": ["ENTERPRISE", "CITIZEN"]})
]


class EboxId(StrictModel):
    """Whose mailbox: its kind and its owner's number."""

    ebox_type: EboxType
    ebox_id_value: str


class EboxIdSameTypeList(StrictModel):
    """Several mailboxes of one kind. `eboxIdType` is `EnterpriseNumber` or `SSIN`."""

    ebox_type: EboxType
    ebox_id_type: str
    ebox_id_value_list: Annotated[list[str], Field(min_length=1, max_length=MAX_IDS)]

    def owners(self) -> list[Identifier]:
        """The numbers. Raises `InvalidInput` naming each that is none."""
        if _ID_TYPES.get(self.ebox_id_type.upper()) != self.ebox_type:
            detail = "EnterpriseNumber for ENTERPRISE, SSIN for CITIZEN"
            raise InvalidInput(Issue("eboxIdType", "invalidInput", detail))
        found, issues = [], []
        for place, number in enumerate(self.ebox_id_value_list):
            try:
                found.append(parse_identifier(_TYPES[self.ebox_type], number))
            except IdentifierInvalid as error:
                issues.append(Issue(f"eboxIdValueList[{place}]", "invalidIdentifier", str(error)))
        if issues:
            raise InvalidInput(*issues)
        return found


class EboxPreferencesToUpdate(StrictModel):
    """What an owner chooses for a mailbox."""

    ebox_id: EboxId
    exclusively_ebox: bool

    def owner(self) -> Identifier:
        """The number. Raises `InvalidInput`."""
        try:
            return parse_identifier(_TYPES[self.ebox_id.ebox_type], self.ebox_id.ebox_id_value)
        except IdentifierInvalid as error:
            raise InvalidInput(Issue("eboxId.eboxIdValue", "invalidIdentifier", str(error))) from None


class EboxIdAnswer(Answer, kw_only=True):
    """Whose mailbox."""

    ebox_type: str
    ebox_id_value: str


class EboxPreferences(Answer, kw_only=True):
    """What an owner chose."""

    ebox_id: EboxIdAnswer
    exclusively_ebox: bool


class MessageProvider(Answer, kw_only=True):
    """Who provides messages, and where."""

    message_provider_id: str
    message_provider_name: TranslatedString
    message_provider_description: TranslatedString
    message_provider_url: str
    message_provider_activation_date: date
    message_provider_technical_contact: str
    api_supported_version: str


def preferences_answer(asked: EboxIdSameTypeList, found: list[bool]) -> list[EboxPreferences]:
    """As it is sent, in the order that was asked for."""
    return [
        _preferences(asked.ebox_type, number, chosen)
        for number, chosen in zip(asked.ebox_id_value_list, found, strict=True)
    ]


def chosen_answer(asked: EboxPreferencesToUpdate) -> EboxPreferences:
    """As it is sent."""
    return _preferences(asked.ebox_id.ebox_type, asked.ebox_id.ebox_id_value, asked.exclusively_ebox)


def provider_answer(provider: Provider, public_url: str, since: date) -> MessageProvider:
    """As it is sent."""
    name = TranslatedString(nl=provider.name, fr=provider.name, de=provider.name, en=provider.name)
    return MessageProvider(
        message_provider_id=provider.id,
        message_provider_name=name,
        message_provider_description=name,
        message_provider_url=f"{public_url}/messageRegistry/v2/",
        message_provider_activation_date=since,
        message_provider_technical_contact=provider.contact,
        api_supported_version=API_VERSION,
    )


def _preferences(ebox_type: str, number: str, chosen: bool) -> EboxPreferences:
    ebox_id = EboxIdAnswer(ebox_type=ebox_type, ebox_id_value=number)
    return EboxPreferences(ebox_id=ebox_id, exclusively_ebox=chosen)
