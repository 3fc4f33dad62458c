"""Somebody read something in a mailbox: recorded, and committed, before a byte leaves. Or was refused."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from uuid import UUID

from domain.events.base import FirstEvent, recorded_as
from domain.personal import ActorOwned


class What(StrEnum):
    """What was read."""

    LIST = "list"
    SEARCH = "search"
    MESSAGE = "message"
    ATTACHMENT = "attachment"
    BODY = "body"
    PAYMENT = "payment"
    HISTORY = "history"
    PREFERENCES = "preferences"


@dataclass(frozen=True, slots=True)
class BasisRecord:
    """Why it was allowed: which version of which registration, role, mandate, grant or scope.

    `kind` is `self`, `role`, `mandate`, `grant`, `registration` or `audit_scope`; `id` names the
    registration, or the party that reads its own.
    """

    kind: str
    id: UUID
    version: int


@dataclass(frozen=True, slots=True, repr=False)
class AccessRecord:
    """Who acted, through which site, proved how, on which basis.

    `actor` is their number or client id; `token_sha256` the digest of the access token or session that was
    used; `request_id` what the answer had as `Ebox-Request-Id`.
    """

    actor_party: UUID
    actor: ActorOwned[str]
    actor_kind: str
    site: str | None
    digital_key: str | None
    assurance_level: str
    basis: BasisRecord
    token_sha256: str
    request_id: UUID


@recorded_as("access.recorded")
class AccessRecorded(FirstEvent):
    """One access, in a stream of its own, so that parallel reads never wait for one another."""

    mailbox_id: UUID
    what: What
    publication_id: UUID | None
    attachment_id: UUID | None
    access: AccessRecord


@dataclass(frozen=True, slots=True, repr=False)
class CallerRecord:
    """Who was refused, through which site, proved how."""

    actor_party: UUID
    actor: ActorOwned[str]
    actor_kind: str
    site: str | None
    digital_key: str | None
    assurance_level: str
    token_sha256: str
    request_id: UUID


@recorded_as("access_denied.recorded")
class AccessDenied(FirstEvent):
    """An authenticated caller asked for what the decision function does not allow.

    `operation` is what was asked, `reason` why not. `mailbox_id`: the mailbox it was about, None where it was
    about no single one. `unrecorded` counts refusals of the same caller before this one that got no event
    of their own: there is a limit a minute.
    """

    mailbox_id: UUID | None
    operation: str
    reason: str
    unrecorded: int
    caller: CallerRecord
