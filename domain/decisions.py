"""The decision function: who may do what. Pure, deny by default, the same for every way in.

Every request passes here. What it answers with is the *basis*, which goes into the access event, so that
a replay shows why an access was allowed.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID

from domain.access import Basis, BasisKind
from domain.actors import Actor, ActorKind, AssuranceLevel, DigitalKey
from domain.reference import MessageType


class Operation(StrEnum):
    """What somebody wants to do."""

    PUBLISH = "publish"
    COUNT = "count"
    LIST = "list"
    READ = "read"
    CHANGE = "change"
    PROFILE = "profile"
    OWN_HISTORY = "own_history"
    FIND_MAILBOX = "find_mailbox"
    READ_ACCESS_HISTORY = "read_access_history"
    REPLAY = "replay"


@dataclass(frozen=True, slots=True)
class Subject:
    """The party whose mailbox it is about; `kind` is `citizen` or `enterprise`.

    The ids are None while the party is not on record: nobody has published to it or logged in as it yet.
    """

    party_id: UUID | None
    mailbox_id: UUID | None
    kind: str


@dataclass(frozen=True, slots=True)
class Allow:
    """Yes, and why."""

    basis: Basis


@dataclass(frozen=True, slots=True)
class Deny:
    """No, and why not."""

    reason: str


Decision = Allow | Deny


def decide(
    actor: Actor,
    party: Subject | None,
    operation: Operation,
    message_type: MessageType | None,
    partition: str | None,
    at: datetime,
) -> Decision:
    """May `actor` do `operation` to the mailbox of `party`, at that moment?

    `message_type` is the published message's. `partition` narrows an enterprise's mailbox; nobody reads one
    yet, so that naming a partition is always refused. `party` is None for questions about no single mailbox.
    """
    refused = refuse_at_once(actor, operation)
    if refused is not None:
        return refused
    if partition is not None:
        return Deny("partition")
    return _RULES[operation](actor, party, message_type, at)


def refuse_at_once(actor: Actor, operation: Operation) -> Deny | None:
    """The part of the decision that the caller alone settles: asked before anything of a request is read.

    None is not yet a yes.
    """
    if actor.is_suspended:
        return Deny("suspended")
    kind, reason = _CAPACITIES[operation]
    return None if actor.kind is kind else Deny(reason)


def _publish(actor: Actor, party: Subject | None, message_type: MessageType | None, at: datetime) -> Decision:
    if actor.organisation is None:
        return Deny("not a partner organisation")
    if message_type is None or actor.organisation not in message_type.senders:
        return Deny("message type not registered for this sender")
    if party is None or party.kind not in message_type.recipients:
        return Deny("message type not meant for this kind of recipient")
    return _by_registration(actor, BasisKind.REGISTRATION)


def _own_mailbox(
    actor: Actor, party: Subject | None, message_type: MessageType | None, at: datetime
) -> Decision:
    if party is None or party.kind != "citizen":
        return Deny("not the owner")
    if party.party_id is None or actor.party_id != party.party_id:
        return Deny("not the owner")
    if actor.site is None:
        return Deny("no integrating site")
    if actor.digital_key is None or actor.digital_key is DigitalKey.PASSWORD:
        return Deny("a password alone does not open a citizen's mailbox")
    return Allow(Basis(BasisKind.SELF, party.party_id, 1))


def _audit(actor: Actor, party: Subject | None, message_type: MessageType | None, at: datetime) -> Decision:
    if actor.audit_scope is None:
        return Deny("not an auditor")
    if not actor.assurance_level.reaches(AssuranceLevel.HIGH):
        return Deny("assurance level too low")
    subjects = actor.audit_scope.subjects
    if subjects is not None and (party is None or party.mailbox_id not in subjects):
        return Deny("outside the scope")
    return _by_registration(actor, BasisKind.AUDIT_SCOPE)


def _by_registration(actor: Actor, kind: BasisKind) -> Decision:
    if actor.registration_id is None:
        return Deny("not registered")
    return Allow(Basis(kind, actor.registration_id, actor.registration_version))


_CAPACITIES: dict[Operation, tuple[ActorKind, str]] = {
    Operation.PUBLISH: (ActorKind.PARTNER, "not a partner organisation"),
    Operation.COUNT: (ActorKind.CITIZEN, "not the owner"),
    Operation.LIST: (ActorKind.CITIZEN, "not the owner"),
    Operation.READ: (ActorKind.CITIZEN, "not the owner"),
    Operation.CHANGE: (ActorKind.CITIZEN, "not the owner"),
    Operation.PROFILE: (ActorKind.CITIZEN, "not the owner"),
    Operation.OWN_HISTORY: (ActorKind.CITIZEN, "not the owner"),
    Operation.FIND_MAILBOX: (ActorKind.AUDITOR, "not an auditor"),
    Operation.READ_ACCESS_HISTORY: (ActorKind.AUDITOR, "not an auditor"),
    Operation.REPLAY: (ActorKind.AUDITOR, "not an auditor"),
}

Rule = Callable[[Actor, Subject | None, MessageType | None, datetime], Decision]

_RULES: dict[Operation, Rule] = {
    Operation.PUBLISH: _publish,
    Operation.COUNT: _own_mailbox,
    Operation.LIST: _own_mailbox,
    Operation.READ: _own_mailbox,
    Operation.CHANGE: _own_mailbox,
    Operation.PROFILE: _own_mailbox,
    Operation.OWN_HISTORY: _own_mailbox,
    Operation.FIND_MAILBOX: _audit,
    Operation.READ_ACCESS_HISTORY: _audit,
    Operation.REPLAY: _audit,
}
