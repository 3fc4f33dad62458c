"""Enterprises that receive, in a partners file: their partitions, routing rules and people.

A person's number stands in the file and nowhere else: what is recorded names the person's party.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Annotated, Self
from uuid import UUID

from pydantic import AfterValidator, Field, model_validator

from application.partnersfile.clients import refuse_twice
from application.partnersfile.shapes import Entry, Number, ReferenceId, SafeId, Texts
from domain.declarations import EnterpriseDeclaration, RoleDeclaration
from domain.events.enterprise import PartitionRecord, RoutingRule
from domain.identifiers import Ssin
from domain.roles import EnterpriseRole

PersonNumber = Annotated[str, AfterValidator(lambda text: Ssin(text).number)]


class PartitionEntry(Entry):
    """A part of the enterprise's mailbox."""

    id: SafeId
    name: Texts


class RuleEntry(Entry):
    """A routing rule: what is all of that goes into the partition. The first one that fits counts."""

    partition: SafeId
    message_type: ReferenceId | None = None
    sender_organisation: Number | None = None
    sender_application: ReferenceId | None = None
    sender_partition: SafeId | None = None

    def record(self) -> RoutingRule:
        """The rule as events tell of it."""
        return RoutingRule(
            self.partition,
            self.message_type,
            self.sender_organisation,
            self.sender_application,
            self.sender_partition,
        )


class RoleEntry(Entry):
    """What somebody is in the enterprise; `partitions`: for these alone."""

    ssin: PersonNumber = Field(repr=False)
    role: EnterpriseRole
    partitions: Annotated[list[SafeId], Field(min_length=1)] | None = None


class EnterpriseEntry(Entry):
    """An enterprise. Whoever is not among its people has no role in it."""

    enterprise_number: Number
    partitions: list[PartitionEntry] = Field(default_factory=list, max_length=1000)
    routing: list[RuleEntry] = Field(default_factory=list, max_length=1000)
    people: list[RoleEntry] = Field(default_factory=list, max_length=1000)

    @model_validator(mode="after")
    def _names_what_is_there(self) -> Self:
        refuse_twice("partition", (one.id for one in self.partitions))
        known = {one.id for one in self.partitions}
        named = [rule.partition for rule in self.routing]
        named += [one for person in self.people for one in person.partitions or ()]
        unknown = sorted(set(named) - known)
        if unknown:
            raise ValueError(f"the enterprise has no partition {unknown[0]}")
        held = [(person.ssin, person.role) for person in self.people]
        if len(set(held)) < len(held):
            raise ValueError("somebody has one role twice: give all its partitions in one entry")
        return self

    def declaration(self, mailbox_id: UUID, party_of: Callable[[str], UUID]) -> EnterpriseDeclaration:
        """What the domain makes of it; `party_of` a person's number."""
        return EnterpriseDeclaration(
            self.enterprise_number,
            mailbox_id,
            [PartitionRecord(one.id, one.name) for one in self.partitions],
            [rule.record() for rule in self.routing],
            [
                RoleDeclaration(
                    party_of(one.ssin),
                    one.role,
                    None if one.partitions is None else sorted(set(one.partitions)),
                )
                for one in self.people
            ],
        )
