"""May this be published, and if so for how long: everything that is decided before anything is stored.

Pure, with the reference data and the recipient's party in hand, so that one message and a thousand are judged
alike.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from application.reference import ReferenceData
from domain.access import Basis
from domain.actors import Actor
from domain.decisions import Deny, Operation, Subject, decide
from domain.draft import ROOT, MessageDraft, expiry, visible_from
from domain.errors import InvalidInput, Issue, NotAllowed
from domain.events.mailbox import OwnerKind
from domain.identifiers import Identifier, IdentifierScheme
from domain.reference import MessageType
from eventstore.parties import Party


@dataclass(frozen=True, slots=True)
class Judgement:
    """It may be published, for this reason and until then."""

    message_type: MessageType
    basis: Basis
    expires_at: datetime


def judge(
    actor: Actor, draft: MessageDraft, reference: ReferenceData, party: Party | None, at: datetime
) -> Judgement:
    """Whether the actor may publish the draft. `party` is the recipient's, None while they are not on record.

    Raises `InvalidInput`, `NotAllowed`.
    """
    message_type = _message_type(actor, draft, reference)
    if draft.sender is not None and draft.sender != actor.organisation:
        issue = Issue(f"{ROOT}.sender.enterpriseNumber", "notYourOwn", "publish for your own organisation")
        raise NotAllowed("not the sender's own organisation", issue)
    decision = decide(actor, subject_of(draft.recipient, party), Operation.PUBLISH, message_type, None, at)
    if isinstance(decision, Deny):
        raise NotAllowed(decision.reason, Issue(f"{ROOT}.messageTypeId", "notAllowed", decision.reason))
    expires_at = expiry(draft, message_type.validity, visible_from(draft, at))
    return Judgement(message_type, decision.basis, expires_at)


def subject_of(recipient: Identifier, party: Party | None) -> Subject:
    """The recipient as the decision function sees them, on record or not."""
    is_person = recipient.scheme is IdentifierScheme.SSIN
    kind = OwnerKind.CITIZEN if is_person else OwnerKind.ENTERPRISE
    return Subject(party.party_id, party.mailbox_id, kind) if party else Subject(None, None, kind)


def _message_type(actor: Actor, draft: MessageDraft, reference: ReferenceData) -> MessageType:
    issues = []
    if draft.message_type not in reference.message_types:
        issues.append(Issue(f"{ROOT}.messageTypeId", "unknown", "no message type has this id"))
    application = reference.applications.get(draft.application)
    if application is None or application.organisation != actor.organisation:
        detail = "none of your applications has this id"
        issues.append(Issue(f"{ROOT}.senderApplicationId", "unknown", detail))
    if issues:
        raise InvalidInput(*issues)
    return reference.message_types[draft.message_type]
