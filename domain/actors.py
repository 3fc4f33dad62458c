"""Who acts, and how that was proved."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID


class ActorKind(StrEnum):
    """In which capacity somebody acts."""

    CITIZEN = "citizen"
    EMPLOYEE = "employee"
    PARTNER = "partner"
    SITE = "site"
    AUDITOR = "auditor"


class DigitalKey(StrEnum):
    """How a person proves who they are."""

    EID = "eid"
    ITSME = "itsme"
    EIDAS = "eidas"
    TOKEN = "token"  # noqa: S105 - the name of a kind of key, not a secret
    TOTP = "totp"
    PASSWORD = "password"  # noqa: S105 - the name of a kind of key, not a secret


class AssuranceLevel(StrEnum):
    """How strong that proof is."""

    LOW = "low"
    SUBSTANTIAL = "substantial"
    HIGH = "high"

    def reaches(self, needed: AssuranceLevel) -> bool:
        """Whether this level is at least `needed`."""
        order = list(AssuranceLevel)
        return order.index(self) >= order.index(needed)


@dataclass(frozen=True, slots=True)
class AuditScope:
    """What an auditor wants to look at, and why.

    `subjects` is None for every mailbox. `start` and `end` bound the moments that may be looked at; None
    leaves that end open. `id`: the approved scope that it lies within, None where there is none yet.
    """

    case: str
    purpose: str
    subjects: frozenset[UUID] | None
    start: datetime | None = None
    end: datetime | None = None
    id: UUID | None = None

    def lies_within(self, other: AuditScope) -> bool:
        """Whether that has the same case and purpose, all the subjects and the whole period of this."""
        subjects = other.subjects is None or (self.subjects is not None and self.subjects <= other.subjects)
        start = other.start is None or (self.start is not None and self.start >= other.start)
        end = other.end is None or (self.end is not None and self.end <= other.end)
        return (self.case, self.purpose) == (other.case, other.purpose) and subjects and start and end


@dataclass(frozen=True, slots=True)
class Actor:
    """Whoever makes a request, as the request's token proved it.

    `party_id` is the actor's own party (a partner's: its organisation's), under whose key `identity` (a
    number or a client's id) is recorded. `registration_id` and its version say what the client was registered
    with. `mailbox_id` is the enterprise mailbox that an employee's token is for. `document_events`: the kinds
    of mailboxes whose document events a site may read.
    """

    kind: ActorKind
    party_id: UUID
    identity: str
    registration_id: UUID | None
    registration_version: int
    token_sha256: str
    request_id: UUID
    organisation: str | None = None
    site: str | None = None
    digital_key: DigitalKey | None = None
    assurance_level: AssuranceLevel = AssuranceLevel.LOW
    audit_scope: AuditScope | None = None
    is_suspended: bool = False
    mailbox_id: UUID | None = None
    document_events: frozenset[str] = frozenset()

    def __repr__(self) -> str:
        return f"Actor({self.kind}, party={self.party_id})"
