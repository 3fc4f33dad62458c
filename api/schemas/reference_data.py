"""What anybody sees of the reference data: the 2.1 description's fields in v3 spelling."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Literal, cast
from urllib.parse import quote

from msgspec import UNSET

from api.schemas.answers import Absent, Answer, TranslatedString
from api.schemas.messages import PREFIX, if_any, translated
from application.reference_data import ApplicationView, MessageTypeView, OrganisationView, Page, period
from domain.events.reference import BusinessDataRule
from domain.reference import LogoFacts

REFERENCE_DATA = f"{PREFIX}/referenceData"
_KILOBYTE = 1024


class ValidityPeriod(Answer, kw_only=True):
    """How long messages of a type stay, in one unit."""

    validity_period_number: int
    validity_period_unit: Literal["day", "month", "year"]


class BusinessDataDefinition(Answer, kw_only=True):
    """A business datum that messages of a type carry; required ones are in each of them."""

    key: str
    name: TranslatedString
    description: TranslatedString | Absent = UNSET
    is_required: bool


class MessageTypeAnswer(Answer, kw_only=True):
    """A business category of messages, and who may publish it."""

    message_type_id: str
    message_type_name: TranslatedString
    message_type_description: TranslatedString | Absent = UNSET
    validity_period: ValidityPeriod
    sender_organization_ids: list[str]
    sender_application_ids: list[str]
    recipient_ebox_types: list[Literal["citizen", "enterprise"]]
    business_data_definitions: list[BusinessDataDefinition]


class MessageTypes(Answer, kw_only=True):
    """A page of all message types."""

    items: list[MessageTypeAnswer]
    total_items: int


class Image(Answer, kw_only=True):
    """A logo: `size` in kB, and where its bytes are. `language`: the one its words are in."""

    image_id: str
    size: float
    media_type: str
    language: Literal["nl", "fr", "de"] | Absent = UNSET
    content_href: str


class SenderApplicationAnswer(Answer, kw_only=True):
    """An application that messages are published through."""

    application_id: str
    application_name: TranslatedString
    application_description: TranslatedString | Absent = UNSET
    application_logos: list[Image]
    application_url: TranslatedString | Absent = UNSET
    sender_organization_ids: list[str]
    message_type_ids: list[str]
    contact_business: str | Absent = UNSET
    contact_technical: str | Absent = UNSET


class SenderApplications(Answer, kw_only=True):
    """A page of all sender applications."""

    items: list[SenderApplicationAnswer]
    total_items: int


class SenderOrganizationAnswer(Answer, kw_only=True):
    """An organisation that publishes messages."""

    organization_id: str
    organization_short_name: TranslatedString
    organization_long_name: TranslatedString | Absent = UNSET
    organization_logos: list[Image]
    organization_url: TranslatedString | Absent = UNSET
    sender_application_ids: list[str]
    message_type_ids: list[str]
    contact_business: str | Absent = UNSET
    contact_technical: str | Absent = UNSET


class SenderOrganizations(Answer, kw_only=True):
    """A page of all sender organisations."""

    items: list[SenderOrganizationAnswer]
    total_items: int


def message_types_answer(page: Page[MessageTypeView]) -> MessageTypes:
    """A page of them."""
    return MessageTypes(items=[message_type_answer(one) for one in page.items], total_items=page.total)


def message_type_answer(view: MessageTypeView) -> MessageTypeAnswer:
    """One of them."""
    found = view.message_type
    lasts = period(found.validity)
    return MessageTypeAnswer(
        message_type_id=found.message_type_id,
        message_type_name=translated(found.name),
        message_type_description=_if_any(found.description),
        validity_period=ValidityPeriod(
            validity_period_number=lasts.number,
            validity_period_unit=cast("Literal['day', 'month', 'year']", lasts.unit),
        ),
        sender_organization_ids=view.organisations,
        sender_application_ids=view.applications,
        recipient_ebox_types=cast("list[Literal['citizen', 'enterprise']]", sorted(found.recipients)),
        business_data_definitions=[_definition(one) for one in found.business_data],
    )


def applications_answer(page: Page[ApplicationView], public_url: str) -> SenderApplications:
    """A page of them."""
    items = [application_answer(one, public_url) for one in page.items]
    return SenderApplications(items=items, total_items=page.total)


def application_answer(view: ApplicationView, public_url: str) -> SenderApplicationAnswer:
    """One of them."""
    found, shown = view.application, view.application.shown
    base = f"{public_url}{REFERENCE_DATA}/senderApplications/{quote(found.application_id, safe='')}"
    return SenderApplicationAnswer(
        application_id=found.application_id,
        application_name=translated(found.name),
        application_description=_if_any(found.description),
        application_logos=_images(shown.logos, base),
        application_url=_if_any(shown.url),
        sender_organization_ids=view.organisations,
        message_type_ids=view.message_types,
        contact_business=if_any(shown.contact_business),
        contact_technical=if_any(shown.contact_technical),
    )


def organisations_answer(page: Page[OrganisationView], public_url: str) -> SenderOrganizations:
    """A page of them."""
    items = [organisation_answer(one, public_url) for one in page.items]
    return SenderOrganizations(items=items, total_items=page.total)


def organisation_answer(view: OrganisationView, public_url: str) -> SenderOrganizationAnswer:
    """One of them."""
    found, shown = view.organisation, view.organisation.shown
    base = f"{public_url}{REFERENCE_DATA}/senderOrganizations/{found.enterprise_number}"
    return SenderOrganizationAnswer(
        organization_id=found.enterprise_number,
        organization_short_name=translated(found.name),
        organization_long_name=_if_any(found.long_name),
        organization_logos=_images(shown.logos, base),
        organization_url=_if_any(shown.url),
        sender_application_ids=view.applications,
        message_type_ids=view.message_types,
        contact_business=if_any(shown.contact_business),
        contact_technical=if_any(shown.contact_technical),
    )


def _definition(rule: BusinessDataRule) -> BusinessDataDefinition:
    return BusinessDataDefinition(
        key=rule.key,
        name=translated(rule.name),
        description=_if_any(rule.description),
        is_required=rule.required,
    )


def _images(logos: Sequence[LogoFacts], base: str) -> list[Image]:
    return [
        Image(
            image_id=logo.logo_id,
            size=logo.size / _KILOBYTE,
            media_type=logo.media_type,
            language=cast("Literal['nl', 'fr', 'de'] | Absent", if_any(logo.language)),
            content_href=f"{base}/images/{logo.logo_id}/content",
        )
        for logo in logos
    ]


def _if_any(texts: dict[str, str]) -> TranslatedString | Absent:
    return translated(texts) if texts else UNSET
