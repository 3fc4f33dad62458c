"""Events of a mailbox."""

from __future__ import annotations

from domain.events import Event
from domain.events.mailbox import (
    CreatedBecause,
    EmailEntered,
    EmailRejected,
    EmailVerified,
    Frequency,
    IdentifierReplaced,
    MailboxActivated,
    MailboxCreated,
    MailboxFrozen,
    MailboxMerged,
    MailboxUnfrozen,
    OwnerErased,
    OwnerKind,
    PreferencesChanged,
    QuietHours,
)
from domain.identifiers import IdentifierScheme
from tests.contract.stored.common import ACTOR, OTHER, PARTY, event, first

EXPECTED: dict[str, Event] = {
    "mailbox.created.v1": first(
        MailboxCreated,
        "mailbox",
        party_id=PARTY,
        owner_kind=OwnerKind.CITIZEN,
        scheme=IdentifierScheme.SSIN,
        identifier="85073003328",
        because=CreatedBecause.PUBLISHED_TO,
    ),
    "mailbox.activated.v1": event(MailboxActivated, party_id=PARTY, terms_version="2026-01"),
    "mailbox.email_entered.v1": event(EmailEntered, party_id=PARTY, address="an@example.org"),
    "mailbox.email_verified.v1": event(EmailVerified, party_id=PARTY),
    "mailbox.email_rejected.v1": event(EmailRejected, party_id=PARTY, reason="550"),
    "mailbox.preferences_changed.v1": event(
        PreferencesChanged,
        party_id=PARTY,
        language="fr",
        frequency=Frequency.DAILY,
        quiet_hours=QuietHours("22:00", "07:00", "Europe/Brussels"),
        reminders=True,
        exclusively_ebox=False,
        show_title=True,
    ),
    "mailbox.identifier_replaced.v1": event(
        IdentifierReplaced, party_id=PARTY, scheme=IdentifierScheme.SSIN, identifier="92521506931"
    ),
    "mailbox.merged_into.v1": event(
        MailboxMerged,
        party_id=PARTY,
        into_mailbox=OTHER,
        into_party=ACTOR,
    ),
    "mailbox.frozen.v1": event(MailboxFrozen, party_id=PARTY, reason="investigation 2026/17"),
    "mailbox.unfrozen.v1": event(MailboxUnfrozen, party_id=PARTY),
    "mailbox.owner_erased.v1": event(OwnerErased, party_id=PARTY, legal_basis="GDPR article 17"),
}
