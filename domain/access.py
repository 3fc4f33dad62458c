"""The record of an access, or of one refused: streams of their own, so that parallel reads never wait."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from domain.actors import Actor
from domain.aggregate import AggregateRoot
from domain.events.access import (
    AccessDenied,
    AccessRecord,
    AccessRecorded,
    BasisRecord,
    CallerRecord,
    What,
)
from domain.events.audit import AuditExported, AuditReplayed, Look, LookedAt
from domain.ids import new_id


class BasisKind(StrEnum):
    """Why an access was allowed."""

    SELF = "self"
    ROLE = "role"
    MANDATE = "mandate"
    GRANT = "grant"
    REGISTRATION = "registration"
    AUDIT_SCOPE = "audit_scope"


@dataclass(frozen=True, slots=True)
class Basis:
    """Why, with the id and version of what it rests on, so that a replay can show the very one."""

    kind: BasisKind
    id: UUID
    version: int


@dataclass(frozen=True, slots=True)
class ScopeBasis(Basis):
    """An approved scope: in which case and for what purpose, and until when its looks are withheld."""

    case: str
    purpose: str
    embargo_until: datetime | None


def access_record(actor: Actor, basis: Basis) -> AccessRecord:
    """Who acted, and why they might, as it is written into events."""
    return AccessRecord(
        actor_party=actor.party_id,
        actor=actor.identity,
        actor_kind=actor.kind.value,
        site=actor.site,
        digital_key=actor.digital_key.value if actor.digital_key else None,
        assurance_level=actor.assurance_level.value,
        basis=BasisRecord(basis.kind.value, basis.id, basis.version),
        token_sha256=actor.token_sha256,
        request_id=actor.request_id,
    )


class Access(AggregateRoot):
    """Somebody read something in a mailbox."""

    TOPIC = "access"

    @classmethod
    def of(
        cls,
        mailbox_id: UUID,
        what: What,
        actor: Actor,
        basis: Basis,
        at: datetime,
        *,
        publication_id: UUID | None = None,
        attachment_id: UUID | None = None,
    ) -> Access:
        """The record of this access; its stream's id is the access id."""
        return cls.begin(
            AccessRecorded,
            new_id(),
            at,
            mailbox_id=mailbox_id,
            what=what,
            publication_id=publication_id,
            attachment_id=attachment_id,
            access=access_record(actor, basis),
        )


class Denial(AggregateRoot):
    """Somebody asked for what they may not have."""

    TOPIC = "access_denied"

    @classmethod
    def of(
        cls,
        operation: str,
        reason: str,
        mailbox_id: UUID | None,
        actor: Actor,
        at: datetime,
        *,
        unrecorded: int,
    ) -> Denial:
        """The record of this refusal, and how many of the same caller had none before it."""
        return cls.begin(
            AccessDenied,
            new_id(),
            at,
            mailbox_id=mailbox_id,
            operation=operation,
            reason=reason,
            unrecorded=unrecorded,
            caller=CallerRecord(
                actor_party=actor.party_id,
                actor=actor.identity,
                actor_kind=actor.kind.value,
                site=actor.site,
                digital_key=actor.digital_key.value if actor.digital_key else None,
                assurance_level=actor.assurance_level.value,
                token_sha256=actor.token_sha256,
                request_id=actor.request_id,
            ),
        )


class AuditLook(AggregateRoot):
    """An auditor looked."""

    TOPIC = "audit"

    @classmethod
    def of(
        cls,
        look: Look,
        mailbox_id: UUID | None,
        actor: Actor,
        under: ScopeBasis,
        at: datetime,
        asked: LookedAt,
    ) -> AuditLook:
        """The record of this look, with the scope that allowed it."""
        return cls.begin(
            AuditReplayed, new_id(), at, look=look, asked=asked, **_look(mailbox_id, actor, under)
        )

    @classmethod
    def exported(
        cls,
        export_format: str,
        mailbox_id: UUID | None,
        actor: Actor,
        under: ScopeBasis,
        at: datetime,
        asked: LookedAt,
    ) -> AuditLook:
        """The record of a copy taken out in that format, with the scope that allowed it."""
        facts = _look(mailbox_id, actor, under)
        return cls.begin(AuditExported, new_id(), at, format=export_format, asked=asked, **facts)


def _look(mailbox_id: UUID | None, actor: Actor, under: ScopeBasis) -> dict[str, Any]:
    """What every record of a look tells."""
    return {
        "mailbox_id": mailbox_id,
        "case": under.case,
        "purpose": under.purpose,
        "scope_id": under.id,
        "embargo_until": under.embargo_until,
        "access": access_record(actor, under),
    }
