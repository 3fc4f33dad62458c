"""What is decided of a publication before anything is stored, each refusal naming the caller's field."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from application.composing import compose
from application.judging import judge
from application.recipients import refused_recipient
from application.reference import ReferenceData
from domain.access import access_record
from domain.actors import Actor, ActorKind
from domain.draft import MessageDraft
from domain.errors import InvalidInput, NotAllowed
from domain.events.enterprise import PartitionRecord, RoutingRule
from domain.events.message import BusinessDatum
from domain.events.reference import BusinessDataRule, Validity
from domain.identifiers import EnterpriseNumber, Identifier, Ssin
from domain.reference import MessageType, SenderApplication
from domain.register import Ceased, Deceased, Exists, Finding, ReplacedBy, Unknown
from domain.routing import Enterprise
from eventstore.parties import Party, PartyKind

NOW = datetime(2026, 11, 22, 12, tzinfo=UTC)
SENDER, OTHER, RECEIVER = "0206731645", "0474028805", "0884303369"
PARTITIONS = (PartitionRecord("GENERAL", {}), PartitionRecord("ARCHIVE", {}))
RULES = (
    RoutingRule("ARCHIVE", sender_partition="ARCHIVE"),
    RoutingRule("GENERAL", message_type="LETTER", sender_organisation=SENDER),
)
LETTER = MessageType(
    message_type_id="LETTER",
    owner=SENDER,
    name={},
    description={},
    validity=Validity(1, 0),
    recipients=frozenset({"citizen", "enterprise"}),
    senders=frozenset({SENDER}),
    discreet=False,
)
FILE = BusinessDataRule("file", {"nl": "Dossier"}, {}, required=True)
YEAR = BusinessDataRule("year", {"nl": "Jaar"}, {}, required=False)
REFERENCE = ReferenceData(
    organisations={},
    applications={
        "app": SenderApplication("app", SENDER, {}, {}),
        "narrow": SenderApplication("narrow", SENDER, {}, {}, message_types=frozenset({"NOTICE"})),
        "theirs": SenderApplication("theirs", OTHER, {}, {}),
    },
    message_types={
        "LETTER": LETTER,
        "NOTICE": replace(LETTER, message_type_id="NOTICE", recipients=frozenset({"citizen"})),
        "FORM": replace(LETTER, message_type_id="FORM", business_data=(FILE, YEAR)),
        "NARROW": replace(LETTER, message_type_id="NARROW", applications=frozenset({"narrow"})),
        "THEIRS": replace(LETTER, message_type_id="THEIRS", senders=frozenset({OTHER})),
    },
    sites={},
    clients={},
    enterprises={
        RECEIVER: Enterprise(PARTITIONS, RULES),
        SENDER: Enterprise((PartitionRecord("ARCHIVE", {}),)),
    },
)
ACTOR = Actor(
    kind=ActorKind.PARTNER,
    party_id=UUID(int=1),
    identity=SENDER,
    registration_id=UUID(int=2),
    registration_version=1,
    token_sha256="00",
    request_id=UUID(int=3),
    organisation=SENDER,
)
GOOD = MessageDraft(
    recipient=EnterpriseNumber(RECEIVER),
    subject={"nl": "Brief"},
    message_type="LETTER",
    application="app",
    attachments=[],
    is_body_main=True,
    body={"nl": "Beste"},
)


def datum(key: str) -> BusinessDatum:
    return BusinessDatum(key, None, [{"nl": "1"}])


@pytest.mark.parametrize(
    ("change", "partition"),
    [
        ({}, "GENERAL"),
        ({"sender_partition": "ARCHIVE"}, "ARCHIVE"),
        ({"recipient_partition": "ARCHIVE"}, "ARCHIVE"),
        ({"message_type": "FORM", "business_data": [datum("file")]}, None),
        ({"recipient": EnterpriseNumber(OTHER)}, None),
        ({"recipient": Ssin("81050103522")}, None),
    ],
)
def test_the_partition_is_the_one_asked_for_or_that_of_the_first_rule_that_fits(
    change: dict[str, Any], partition: str | None
) -> None:
    assert judge(ACTOR, replace(GOOD, **change), REFERENCE, None, NOW).recipient_partition == partition


@pytest.mark.parametrize(
    ("change", "field", "code"),
    [
        ({"message_type": "NONE"}, "messageTypeId", "unknown"),
        ({"application": "none"}, "senderApplicationId", "unknown"),
        ({"application": "theirs"}, "senderApplicationId", "unknown"),
        ({"application": "narrow"}, "senderApplicationId", "notForThisMessageType"),
        ({"message_type": "NARROW"}, "senderApplicationId", "notForThisMessageType"),
        ({"sender_partition": "GENERAL"}, "sender.partition", "unknownPartition"),
        ({"recipient_partition": "NONE"}, "recipient.partition", "unknownPartition"),
        (
            {"recipient": EnterpriseNumber(OTHER), "recipient_partition": "GENERAL"},
            "recipient.partition",
            "unknownPartition",
        ),
        (
            {"message_type": "FORM", "business_data": [datum("file"), datum("colour")]},
            "businessDataList[1].key",
            "unknownKey",
        ),
        (
            {"message_type": "FORM", "business_data": [datum("year")]},
            "businessDataList",
            "requiredKeyMissing",
        ),
        ({"message_type": "FORM"}, "businessDataList", "requiredKeyMissing"),
        ({"due": NOW}, "dueDate", "inThePast"),
        (
            {"due": NOW + timedelta(days=1), "publish_at": NOW + timedelta(days=2)},
            "dueDate",
            "inThePast",
        ),
        ({"due": NOW + timedelta(days=400)}, "dueDate", "afterExpiration"),
        ({"publish_at": NOW + timedelta(days=367)}, "requestedPublishTime", "tooFarAhead"),
        ({"expires": NOW + timedelta(days=400)}, "expirationDate", "beyondValidity"),
    ],
)
def test_refused_by_name(change: dict[str, Any], field: str, code: str) -> None:
    with pytest.raises(InvalidInput) as raised:
        judge(ACTOR, replace(GOOD, **change), REFERENCE, None, NOW)
    found = [(issue.field, issue.code) for issue in raised.value.issues]
    assert found == [(f"messageToPublish.{field}", code)]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"sender": OTHER}, "sender.enterpriseNumber"),
        ({"message_type": "THEIRS"}, "messageTypeId"),
        ({"message_type": "NOTICE"}, "messageTypeId"),
    ],
)
def test_what_is_not_allowed_names_what_made_the_difference(change: dict[str, Any], field: str) -> None:
    with pytest.raises(NotAllowed) as raised:
        judge(ACTOR, replace(GOOD, **change), REFERENCE, None, NOW)
    assert [issue.field for issue in raised.value.issues] == [f"messageToPublish.{field}"]


def test_a_business_datum_without_a_name_gets_the_message_types() -> None:
    data = [datum("file"), BusinessDatum("year", {"nl": "Boekjaar"}, [{"nl": "2026"}])]
    draft = replace(GOOD, message_type="FORM", business_data=data)
    judgement = judge(ACTOR, draft, REFERENCE, None, NOW)
    party = Party(UUID(int=4), UUID(int=5), PartyKind.ENTERPRISE, is_activated=True, mailbox_recorded=True)
    access = access_record(ACTOR, judgement.basis)
    publication = compose(ACTOR, draft, judgement, UUID(int=6), party, [], "", access, NOW)
    assert publication.business_data is not None
    assert [one.name for one in publication.business_data] == [{"nl": "Dossier"}, {"nl": "Boekjaar"}]


@pytest.mark.parametrize(
    ("finding", "recipient", "code"),
    [
        (Unknown(), Ssin("81050103522"), "referencedResourceNotFound"),
        (Deceased(), Ssin("81050103522"), "referencedResourceNotFound"),
        (ReplacedBy("19082416188"), Ssin("81050103522"), "replacedSsin"),
        (Ceased(), EnterpriseNumber(RECEIVER), "referencedResourceNotFound"),
        (ReplacedBy(OTHER), EnterpriseNumber(RECEIVER), "replacedEnterpriseNumber"),
    ],
)
def test_what_the_register_says_is_told_by_name(finding: Finding, recipient: Identifier, code: str) -> None:
    issue = refused_recipient(finding, recipient, LETTER)
    assert issue is not None
    assert (issue.field, issue.code) == (f"messageToPublish.recipient.{recipient.scheme}", code)
    if isinstance(finding, ReplacedBy):
        assert finding.number in issue.detail


def test_those_who_exist_and_the_dead_where_the_message_type_takes_them_are_published_to() -> None:
    assert refused_recipient(Exists(), Ssin("81050103522"), LETTER) is None
    assert refused_recipient(Deceased(), Ssin("81050103522"), replace(LETTER, accepts_deceased=True)) is None
