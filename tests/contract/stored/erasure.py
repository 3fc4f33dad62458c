"""Events of an erasure and of the officers who approve it."""

from __future__ import annotations

from datetime import date

from domain.events import Event
from domain.events.erasure import (
    Consent,
    ErasureApproved,
    ErasureCompleted,
    ErasureRefused,
    ErasureRequested,
)
from domain.events.officer import OfficerChanged, OfficerRegistered
from tests.contract.stored.common import MAILBOX, PARTY, event, first

_CONSENT = Consent("privacy-1", "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k", "eyJhbGciOiJFUzI1NiJ9..c2ln")
_KEY = {"kty": "EC", "crv": "P-256", "x": "eA", "y": "eQ", "kid": "privacy-1"}

EXPECTED: dict[str, Event] = {
    "erasure.requested.v1": first(
        ErasureRequested,
        "erasure",
        mailbox_id=MAILBOX,
        party_id=PARTY,
        legal_basis="GDPR article 17(1)(b)",
        requested_by=_CONSENT,
    ),
    "erasure.approved.v1": event(ErasureApproved, mailbox_id=MAILBOX, consent=_CONSENT),
    "erasure.refused.v1": event(
        ErasureRefused, mailbox_id=MAILBOX, reason="GDPR article 17(3)(e)", consent=_CONSENT
    ),
    "erasure.completed.v1": event(
        ErasureCompleted, mailbox_id=MAILBOX, messages=12, documents=9, backups_until=date(2026, 5, 6)
    ),
    "officer.registered.v1": first(
        OfficerRegistered,
        "officer",
        officer_id="privacy-1",
        name={"nl": "Functionaris voor gegevensbescherming"},
        key=_KEY,
        suspended=None,
    ),
    "officer.changed.v1": event(
        OfficerChanged, officer_id="privacy-1", name={"en": "Data protection"}, key=_KEY, suspended="left"
    ),
}
