"""What happens to a mailbox and to its owner's profile."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from domain.events.base import Event, FirstEvent, recorded_as
from domain.identifiers import IdentifierScheme
from domain.personal import Personal


class OwnerKind(StrEnum):
    """Whose mailbox it is."""

    CITIZEN = "citizen"
    ENTERPRISE = "enterprise"


class CreatedBecause(StrEnum):
    """What called the mailbox into the record."""

    PUBLISHED_TO = "published_to"
    ACTIVATED = "activated"


class Frequency(StrEnum):
    """When the owner is told about something new."""

    IMMEDIATE = "immediate"
    DAILY = "daily"


@dataclass(frozen=True, slots=True)
class QuietHours:
    """Local times `HH:MM` between which nothing is sent; `time_zone` is an IANA name."""

    start: str
    end: str
    time_zone: str


@recorded_as("mailbox.created")
class MailboxCreated(FirstEvent):
    """The mailbox is on record. Its owner may not know of it yet."""

    party_id: UUID
    owner_kind: OwnerKind
    scheme: IdentifierScheme
    identifier: Personal[str]
    because: CreatedBecause


@recorded_as("mailbox.activated")
class MailboxActivated(Event):
    """The owner logged in for the first time and accepted this version of the terms."""

    party_id: UUID
    terms_version: str


@recorded_as("mailbox.email_entered")
class EmailEntered(Event):
    """The owner gave an e-mail address; nothing is sent to it but its verification."""

    party_id: UUID
    address: Personal[str]


@recorded_as("mailbox.email_verified")
class EmailVerified(Event):
    """The owner proved that the address is theirs."""

    party_id: UUID


@recorded_as("mailbox.email_rejected")
class EmailRejected(Event):
    """The address does not take mail (any more); the owner is asked for another one.

    `reason`: the enhanced status code (RFC 3463) that came back.
    """

    party_id: UUID
    reason: str


@recorded_as("mailbox.preferences_changed")
class PreferencesChanged(Event):
    """How the owner wants to be told. All of the preferences, as they are from now on.

    `language` is `nl`, `fr`, `de` or `en`; `show_title`: mails may name a message's non-sensitive title.
    """

    party_id: UUID
    language: str
    frequency: Frequency
    quiet_hours: QuietHours | None
    reminders: bool
    exclusively_ebox: bool
    show_title: bool


@recorded_as("mailbox.identifier_replaced")
class IdentifierReplaced(Event):
    """The owner has another number in its register; from now on this one is theirs."""

    party_id: UUID
    scheme: IdentifierScheme
    identifier: Personal[str]


@recorded_as("mailbox.merged_into")
class MailboxMerged(Event):
    """The owner turned out to have another mailbox: what is in this one is in that one from now on.

    Its messages stay what they are, under this party's key. Nothing new comes into this mailbox.
    """

    party_id: UUID
    into_mailbox: UUID
    into_party: UUID


@recorded_as("mailbox.frozen")
class MailboxFrozen(Event):
    """A legal hold: until `mailbox.unfrozen` nothing of it is erased or purged.

    `reason` says on what ground, in words without personal data.
    """

    party_id: UUID
    reason: str


@recorded_as("mailbox.unfrozen")
class MailboxUnfrozen(Event):
    """The legal hold is over."""

    party_id: UUID


@recorded_as("mailbox.owner_erased")
class OwnerErased(Event):
    """The owner's key is to be destroyed; from then on everything personal of theirs reads as erased.

    `legal_basis` says on what ground, in words without personal data.
    """

    party_id: UUID
    legal_basis: str
