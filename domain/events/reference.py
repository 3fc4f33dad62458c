"""Reference data: which partner organisations may publish what, and how. Each is one stream."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, ClassVar

from domain.events.base import Event, FirstEvent, recorded_as


@dataclass(frozen=True, slots=True)
class ClientRecord:
    """An OAuth client: its id, its public keys (RFC 7517 JWK objects) and where it may be redirected to."""

    client_id: str
    keys: list[dict[str, Any]]
    redirect_uris: list[str]


@dataclass(frozen=True, slots=True)
class LogoRecord:
    """A picture that an organisation or application is recognised by; `content` is its bytes in base64.

    `language`: the one that its words are in (`nl`, `fr`, `de`), None where it has none.
    """

    id: str
    media_type: str
    language: str | None
    content: str


@dataclass(frozen=True, slots=True)
class Presentation:
    """How an organisation or application presents itself, and how it is reached: help desks, never a person.

    `url` is an address in each language.
    """

    url: dict[str, str] = field(default_factory=dict)
    contact_business: str | None = None
    contact_technical: str | None = None
    logos: list[LogoRecord] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class WebhookRecord:
    """Where document events are sent to: which of them (`newDocument`, …), and to which address."""

    id: str
    url: str
    events: list[str]


@recorded_as("sender.registered")
class SenderRegistered(FirstEvent):
    """A partner organisation may publish, through these clients.

    Version 2 added `long_name`, `presentation` and `webhooks`.
    """

    class_version: ClassVar[int] = 2

    enterprise_number: str
    name: dict[str, str]
    clients: list[ClientRecord]
    long_name: dict[str, str]
    presentation: Presentation
    webhooks: list[WebhookRecord]

    @staticmethod
    def upcast_v1_v2(state: dict[str, Any]) -> None:
        """Organisations had a name and clients."""
        state.update(long_name={}, presentation={}, webhooks=[])


@recorded_as("sender.changed")
class SenderChanged(Event):
    """The organisation is this from now on. A suspension that its declaration asked for is over.

    Version 2 added `long_name`, `presentation` and `webhooks`.
    """

    class_version: ClassVar[int] = 2

    name: dict[str, str]
    clients: list[ClientRecord]
    long_name: dict[str, str]
    presentation: Presentation
    webhooks: list[WebhookRecord]

    @staticmethod
    def upcast_v1_v2(state: dict[str, Any]) -> None:
        """Organisations had a name and clients."""
        state.update(long_name={}, presentation={}, webhooks=[])


@recorded_as("sender.suspended")
class SenderSuspended(Event):
    """It may not publish any more, because its declaration says so, or (`by_command`) an operator at once.

    The two are lifted apart: `sender.changed` ends the one, `sender.resumed` the other. Version 2 added
    `by_command`.
    """

    class_version: ClassVar[int] = 2

    reason: str
    by_command: bool

    @staticmethod
    def upcast_v1_v2(state: dict[str, Any]) -> None:
        """There was no command."""
        state["by_command"] = False


@recorded_as("sender.resumed")
class SenderResumed(Event):
    """The suspension by command is over."""


@recorded_as("sender.client_suspended")
class ClientSuspended(Event):
    """One of its clients may do nothing any more, by command; the organisation's others may."""

    client_id: str
    reason: str


@recorded_as("sender.client_resumed")
class ClientResumed(Event):
    """That client's suspension is over."""

    client_id: str


@recorded_as("sender.application_registered")
class ApplicationRegistered(Event):
    """One of its applications. `message_types`: the only ones that it may publish; None for any.

    Version 2 added `presentation` and `message_types`.
    """

    class_version: ClassVar[int] = 2

    application_id: str
    name: dict[str, str]
    description: dict[str, str]
    presentation: Presentation
    message_types: list[str] | None

    @staticmethod
    def upcast_v1_v2(state: dict[str, Any]) -> None:
        """Applications published any type."""
        state.update(presentation={}, message_types=None)


@recorded_as("sender.application_changed")
class ApplicationChanged(Event):
    """The application is this from now on. Version 2 added `presentation` and `message_types`."""

    class_version: ClassVar[int] = 2

    application_id: str
    name: dict[str, str]
    description: dict[str, str]
    presentation: Presentation
    message_types: list[str] | None

    @staticmethod
    def upcast_v1_v2(state: dict[str, Any]) -> None:
        """Applications published any type."""
        state.update(presentation={}, message_types=None)


@dataclass(frozen=True, slots=True)
class Validity:
    """How long a message of a type stays: whole years, months and days from its publication."""

    years: int
    days: int
    months: int = 0


@dataclass(frozen=True, slots=True)
class BusinessDataRule:
    """A business datum that a message type knows of. `required`: every message of the type carries it."""

    key: str
    name: dict[str, str]
    description: dict[str, str]
    required: bool


@recorded_as("sender.message_type_registered")
class MessageTypeRegistered(Event):
    """A business category: who may use it, whom it may go to (`citizen`, `enterprise`), for how long.

    `business_data`: what its messages carry. `deceased`: whether a deceased person's mailbox takes it
    (`accept`, `refuse`). `applications`: the only ones that may publish it; None for any. Version 2 added
    these three.
    """

    class_version: ClassVar[int] = 2

    message_type_id: str
    name: dict[str, str]
    description: dict[str, str]
    validity: Validity
    recipients: list[str]
    senders: list[str]
    discreet: bool
    business_data: list[BusinessDataRule]
    deceased: str
    applications: list[str] | None

    @staticmethod
    def upcast_v1_v2(state: dict[str, Any]) -> None:
        """Nobody asked whether a recipient lives, nor which application published."""
        state.update(business_data=[], deceased="refuse", applications=None)


@recorded_as("sender.message_type_changed")
class MessageTypeChanged(Event):
    """The message type is this from now on.

    Version 2 added `business_data`, `deceased` and `applications`.
    """

    class_version: ClassVar[int] = 2

    message_type_id: str
    name: dict[str, str]
    description: dict[str, str]
    validity: Validity
    recipients: list[str]
    senders: list[str]
    discreet: bool
    business_data: list[BusinessDataRule]
    deceased: str
    applications: list[str] | None

    @staticmethod
    def upcast_v1_v2(state: dict[str, Any]) -> None:
        """Nobody asked whether a recipient lives, nor which application published."""
        state.update(business_data=[], deceased="refuse", applications=None)
