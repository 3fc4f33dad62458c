"""May this be published, and if so for how long: everything that is decided before anything is stored.

Pure, with the reference data and the recipient's party in hand, so that one message and a thousand are judged
alike.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime

from application.reference import ReferenceData
from domain.access import Basis
from domain.actors import Actor
from domain.decisions import Deny, Operation, Subject, decide
from domain.draft import ROOT, MessageDraft
from domain.draft_times import check_due, expiry, visible_from
from domain.errors import InvalidInput, Issue, NotAllowed
from domain.events.mailbox import OwnerKind
from domain.identifiers import Identifier, IdentifierScheme
from domain.reference import MessageType
from domain.routing import partition_for
from eventstore.parties import Party


@dataclass(frozen=True, slots=True)
class Judgement:
    """It may be published, for this reason, into this partition, and until then."""

    message_type: MessageType
    basis: Basis
    recipient_partition: str | None
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
    if issues := [*_business_data(draft, message_type), *_partitions(actor, draft, reference)]:
        raise InvalidInput(*issues)
    visible_at = visible_from(draft, at)
    expires_at = expiry(draft, message_type.validity, visible_at)
    check_due(draft, visible_at, expires_at)
    partition = _recipient_partition(actor, draft, reference)
    return Judgement(message_type, decision.basis, partition, expires_at)


def subject_of(recipient: Identifier, party: Party | None) -> Subject:
    """The recipient as the decision function sees them, on record or not."""
    kind = OwnerKind.CITIZEN if recipient.scheme is IdentifierScheme.SSIN else OwnerKind.ENTERPRISE
    return Subject(party.party_id, party.mailbox_id, kind) if party else Subject(None, None, kind)


def partition_of(
    recipient: Identifier,
    reference: ReferenceData,
    message_type: str,
    organisation: str,
    application: str,
    sender_partition: str | None,
) -> str | None:
    """The partition of the recipient's mailbox that its own rules lead to; None where none does."""
    enterprise = reference.enterprises.get(recipient.number)
    if enterprise is None or recipient.scheme is not IdentifierScheme.ENTERPRISE:
        return None
    return partition_for(enterprise, message_type, organisation, application, sender_partition)


def _message_type(actor: Actor, draft: MessageDraft, reference: ReferenceData) -> MessageType:
    issues = []
    message_type = reference.message_types.get(draft.message_type)
    if message_type is None:
        issues.append(Issue(f"{ROOT}.messageTypeId", "unknown", "no message type has this id"))
    application = reference.applications.get(draft.application)
    if application is None or application.organisation != actor.organisation:
        detail = "none of your applications has this id"
        issues.append(Issue(f"{ROOT}.senderApplicationId", "unknown", detail))
    if message_type is None or application is None or issues:
        raise InvalidInput(*issues)
    if not message_type.goes_with(application):
        detail = "this application does not publish messages of this type"
        raise InvalidInput(Issue(f"{ROOT}.senderApplicationId", "notForThisMessageType", detail))
    return message_type


def _business_data(draft: MessageDraft, message_type: MessageType) -> Iterator[Issue]:
    """A message type that defines its business data takes those alone; one that does not takes any."""
    where = f"{ROOT}.businessDataList"
    rules = message_type.business_data
    if not rules:
        return
    known = {rule.key for rule in rules}
    for index, datum in enumerate(draft.business_data):
        if datum.key not in known:
            yield Issue(f"{where}[{index}].key", "unknownKey", "the message type has no such business datum")
    given = {datum.key for datum in draft.business_data}
    for rule in rules:
        if rule.required and rule.key not in given:
            yield Issue(
                where, "requiredKeyMissing", "the message type asks for a business datum of more keys"
            )


def _partitions(actor: Actor, draft: MessageDraft, reference: ReferenceData) -> Iterator[Issue]:
    if not _has_partition(reference, actor.organisation or "", draft.sender_partition):
        detail = "your organisation's mailbox has no such partition"
        yield Issue(f"{ROOT}.sender.partition", "unknownPartition", detail)
    if not _has_partition(reference, draft.recipient.number, draft.recipient_partition):
        detail = "the recipient's mailbox has no such partition"
        yield Issue(f"{ROOT}.recipient.partition", "unknownPartition", detail)


def _has_partition(reference: ReferenceData, enterprise_number: str, partition: str | None) -> bool:
    if partition is None:
        return True
    enterprise = reference.enterprises.get(enterprise_number)
    return enterprise is not None and any(one.id == partition for one in enterprise.partitions)


def _recipient_partition(actor: Actor, draft: MessageDraft, reference: ReferenceData) -> str | None:
    return draft.recipient_partition or partition_of(
        draft.recipient,
        reference,
        draft.message_type,
        actor.organisation or "",
        draft.application,
        draft.sender_partition,
    )
