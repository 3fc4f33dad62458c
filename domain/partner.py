"""A partner organisation: registered, changed and suspended as its declaration or a command says.

`declare` compares with what is on record and records only what differs, so that applying the same
declaration again appends nothing.
"""

from __future__ import annotations

from datetime import datetime
from functools import singledispatchmethod
from typing import Any

from domain.declarations import ApplicationDeclaration, MessageTypeDeclaration, OrganisationDeclaration
from domain.errors import Conflict, NotFound
from domain.events import reference as facts
from domain.events.base import Event
from domain.ids import sender_id
from domain.registration import Registration


class Sender(Registration):
    """A partner organisation with its clients, applications and message types."""

    TOPIC = "sender"

    def __init__(self) -> None:
        super().__init__()
        self.applications: dict[str, ApplicationDeclaration] = {}
        self.message_types: dict[str, MessageTypeDeclaration] = {}
        self.suspended_clients: set[str] = set()

    @classmethod
    def register(cls, declared: OrganisationDeclaration, at: datetime) -> Sender:
        """A new organisation, with everything declared of it."""
        sender = cls.begin(
            facts.SenderRegistered,
            sender_id(declared.enterprise_number),
            at,
            enterprise_number=declared.enterprise_number,
            **_of_organisation(declared),
        )
        sender.declare(declared, at)
        return sender

    def declare(self, declared: OrganisationDeclaration, at: datetime) -> None:
        """Record what differs from the declaration. Its own suspension is lifted by `sender.changed`."""
        if self._is_lifted(declared.suspended) or self.on_record != _of_organisation(declared):
            self.record(facts.SenderChanged, at, **_of_organisation(declared))
        for application in declared.applications:
            self._declare_application(application, at)
        for message_type in declared.message_types:
            self._declare_message_type(message_type, at)
        self._declare_suspension(declared.suspended, at)

    def suspend_client(self, client_id: str, reason: str, at: datetime) -> None:
        """Suspend one of its clients. A second time changes nothing. Raises `NotFound`."""
        if client_id not in {one.client_id for one in self.on_record["clients"]}:
            raise NotFound("the organisation has no client of that id")
        if client_id not in self.suspended_clients:
            self.record(facts.ClientSuspended, at, client_id=client_id, reason=reason)

    def resume_client(self, client_id: str, at: datetime) -> None:
        """End that. Raises `Conflict` where the client itself was not suspended."""
        if client_id not in self.suspended_clients:
            raise Conflict("this client is not suspended by itself")
        self.record(facts.ClientResumed, at, client_id=client_id)

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

    @staticmethod
    def _suspended_and_resumed() -> tuple[type[Event], type[Event]]:
        return facts.SenderSuspended, facts.SenderResumed

    @singledispatchmethod
    def when(self, event: Event) -> None:
        """Take a fact in."""

    @when.register(facts.SenderRegistered)
    @when.register(facts.SenderChanged)
    def _(self, event: facts.SenderRegistered | facts.SenderChanged) -> None:
        self.on_record = _of_organisation(event)
        self.suspended_by_declaration = False

    @when.register
    def _(self, event: facts.SenderSuspended) -> None:
        self._suspended(event.by_command)

    @when.register
    def _(self, event: facts.SenderResumed) -> None:
        self.suspended_by_command = False

    @when.register
    def _(self, event: facts.ClientSuspended) -> None:
        self.suspended_clients.add(event.client_id)

    @when.register
    def _(self, event: facts.ClientResumed) -> None:
        self.suspended_clients.remove(event.client_id)

    @when.register(facts.ApplicationRegistered)
    @when.register(facts.ApplicationChanged)
    def _(self, event: facts.ApplicationRegistered | facts.ApplicationChanged) -> None:
        self.applications[event.application_id] = ApplicationDeclaration(
            event.application_id, event.name, event.description, event.presentation, event.message_types
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
            event.business_data,
            event.deceased,
            event.applications,
        )


def _of_organisation(
    source: OrganisationDeclaration | facts.SenderRegistered | facts.SenderChanged,
) -> dict[str, Any]:
    """What `sender.changed` tells, of a declaration or an event."""
    names = ("name", "clients", "long_name", "presentation", "webhooks")
    return {name: getattr(source, name) for name in names}


def _fields(declared: ApplicationDeclaration | MessageTypeDeclaration) -> dict[str, Any]:
    return {name: getattr(declared, name) for name in declared.__dataclass_fields__}
