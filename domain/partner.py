"""Partner organisations, sites and auditors: registered, changed and suspended as their declaration says.

Each `declare` compares with what is on record and records only what differs, so that applying the same
declaration again appends nothing.
"""

from __future__ import annotations

from datetime import datetime
from functools import singledispatchmethod
from typing import Any

from domain.aggregate import AggregateRoot
from domain.events import reference as facts
from domain.events.base import Event
from domain.ids import auditor_id, sender_id, site_id
from domain.reference import (
    ApplicationDeclaration,
    AuditorDeclaration,
    MessageTypeDeclaration,
    OrganisationDeclaration,
    SiteDeclaration,
)


class Sender(AggregateRoot):
    """A partner organisation with its clients, applications and message types."""

    TOPIC = "sender"

    def __init__(self) -> None:
        self.applications: dict[str, ApplicationDeclaration] = {}
        self.message_types: dict[str, MessageTypeDeclaration] = {}
        self.is_suspended = False

    @classmethod
    def register(cls, declared: OrganisationDeclaration, at: datetime) -> Sender:
        """A new organisation, with everything declared of it."""
        sender = cls.begin(
            facts.SenderRegistered,
            sender_id(declared.enterprise_number),
            at,
            enterprise_number=declared.enterprise_number,
            name=declared.name,
            clients=declared.clients,
        )
        sender.declare(declared, at)
        return sender

    def declare(self, declared: OrganisationDeclaration, at: datetime) -> None:
        """Record what differs from the declaration. A suspension is lifted by `sender.changed`."""
        lifted = self.is_suspended and declared.suspended is None
        if lifted or (self.name, self.clients) != (declared.name, declared.clients):
            self.record(facts.SenderChanged, at, name=declared.name, clients=declared.clients)
        for application in declared.applications:
            self._declare_application(application, at)
        for message_type in declared.message_types:
            self._declare_message_type(message_type, at)
        if declared.suspended is not None and not self.is_suspended:
            self.record(facts.SenderSuspended, at, reason=declared.suspended)

    def _declare_application(self, declared: ApplicationDeclaration, at: datetime) -> None:
        known = self.applications.get(declared.application_id)
        if known is None:
            self.record(facts.ApplicationRegistered, at, **_fields(declared))
        elif known != declared:
            self.record(facts.ApplicationChanged, at, **_fields(declared))

    def _declare_message_type(self, declared: MessageTypeDeclaration, at: datetime) -> None:
        known = self.message_types.get(declared.message_type_id)
        if known is None:
            self.record(facts.MessageTypeRegistered, at, **_fields(declared))
        elif known != declared:
            self.record(facts.MessageTypeChanged, at, **_fields(declared))

    @singledispatchmethod
    def when(self, event: Event) -> None:
        """Take a fact in."""

    @when.register
    def _(self, event: facts.SenderRegistered) -> None:
        self.enterprise_number = event.enterprise_number
        self.name, self.clients = event.name, event.clients

    @when.register
    def _(self, event: facts.SenderChanged) -> None:
        self.name, self.clients, self.is_suspended = event.name, event.clients, False

    @when.register
    def _(self, event: facts.SenderSuspended) -> None:
        self.is_suspended = True

    @when.register(facts.ApplicationRegistered)
    @when.register(facts.ApplicationChanged)
    def _(self, event: facts.ApplicationRegistered | facts.ApplicationChanged) -> None:
        self.applications[event.application_id] = ApplicationDeclaration(
            event.application_id, event.name, event.description
        )

    @when.register(facts.MessageTypeRegistered)
    @when.register(facts.MessageTypeChanged)
    def _(self, event: facts.MessageTypeRegistered | facts.MessageTypeChanged) -> None:
        self.message_types[event.message_type_id] = MessageTypeDeclaration(
            event.message_type_id,
            event.name,
            event.description,
            event.validity,
            event.recipients,
            event.senders,
            event.discreet,
        )


class Site(AggregateRoot):
    """An integrating site."""

    TOPIC = "site"

    def __init__(self) -> None:
        self.is_suspended = False

    @classmethod
    def register(cls, declared: SiteDeclaration, at: datetime) -> Site:
        """A new site."""
        site = cls.begin(
            facts.SiteRegistered,
            site_id(declared.client.client_id),
            at,
            name=declared.name,
            client=declared.client,
        )
        site.declare(declared, at)
        return site

    def declare(self, declared: SiteDeclaration, at: datetime) -> None:
        """Record what differs from the declaration."""
        lifted = self.is_suspended and declared.suspended is None
        if lifted or (self.name, self.client) != (declared.name, declared.client):
            self.record(facts.SiteChanged, at, name=declared.name, client=declared.client)
        if declared.suspended is not None and not self.is_suspended:
            self.record(facts.SiteSuspended, at, reason=declared.suspended)

    @singledispatchmethod
    def when(self, event: Event) -> None:
        """Take a fact in."""

    @when.register(facts.SiteRegistered)
    @when.register(facts.SiteChanged)
    def _(self, event: facts.SiteRegistered | facts.SiteChanged) -> None:
        self.name, self.client, self.is_suspended = event.name, event.client, False

    @when.register
    def _(self, event: facts.SiteSuspended) -> None:
        self.is_suspended = True


class Auditor(AggregateRoot):
    """An auditor's client and what it may ask a scope for."""

    TOPIC = "auditor"

    def __init__(self) -> None:
        self.is_suspended = False

    @classmethod
    def register(cls, declared: AuditorDeclaration, at: datetime) -> Auditor:
        """A new auditor."""
        auditor = cls.begin(
            facts.AuditorRegistered,
            auditor_id(declared.client.client_id),
            at,
            name=declared.name,
            client=declared.client,
            grants=declared.grants,
        )
        auditor.declare(declared, at)
        return auditor

    def declare(self, declared: AuditorDeclaration, at: datetime) -> None:
        """Record what differs from the declaration."""
        lifted = self.is_suspended and declared.suspended is None
        on_record = (self.name, self.client, self.grants)
        if lifted or on_record != (declared.name, declared.client, declared.grants):
            self.record(
                facts.AuditorChanged, at, name=declared.name, client=declared.client, grants=declared.grants
            )
        if declared.suspended is not None and not self.is_suspended:
            self.record(facts.AuditorSuspended, at, reason=declared.suspended)

    @singledispatchmethod
    def when(self, event: Event) -> None:
        """Take a fact in."""

    @when.register(facts.AuditorRegistered)
    @when.register(facts.AuditorChanged)
    def _(self, event: facts.AuditorRegistered | facts.AuditorChanged) -> None:
        self.name, self.client, self.grants = event.name, event.client, event.grants
        self.is_suspended = False

    @when.register
    def _(self, event: facts.AuditorSuspended) -> None:
        self.is_suspended = True


def _fields(declared: ApplicationDeclaration | MessageTypeDeclaration) -> dict[str, Any]:
    return {name: getattr(declared, name) for name in declared.__dataclass_fields__}
