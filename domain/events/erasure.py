"""A mailbox's owner is to be erased: who asked, which officers agreed, and that it was done.

The erasure itself is on record in the mailbox's own stream: `mailbox.owner_erased`.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from uuid import UUID

from domain.events.base import Event, FirstEvent, recorded_as


@dataclass(frozen=True, slots=True)
class Consent:
    """An officer's signature over the erasure's text (see `domain.erasure.text_of`).

    `signature` is a detached JWS (RFC 7515, appendix F); `thumbprint` names the public key that it was
    checked with (RFC 7638, SHA-256, base64url).
    """

    officer_id: str
    thumbprint: str
    signature: str


@recorded_as("erasure.requested")
class ErasureRequested(FirstEvent):
    """Somebody asked for it, on this ground, in words without personal data.

    `requested_by`: where it was an officer, which one; that one approves nothing of it.
    """

    mailbox_id: UUID
    party_id: UUID
    legal_basis: str
    requested_by: Consent | None


@recorded_as("erasure.approved")
class ErasureApproved(Event):
    """An officer agreed. It takes two."""

    mailbox_id: UUID
    consent: Consent


@recorded_as("erasure.refused")
class ErasureRefused(Event):
    """An officer said no, for this reason: it is not carried out."""

    mailbox_id: UUID
    reason: str
    consent: Consent


@recorded_as("erasure.completed")
class ErasureCompleted(Event):
    """Nothing readable of the owner is left but in backups, of which the last is gone after `backups_until`.

    None where nobody said how long backups are kept. `documents` were removed, those that others have stay.
    """

    mailbox_id: UUID
    messages: int
    documents: int
    backups_until: date | None
