"""Receiving enterprises: which partition a message goes into, and who is what."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

import pytest

from domain.declarations import EnterpriseDeclaration, RoleDeclaration
from domain.enterprise import Enterprise
from domain.events.enterprise import (
    EnterpriseChanged,
    EnterpriseRegistered,
    PartitionRecord,
    RoleAssigned,
    RoleWithdrawn,
    RoutingRule,
)
from domain.events.reference import Validity
from domain.reference import MessageType, SenderApplication
from domain.roles import EnterpriseRole, may_read
from domain.routing import Enterprise as Divided
from domain.routing import partition_for

AT = datetime(2026, 11, 22, 12, tzinfo=UTC)
ANNE, BART = UUID(int=1), UUID(int=2)
STAFF, TAXES = PartitionRecord("STAFF", {"nl": "Personeel"}), PartitionRecord("TAXES", {"nl": "Fiscaal"})
MANAGER = RoleDeclaration(ANNE, EnterpriseRole.ACCESS_MANAGER)
READER = RoleDeclaration(BART, EnterpriseRole.READER, ["STAFF"])
FACTORY = EnterpriseDeclaration(
    "0884303369", UUID(int=9), [STAFF, TAXES], [RoutingRule("STAFF", "PAYSLIP")], [MANAGER, READER]
)


def told(enterprise: Enterprise) -> list[type]:
    return [type(fact) for fact in enterprise.new_facts()]


class TestRouting:
    rules = (
        RoutingRule("A1", message_type="A1", sender_organisation="0206731645"),
        RoutingRule("TAXES", sender_organisation="0316380841"),
        RoutingRule("ARCHIVE", sender_application="archive", sender_partition="OLD"),
    )

    @pytest.mark.parametrize(
        ("message", "partition"),
        [
            (("A1", "0206731645", "app", None), "A1"),
            (("A1", "0316380841", "app", None), "TAXES"),
            (("A1", "0316380841", "archive", "OLD"), "TAXES"),
            (("A1", "0202239951", "archive", "OLD"), "ARCHIVE"),
            (("A1", "0202239951", "archive", None), None),
            (("B2", "0206731645", "app", None), None),
        ],
    )
    def test_the_first_rule_that_fits_counts(
        self, message: tuple[str, str, str, str | None], partition: str | None
    ) -> None:
        assert partition_for(Divided(routing=self.rules), *message) == partition

    def test_the_order_of_the_rules_matters(self) -> None:
        anything = (RoutingRule("REST"), *self.rules)
        assert partition_for(Divided(routing=anything), "A1", "0206731645", "app", None) == "REST"


class TestRoles:
    def test_a_new_enterprise_with_its_people(self) -> None:
        enterprise = Enterprise.register(FACTORY, AT)
        assert told(enterprise) == [EnterpriseRegistered, RoleAssigned, RoleAssigned]
        enterprise.declare(FACTORY, AT)
        assert told(enterprise) == []

    def test_whoever_leaves_the_list_loses_the_role(self) -> None:
        enterprise = Enterprise.register(FACTORY, AT)
        enterprise.declare(replace(FACTORY, people=[MANAGER]), AT)
        assert told(enterprise)[-1:] == [RoleWithdrawn]
        assert [role for _, role in enterprise.roles.values()] == [MANAGER]

    def test_other_partitions_are_another_assignment(self) -> None:
        enterprise = Enterprise.register(FACTORY, AT)
        before = set(enterprise.roles)
        enterprise.new_facts()
        enterprise.declare(replace(FACTORY, people=[MANAGER, replace(READER, partitions=["TAXES"])]), AT)
        assert told(enterprise) == [RoleWithdrawn, RoleAssigned]
        assert len(before - set(enterprise.roles)) == 1

    def test_a_merged_mailbox_takes_its_roles_along(self) -> None:
        enterprise = Enterprise.register(replace(FACTORY, people=[MANAGER]), AT)
        enterprise.new_facts()
        enterprise.declare(replace(FACTORY, people=[MANAGER], mailbox_id=UUID(int=10)), AT)
        assert told(enterprise) == [RoleWithdrawn, RoleAssigned]

    def test_other_rules_change_the_enterprise(self) -> None:
        enterprise = Enterprise.register(FACTORY, AT)
        enterprise.new_facts()
        enterprise.declare(replace(FACTORY, routing=[]), AT)
        assert told(enterprise) == [EnterpriseChanged]

    def test_who_reads(self) -> None:
        assert {role for role in EnterpriseRole if not may_read(role)} == {
            EnterpriseRole.MANDATE_MANAGER,
            EnterpriseRole.PUBLISHER,
        }


def test_an_application_and_a_message_type_may_each_rule_the_other_out() -> None:
    application = SenderApplication("app", "0206731645", {}, {})
    letter = MessageType("LETTER", "0206731645", {}, {}, Validity(1, 0), frozenset(), frozenset(), False)
    assert letter.goes_with(application)
    assert not letter.goes_with(replace(application, message_types=frozenset({"OTHER"})))
    assert not replace(letter, applications=frozenset({"other"})).goes_with(application)
