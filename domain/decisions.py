"""The decision function: who may do what. Pure, deny by default, the same for every way in.

Every request passes here. What it answers with is the *basis*, which goes into the access event, so that
a replay shows why an access was allowed.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Final
from uuid import UUID

from domain.access import Basis, BasisKind, ScopeBasis
from domain.actors import Actor, ActorKind, AssuranceLevel, DigitalKey
from domain.reference import MessageType
from domain.roles import EnterpriseRole, HeldRole, may_manage, may_read
from domain.scope import Scope, ScopeState


class Operation(StrEnum):
    """What somebody wants to do."""

    PUBLISH = "publish"
    KEEP_DOCUMENT = "keep_document"
    LINK = "link"
    STATUS = "status"
    WITHDRAW = "withdraw"
    RECALL = "recall"
    DOCUMENT_EVENTS = "document_events"
    SEARCH_PREFERENCES = "search_preferences"
    COUNT = "count"
    LIST = "list"
    READ = "read"
    CHANGE = "change"
    CONFIRM = "confirm"
    REPLY = "reply"
    PROFILE = "profile"
    OWN_HISTORY = "own_history"
    FIND_MAILBOX = "find_mailbox"
    READ_ACCESS_HISTORY = "read_access_history"
    REPLAY = "replay"
    PROVE_EVENT = "prove_event"
    READ_ENTRIES = "read_entries"
    REQUEST_SCOPE = "request_scope"
    READ_SCOPES = "read_scopes"
    APPROVE_SCOPE = "approve_scope"
    REFUSE_SCOPE = "refuse_scope"
    WITHDRAW_SCOPE = "withdraw_scope"


NO_PARTITION: Final = ""
"""In place of a partition's id: the message lies in none."""


@dataclass(frozen=True, slots=True)
class Subject:
    """The party whose mailbox it is about; `kind` is `citizen` or `enterprise`.

    The ids are None while the party is not on record: nobody has published to it or logged in as it yet.
    `roles` are those that the actor holds there, where it is an enterprise.
    """

    party_id: UUID | None
    mailbox_id: UUID | None
    kind: str
    roles: tuple[HeldRole, ...] = ()


@dataclass(frozen=True, slots=True)
class Allow:
    """Yes, and why; of an enterprise's mailbox these partitions alone, None for all of it.

    `bases`: why for each of these, where several roles reach some each.
    """

    basis: Basis
    partitions: frozenset[str] | None = None
    bases: Mapping[str, Basis] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Deny:
    """No, and why not. `lacks_scope`: an approved scope is what an auditor would need."""

    reason: str
    lacks_scope: bool = False


Decision = Allow | Deny


@dataclass(frozen=True, slots=True)
class _Question:
    actor: Actor
    party: Subject | None
    operation: Operation
    message_type: MessageType | None
    partition: str | None
    at: datetime
    sender: str | None
    scope: Scope | None


def decide(
    actor: Actor,
    party: Subject | None,
    operation: Operation,
    message_type: MessageType | None,
    partition: str | None,
    at: datetime,
    *,
    sender: str | None = None,
    scope: Scope | None = None,
) -> Decision:
    """May `actor` do `operation` to the mailbox of `party`, at that moment?

    `message_type` is the published message's, `sender` the enterprise number of who published it, where it is
    about one that was. `partition` is where the message lies in an enterprise's mailbox (`NO_PARTITION`: in
    none), None for questions about no single message. `party` is None for those about no single mailbox.
    `scope` is the auditor's scope that it is about, or that the actor's token names, as the log has it now.
    """
    refused = refuse_at_once(actor, operation)
    if refused is not None:
        return refused
    question = _Question(actor, party, operation, message_type, partition, at, sender, scope)
    return _RULES[operation](question)


def refuse_at_once(actor: Actor, operation: Operation) -> Deny | None:
    """The part of the decision that the caller alone settles: asked before anything of a request is read.

    None is not yet a yes.
    """
    if actor.is_suspended:
        return Deny("suspended")
    kinds, reason = _CAPACITIES[operation]
    return None if actor.kind in kinds else Deny(reason)


def _publish(asked: _Question) -> Decision:
    actor, party, message_type = asked.actor, asked.party, asked.message_type
    if actor.organisation is None:
        return Deny("not a partner organisation")
    if message_type is None or actor.organisation not in message_type.senders:
        return Deny("message type not registered for this sender")
    if party is None or party.kind not in message_type.recipients:
        return Deny("message type not meant for this kind of recipient")
    return _by_registration(actor, BasisKind.REGISTRATION)


def _own_publication(asked: _Question) -> Decision:
    if asked.actor.organisation is None or asked.sender != asked.actor.organisation:
        return Deny("published by another organisation")
    return _by_registration(asked.actor, BasisKind.REGISTRATION)


def _registered(asked: _Question) -> Decision:
    return _by_registration(asked.actor, BasisKind.REGISTRATION)


def _document_events(asked: _Question) -> Decision:
    of_kind = asked.party.kind if asked.party else None
    if asked.actor.kind is ActorKind.SITE and of_kind not in asked.actor.document_events:
        return Deny("not registered for the document events of this kind of mailbox")
    return _by_registration(asked.actor, BasisKind.REGISTRATION)


def _owner(asked: _Question) -> Decision:
    party, actor = asked.party, asked.actor
    if party is None or party.party_id is None:
        return Deny("not the owner")
    if actor.site is None:
        return Deny("no integrating site")
    return _by_role(asked, party.roles) if party.kind == "enterprise" else _citizen(asked, party.party_id)


def _citizen(asked: _Question, party_id: UUID) -> Decision:
    actor = asked.actor
    if actor.kind is not ActorKind.CITIZEN or actor.party_id != party_id:
        return Deny("not the owner")
    if asked.partition:
        return Deny("partition")
    if actor.digital_key is None or actor.digital_key is DigitalKey.PASSWORD:
        return Deny("a password alone does not open a citizen's mailbox")
    return Allow(Basis(BasisKind.SELF, party_id, 1))


def _by_role(asked: _Question, roles: tuple[HeldRole, ...]) -> Decision:
    """By the role that reaches furthest; by several together where each reaches some partitions."""
    if asked.actor.digital_key is None:
        return Deny("no digital key")
    suffices = _SUFFICES.get(asked.operation, may_read)
    held = [one for one in roles if suffices(one.role)]
    if not held:
        return Deny("no role in this enterprise that allows it")
    everywhere = next((one for one in held if one.partitions is None), None)
    if everywhere is not None:
        return Allow(Basis(BasisKind.ROLE, everywhere.id, everywhere.version))
    if asked.operation in _SUFFICES:
        return Deny("the role reaches some partitions alone")
    there = [one for one in held if asked.partition is None or asked.partition in (one.partitions or ())]
    if not there:
        return Deny("partition")
    bases = {
        reached: Basis(BasisKind.ROLE, one.id, one.version)
        for one in reversed(there)
        for reached in one.partitions or ()
    }
    return Allow(Basis(BasisKind.ROLE, there[0].id, there[0].version), frozenset(bases), bases)


def _look(asked: _Question) -> Decision:
    actor, party, scope = asked.actor, asked.party, asked.scope
    if not actor.assurance_level.reaches(AssuranceLevel.HIGH):
        return Deny("assurance level too low")
    looked = actor.audit_scope
    if looked is None or scope is None or scope.requested_by != actor.registration_id:
        return Deny("no approved scope", lacks_scope=True)
    state = scope.state(asked.at)
    if scope.approved is None or state is not ScopeState.APPROVED:
        return Deny(f"the scope is {state}", lacks_scope=True)
    if not looked.lies_within(scope.asked):
        return Deny("outside the scope")
    if looked.subjects is not None and (party is None or party.mailbox_id not in looked.subjects):
        return Deny("outside the scope")
    embargo = scope.approved.embargo_until
    kind = BasisKind.AUDIT_SCOPE
    return Allow(ScopeBasis(kind, scope.id, scope.version, looked.case, looked.purpose, embargo))


def _scopes(asked: _Question) -> Decision:
    if not asked.actor.assurance_level.reaches(AssuranceLevel.HIGH):
        return Deny("assurance level too low")
    return _registered(asked)


def _another_ones_scope(asked: _Question) -> Decision:
    """Two pairs of eyes: nobody decides about what they asked for themselves."""
    if asked.scope is None or asked.scope.requested_by == asked.actor.registration_id:
        return Deny("another auditor has to decide")
    return _scopes(asked)


def _by_registration(actor: Actor, kind: BasisKind) -> Decision:
    if actor.registration_id is None:
        return Deny("not registered")
    return Allow(Basis(kind, actor.registration_id, actor.registration_version))


_SUFFICES: Final[dict[Operation, Callable[[EnterpriseRole], bool]]] = {
    Operation.PROFILE: may_manage,
    Operation.OWN_HISTORY: may_manage,
}
"""What more than reading an enterprise's mailbox takes: a role in all of the enterprise."""

_PARTNER: Final = frozenset({ActorKind.PARTNER}), "not a partner organisation"
_SYSTEM: Final = frozenset({ActorKind.PARTNER, ActorKind.SITE}), "neither a partner nor a site"
_PERSON: Final = frozenset({ActorKind.CITIZEN, ActorKind.EMPLOYEE}), "not the owner"
_AUDITOR: Final = frozenset({ActorKind.AUDITOR}), "not an auditor"

Rule = Callable[[_Question], Decision]

_TABLE: Final[dict[Operation, tuple[tuple[frozenset[ActorKind], str], Rule]]] = {
    Operation.PUBLISH: (_PARTNER, _publish),
    Operation.KEEP_DOCUMENT: (_PARTNER, _registered),
    Operation.LINK: (_PARTNER, _own_publication),
    Operation.STATUS: (_PARTNER, _own_publication),
    Operation.WITHDRAW: (_PARTNER, _own_publication),
    Operation.RECALL: (_PARTNER, _own_publication),
    Operation.DOCUMENT_EVENTS: (_SYSTEM, _document_events),
    Operation.SEARCH_PREFERENCES: (_SYSTEM, _registered),
    Operation.COUNT: (_PERSON, _owner),
    Operation.LIST: (_PERSON, _owner),
    Operation.READ: (_PERSON, _owner),
    Operation.CHANGE: (_PERSON, _owner),
    Operation.CONFIRM: (_PERSON, _owner),
    Operation.REPLY: (_PERSON, _owner),
    Operation.PROFILE: (_PERSON, _owner),
    Operation.OWN_HISTORY: (_PERSON, _owner),
    Operation.FIND_MAILBOX: (_AUDITOR, _look),
    Operation.READ_ACCESS_HISTORY: (_AUDITOR, _look),
    Operation.REPLAY: (_AUDITOR, _look),
    Operation.PROVE_EVENT: (_AUDITOR, _look),
    Operation.READ_ENTRIES: (_AUDITOR, _look),
    Operation.REQUEST_SCOPE: (_AUDITOR, _scopes),
    Operation.READ_SCOPES: (_AUDITOR, _scopes),
    Operation.APPROVE_SCOPE: (_AUDITOR, _another_ones_scope),
    Operation.REFUSE_SCOPE: (_AUDITOR, _another_ones_scope),
    Operation.WITHDRAW_SCOPE: (_AUDITOR, _scopes),
}
_CAPACITIES: Final = {operation: capacity for operation, (capacity, _) in _TABLE.items()}
_RULES: Final = {operation: rule for operation, (_, rule) in _TABLE.items()}
