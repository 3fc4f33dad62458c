"""Enterprises that receive: their partitions, what is delivered into which, and who is what in them.

No number of a person stands here: who holds a role is named by the party's random id.
"""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from domain.events.base import Event, FirstEvent, recorded_as


@dataclass(frozen=True, slots=True)
class PartitionRecord:
    """A part of an enterprise's mailbox, to which roles may be limited."""

    id: str
    name: dict[str, str]


@dataclass(frozen=True, slots=True)
class RoutingRule:
    """Into which partition a message goes that is all that the rule says; None: whatever it is.

    `sender_partition` is the partition of the sender's own mailbox that it is published from.
    """

    partition: str
    message_type: str | None = None
    sender_organisation: str | None = None
    sender_application: str | None = None
    sender_partition: str | None = None


@recorded_as("enterprise.registered")
class EnterpriseRegistered(FirstEvent):
    """How an enterprise's mailbox is divided. `routing`: rules in order, the first that fits counts."""

    enterprise_number: str
    partitions: list[PartitionRecord]
    routing: list[RoutingRule]


@recorded_as("enterprise.changed")
class EnterpriseChanged(Event):
    """Its partitions and rules are these from now on. What lies in the mailbox stays where it is."""

    enterprise_number: str
    partitions: list[PartitionRecord]
    routing: list[RoutingRule]


@recorded_as("enterprise.role_assigned")
class RoleAssigned(Event):
    """A person is this in the enterprise from now on, for these partitions alone (None: for all of it).

    `role_id` names the assignment: accesses on its basis are recorded with it.
    """

    role_id: UUID
    mailbox_id: UUID
    person_party: UUID
    role: str
    partitions: list[str] | None


@recorded_as("enterprise.role_withdrawn")
class RoleWithdrawn(Event):
    """That assignment is over."""

    role_id: UUID
