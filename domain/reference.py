"""Reference data as decisions need them: which organisation, application, message type and site there is."""

from __future__ import annotations

from dataclasses import dataclass, field
from uuid import UUID

from domain.events.reference import BusinessDataRule, Validity


@dataclass(frozen=True, slots=True)
class LogoFacts:
    """What there is to know of a logo without its bytes; `size` in bytes, `sha256` in hex."""

    logo_id: str
    media_type: str
    language: str | None
    size: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Shown:
    """How an organisation or application presents itself; `url` by language."""

    url: dict[str, str] = field(default_factory=dict)
    contact_business: str | None = None
    contact_technical: str | None = None
    logos: tuple[LogoFacts, ...] = ()


@dataclass(frozen=True, slots=True)
class Organisation:
    """A partner organisation as registered; `version` is its stream's, for the record.

    `suspended`: why it is, where it is.
    """

    enterprise_number: str
    name: dict[str, str]
    registration_id: UUID
    version: int
    is_suspended: bool
    long_name: dict[str, str] = field(default_factory=dict)
    shown: Shown = field(default_factory=Shown)
    suspended: str | None = None


@dataclass(frozen=True, slots=True)
class SenderApplication:
    """One of an organisation's applications. `message_types`: the only ones it may publish; None for any."""

    application_id: str
    organisation: str
    name: dict[str, str]
    description: dict[str, str]
    shown: Shown = field(default_factory=Shown)
    message_types: frozenset[str] | None = None


@dataclass(frozen=True, slots=True)
class MessageType:
    """A business category: who may use it (`senders`), whom it may go to (`recipients`), for how long.

    `business_data`: what its messages carry. `accepts_deceased`: whether a deceased person's mailbox takes
    it. `applications`: the only ones that may publish it; None for any.
    """

    message_type_id: str
    owner: str
    name: dict[str, str]
    description: dict[str, str]
    validity: Validity
    recipients: frozenset[str]
    senders: frozenset[str]
    discreet: bool
    business_data: tuple[BusinessDataRule, ...] = ()
    accepts_deceased: bool = False
    applications: frozenset[str] | None = None

    def goes_with(self, application: SenderApplication) -> bool:
        """Whether the application may publish messages of this type: neither rules the other out."""
        allowed = application.message_types
        return (self.applications is None or application.application_id in self.applications) and (
            allowed is None or self.message_type_id in allowed
        )


@dataclass(frozen=True, slots=True)
class Site:
    """An integrating site. `document_events`: the kinds of mailboxes whose document events it may read."""

    client_id: str
    name: dict[str, str]
    is_suspended: bool
    document_events: frozenset[str] = frozenset()


@dataclass(frozen=True, slots=True)
class Webhook:
    """Where an organisation (by enterprise number) or a site (by client id) wants document events sent to.

    `id` is unique among those of its owner. `is_suspended`: nothing is sent there, because its owner is.
    """

    id: str
    url: str
    events: frozenset[str]
    organisation: str | None
    site: str | None
    is_suspended: bool
