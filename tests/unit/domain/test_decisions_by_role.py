"""The decision function for enterprises' mailboxes, as a table: which role, where → why, or why not."""

from __future__ import annotations

from dataclasses import replace
from uuid import UUID

import pytest

from domain.access import Basis, BasisKind
from domain.actors import Actor, ActorKind, DigitalKey
from domain.decisions import NO_PARTITION, Allow, Deny, Operation, Subject, decide
from domain.roles import EnterpriseRole, HeldRole, may_manage, may_read
from tests.unit.domain.test_decisions import AN_S, AT, CITIZEN, ENTERPRISE, PARTNER, STATEMENT, actor

READING = [
    Operation.COUNT,
    Operation.LIST,
    Operation.READ,
    Operation.CHANGE,
    Operation.CONFIRM,
    Operation.REPLY,
]
MANAGING = [Operation.PROFILE, Operation.OWN_HISTORY]
MANAGERS = [
    EnterpriseRole.LEGAL_REPRESENTATIVE,
    EnterpriseRole.ACCESS_MANAGER,
    EnterpriseRole.CO_ACCESS_MANAGER,
]
NO_READERS = [EnterpriseRole.MANDATE_MANAGER, EnterpriseRole.PUBLISHER]
EMPLOYEE = replace(CITIZEN, kind=ActorKind.EMPLOYEE, mailbox_id=ENTERPRISE.mailbox_id)
BY_PASSWORD = replace(EMPLOYEE, digital_key=DigitalKey.PASSWORD)
SITE = actor(ActorKind.SITE, document_events=frozenset({"enterprise"}))
GENERAL, ARCHIVE = frozenset({"GENERAL"}), frozenset({"ARCHIVE"})


def held(role: EnterpriseRole, partitions: frozenset[str] | None = None, number: int = 1) -> HeldRole:
    return HeldRole(UUID(int=700 + number), number, role, partitions)


def enterprise(*roles: HeldRole) -> Subject:
    return replace(ENTERPRISE, roles=roles)


def by(role: HeldRole) -> Basis:
    return Basis(BasisKind.ROLE, role.id, role.version)


@pytest.mark.parametrize("who", [EMPLOYEE, CITIZEN, BY_PASSWORD], ids=["employee", "citizen", "password"])
@pytest.mark.parametrize("operation", [*READING, *MANAGING])
@pytest.mark.parametrize("role", list(EnterpriseRole))
def test_a_role_in_all_of_the_enterprise(who: Actor, operation: Operation, role: EnterpriseRole) -> None:
    suffices = may_manage(role) if operation in MANAGING else may_read(role)
    decision = decide(who, enterprise(held(role)), operation, None, None, AT)
    if suffices:
        assert decision == Allow(by(held(role)))
    else:
        assert isinstance(decision, Deny)
        assert "no role" in decision.reason


def test_who_reads_and_who_manages() -> None:
    assert [role for role in EnterpriseRole if may_manage(role)] == MANAGERS
    assert [role for role in EnterpriseRole if not may_read(role)] == NO_READERS


REACH = [
    ([GENERAL], None, GENERAL),
    ([GENERAL], "GENERAL", GENERAL),
    ([GENERAL], "ARCHIVE", None),
    ([GENERAL], NO_PARTITION, None),
    ([frozenset({NO_PARTITION})], NO_PARTITION, frozenset({NO_PARTITION})),
    ([GENERAL, ARCHIVE], None, GENERAL | ARCHIVE),
    ([GENERAL, ARCHIVE], "ARCHIVE", ARCHIVE),
    ([frozenset()], None, frozenset()),
]


@pytest.mark.parametrize(("roles", "partition", "reached"), REACH)
def test_a_reader_reaches_the_partitions_of_their_roles(
    roles: list[frozenset[str]], partition: str | None, reached: frozenset[str] | None
) -> None:
    readers = [held(EnterpriseRole.READER, one, number) for number, one in enumerate(roles, 1)]
    decision = decide(EMPLOYEE, enterprise(*readers), Operation.READ, None, partition, AT)
    if reached is None:
        assert decision == Deny("partition")
    else:
        assert isinstance(decision, Allow)
        assert decision.partitions == reached
        assert decision.basis in [by(one) for one in readers]
        for one in readers:
            assert {decision.bases[part] for part in one.partitions or () if part in reached} <= {by(one)}


def test_the_role_that_reaches_all_is_the_basis_whatever_else_is_held() -> None:
    part, whole = held(EnterpriseRole.READER, GENERAL, 1), held(EnterpriseRole.READER, None, 2)
    for roles in ([part, whole], [whole, part]):
        decision = decide(EMPLOYEE, enterprise(*roles), Operation.LIST, None, "ARCHIVE", AT)
        assert decision == Allow(by(whole))


@pytest.mark.parametrize("operation", MANAGING)
def test_who_manages_a_part_manages_nothing(operation: Operation) -> None:
    part = held(EnterpriseRole.ACCESS_MANAGER, GENERAL)
    decision = decide(EMPLOYEE, enterprise(part), operation, None, None, AT)
    assert decision == Deny("the role reaches some partitions alone")


MANAGER = held(EnterpriseRole.ACCESS_MANAGER)
DENIED = [
    (EMPLOYEE, enterprise(), Operation.READ, "no role"),
    (EMPLOYEE, AN_S, Operation.READ, "not the owner"),
    (EMPLOYEE, AN_S, Operation.PROFILE, "not the owner"),
    (replace(EMPLOYEE, site=None), enterprise(MANAGER), Operation.READ, "site"),
    (replace(EMPLOYEE, digital_key=None), enterprise(MANAGER), Operation.READ, "digital key"),
    (replace(EMPLOYEE, is_suspended=True), enterprise(MANAGER), Operation.READ, "suspended"),
    (PARTNER, enterprise(MANAGER), Operation.READ, "not the owner"),
    (SITE, enterprise(MANAGER), Operation.LIST, "not the owner"),
    (EMPLOYEE, enterprise(MANAGER), Operation.PUBLISH, "not a partner"),
    (EMPLOYEE, enterprise(MANAGER), Operation.RECALL, "not a partner"),
    (EMPLOYEE, enterprise(MANAGER), Operation.DOCUMENT_EVENTS, "neither a partner nor a site"),
    (EMPLOYEE, enterprise(MANAGER), Operation.READ_ACCESS_HISTORY, "not an auditor"),
    (SITE, AN_S, Operation.DOCUMENT_EVENTS, "document events"),
]


@pytest.mark.parametrize(("who", "whose", "what", "why"), DENIED)
def test_denied(who: Actor, whose: Subject, what: Operation, why: str) -> None:
    decision = decide(who, whose, what, None, None, AT)
    assert isinstance(decision, Deny)
    assert why in decision.reason


OWN = [Operation.STATUS, Operation.LINK, Operation.WITHDRAW, Operation.RECALL]


@pytest.mark.parametrize("operation", OWN)
def test_a_sender_follows_its_own_publications_alone(operation: Operation) -> None:
    ours = decide(PARTNER, AN_S, operation, STATEMENT, None, AT, sender="0206731645")
    assert isinstance(ours, Allow)
    for sender in ("0884303369", None):
        theirs = decide(PARTNER, AN_S, operation, STATEMENT, None, AT, sender=sender)
        assert theirs == Deny("published by another organisation")


def test_a_site_follows_the_documents_that_it_is_registered_for() -> None:
    decision = decide(SITE, enterprise(), Operation.DOCUMENT_EVENTS, None, None, AT)
    assert isinstance(decision, Allow)
