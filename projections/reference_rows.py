"""From rows to reference data."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any, Literal
from uuid import UUID

import msgspec
from sqlalchemy import RowMapping

from domain.events.auditor import AuditGrant
from domain.events.enterprise import PartitionRecord, RoutingRule
from domain.events.reference import BusinessDataRule, Validity, WebhookRecord
from domain.reference import LogoFacts, MessageType, Organisation, SenderApplication, Shown, Webhook
from domain.routing import Enterprise

ClientKind = Literal["partner", "site", "auditor"]
Logos = Mapping[str, tuple[LogoFacts, ...]]
"""Logos of one kind of owner, by its id."""


@dataclass(frozen=True, slots=True)
class Client:
    """An OAuth client as its registration has it now. `keys` are public (RFC 7517 JWK objects).

    `organisation` is a partner's enterprise number; `grants` is what an auditor may ask a scope for;
    `suspended` is why it is suspended, by itself or with its registration.
    """

    client_id: str
    kind: ClientKind
    keys: list[dict[str, Any]]
    redirect_uris: list[str]
    organisation: str | None
    registration_id: UUID
    version: int
    is_suspended: bool
    grants: list[AuditGrant]
    suspended: str | None = None


def why_suspended(registration: RowMapping) -> str | None:
    """The reason for which the registration is suspended; the operator's before the declaration's."""
    reason: str | None = registration["ordered_suspended"]
    return registration["declared_suspended"] if reason is None else reason


def organisation(row: RowMapping, logos: Logos) -> Organisation:
    """A partner organisation."""
    number = row["enterprise_number"]
    return Organisation(
        enterprise_number=number,
        name=row["name"],
        registration_id=row["registration_id"],
        version=row["version"],
        is_suspended=why_suspended(row) is not None,
        long_name=row["long_name"],
        shown=_shown(row["presentation"], logos.get(number, ())),
        suspended=why_suspended(row),
    )


def client(row: RowMapping, registration: RowMapping) -> Client:
    """An OAuth client."""
    suspended = why_suspended(registration) or registration["suspended_clients"].get(row["client_id"])
    return Client(
        client_id=row["client_id"],
        kind=registration["kind"],
        keys=row["public_keys"],
        redirect_uris=row["redirect_uris"],
        organisation=registration["enterprise_number"],
        registration_id=registration["registration_id"],
        version=registration["version"],
        is_suspended=suspended is not None,
        grants=msgspec.convert(row["grants"], list[AuditGrant]),
        suspended=suspended,
    )


def application(row: RowMapping, registration: RowMapping, logos: Logos) -> SenderApplication:
    """A sender application."""
    return SenderApplication(
        application_id=row["application_id"],
        organisation=registration["enterprise_number"],
        name=row["name"],
        description=row["description"],
        shown=_shown(row["presentation"], logos.get(row["application_id"], ())),
        message_types=_some(row["message_types"]),
    )


def message_type(row: RowMapping, registration: RowMapping) -> MessageType:
    """A message type."""
    return MessageType(
        message_type_id=row["message_type_id"],
        owner=registration["enterprise_number"],
        name=row["name"],
        description=row["description"],
        validity=msgspec.convert(row["validity"], Validity),
        recipients=frozenset(row["recipients"]),
        senders=frozenset(row["senders"]),
        discreet=row["discreet"],
        business_data=msgspec.convert(row["business_data"], tuple[BusinessDataRule, ...]),
        accepts_deceased=row["deceased"] == "accept",
        applications=_some(row["applications"]),
    )


def webhooks(registration: RowMapping, site: str | None) -> Iterable[Webhook]:
    """Where this registration wants document events sent to; `site` is a site's client id."""
    for one in msgspec.convert(registration["webhooks"], list[WebhookRecord]):
        yield Webhook(
            id=one.id,
            url=one.url,
            events=frozenset(one.events),
            organisation=registration["enterprise_number"],
            site=site,
            is_suspended=why_suspended(registration) is not None,
        )


def logo(row: RowMapping) -> LogoFacts:
    """What there is to know of a logo."""
    return LogoFacts(row["logo_id"], row["media_type"], row["language"], row["size"], row["sha256"])


def enterprise(row: RowMapping) -> Enterprise:
    """How a receiving enterprise's mailbox is divided."""
    return Enterprise(
        partitions=msgspec.convert(row["partitions"], tuple[PartitionRecord, ...]),
        routing=msgspec.convert(row["routing"], tuple[RoutingRule, ...]),
    )


def _shown(presentation: dict[str, Any], logos: tuple[LogoFacts, ...]) -> Shown:
    return Shown(
        url=presentation.get("url", {}),
        contact_business=presentation.get("contact_business"),
        contact_technical=presentation.get("contact_technical"),
        logos=logos,
    )


def _some(ids: list[str] | None) -> frozenset[str] | None:
    return None if ids is None else frozenset(ids)
