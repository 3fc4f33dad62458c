"""What anybody may know of the reference data: message types, applications and organisations, page by page.

Plain functions over a snapshot: each version of the API puts what they answer into its own shape.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Generic, TypeVar

from domain.errors import NotFound
from domain.events.reference import Validity
from domain.reference import MessageType, Organisation, SenderApplication
from projections.reference import ReferenceSnapshot

T = TypeVar("T")

_DAYS_A_YEAR = 365
_DAYS_A_MONTH = 30
_MONTHS_A_YEAR = 12


@dataclass(frozen=True, slots=True)
class Page(Generic[T]):
    """Some of what there is, in the order of the ids; `total` is how much there is."""

    items: list[T]
    total: int


@dataclass(frozen=True, slots=True)
class MessageTypeView:
    """A message type, with the organisations and applications that may publish it."""

    message_type: MessageType
    organisations: list[str]
    applications: list[str]


@dataclass(frozen=True, slots=True)
class ApplicationView:
    """A sender application, with the organisations that publish through it and what they may publish."""

    application: SenderApplication
    organisations: list[str]
    message_types: list[str]


@dataclass(frozen=True, slots=True)
class OrganisationView:
    """A partner organisation, with its applications and what it may publish."""

    organisation: Organisation
    applications: list[str]
    message_types: list[str]


@dataclass(frozen=True, slots=True)
class Period:
    """A validity in one unit: `day`, `month` or `year`."""

    number: int
    unit: str


def message_types(data: ReferenceSnapshot, page: int, page_size: int) -> Page[MessageTypeView]:
    """A page of all message types; `page` counts from 1."""
    found = _page(data.message_types, page, page_size)
    return Page([_message_type(data, one) for one in found], len(data.message_types))


def message_type(data: ReferenceSnapshot, message_type_id: str) -> MessageTypeView:
    """One message type. Raises `NotFound`."""
    return _message_type(data, _one(data.message_types, message_type_id))


def applications(data: ReferenceSnapshot, page: int, page_size: int) -> Page[ApplicationView]:
    """A page of all sender applications; `page` counts from 1."""
    found = _page(data.applications, page, page_size)
    return Page([_application(data, one) for one in found], len(data.applications))


def application(data: ReferenceSnapshot, application_id: str) -> ApplicationView:
    """One sender application. Raises `NotFound`."""
    return _application(data, _one(data.applications, application_id))


def organisations(data: ReferenceSnapshot, page: int, page_size: int) -> Page[OrganisationView]:
    """A page of all partner organisations; `page` counts from 1."""
    found = _page(data.organisations, page, page_size)
    return Page([_organisation(data, one) for one in found], len(data.organisations))


def organisation(data: ReferenceSnapshot, enterprise_number: str) -> OrganisationView:
    """One partner organisation. Raises `NotFound`."""
    return _organisation(data, _one(data.organisations, enterprise_number))


def period(validity: Validity) -> Period:
    """The validity in the one unit that the Message Registry has for it.

    Days beside years or months make it days, of 365 to the year and 30 to the month: no longer than it is.
    """
    months = validity.years * _MONTHS_A_YEAR + validity.months
    if validity.days:
        days = validity.years * _DAYS_A_YEAR + validity.months * _DAYS_A_MONTH + validity.days
        return Period(days, "day")
    return Period(months, "month") if validity.months else Period(validity.years, "year")


def _page(known: Mapping[str, T], page: int, page_size: int) -> list[T]:
    start = (page - 1) * page_size
    return [known[one] for one in sorted(known)[start : start + page_size]]


def _one(known: Mapping[str, T], wanted: str) -> T:
    found = known.get(wanted)
    if found is None:
        raise NotFound("the reference data have nothing of that id")
    return found


def _message_type(data: ReferenceSnapshot, found: MessageType) -> MessageTypeView:
    publishing = [
        one.application_id
        for one in data.applications.values()
        if one.organisation in found.senders and found.goes_with(one)
    ]
    return MessageTypeView(found, sorted(found.senders), sorted(publishing))


def _application(data: ReferenceSnapshot, found: SenderApplication) -> ApplicationView:
    published = [
        one.message_type_id
        for one in data.message_types.values()
        if found.organisation in one.senders and one.goes_with(found)
    ]
    return ApplicationView(found, [found.organisation], sorted(published))


def _organisation(data: ReferenceSnapshot, found: Organisation) -> OrganisationView:
    number = found.enterprise_number
    own = [one.application_id for one in data.applications.values() if one.organisation == number]
    published = [one.message_type_id for one in data.message_types.values() if number in one.senders]
    return OrganisationView(found, sorted(own), sorted(published))
