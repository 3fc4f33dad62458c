"""An enterprise that receives: its partitions, what is delivered into which, and who is what in it.

`declare` records only what differs, so that applying the same declaration again appends nothing. Whoever is
declared no more loses the role.
"""

from __future__ import annotations

from datetime import datetime
from functools import singledispatchmethod
from typing import Any
from uuid import UUID

from domain.aggregate import AggregateRoot
from domain.declarations import EnterpriseDeclaration, RoleDeclaration
from domain.events import enterprise as facts
from domain.events.base import Event
from domain.ids import enterprise_id, new_id
from domain.roles import EnterpriseRole


class Enterprise(AggregateRoot):
    """An enterprise with its partitions, rules and roles."""

    TOPIC = "enterprise"

    def __init__(self) -> None:
        self.roles: dict[UUID, tuple[UUID, RoleDeclaration]] = {}

    @classmethod
    def register(cls, declared: EnterpriseDeclaration, at: datetime) -> Enterprise:
        """A new enterprise, with everything declared of it."""
        stream = enterprise_id(declared.enterprise_number)
        enterprise = cls.begin(facts.EnterpriseRegistered, stream, at, **_of_enterprise(declared))
        enterprise.declare(declared, at)
        return enterprise

    def declare(self, declared: EnterpriseDeclaration, at: datetime) -> None:
        """Record what differs from the declaration.

        A role whose partitions differ, or that is held in a mailbox merged into another one since, is
        assigned anew: accesses on the former assignment keep their basis.
        """
        if self.on_record != _of_enterprise(declared):
            self.record(facts.EnterpriseChanged, at, **_of_enterprise(declared))
        wanted = [(declared.mailbox_id, one) for one in declared.people]
        for role_id, held in list(self.roles.items()):
            if held not in wanted:
                self.record(facts.RoleWithdrawn, at, role_id=role_id)
        held_already = list(self.roles.values())
        for mailbox_id, role in wanted:
            if (mailbox_id, role) not in held_already:
                self._assign(role, mailbox_id, at)

    def _assign(self, wanted: RoleDeclaration, mailbox_id: UUID, at: datetime) -> None:
        self.record(
            facts.RoleAssigned,
            at,
            role_id=new_id(),
            mailbox_id=mailbox_id,
            person_party=wanted.person_party,
            role=wanted.role.value,
            partitions=wanted.partitions,
        )

    @singledispatchmethod
    def when(self, event: Event) -> None:
        """Take a fact in."""

    @when.register(facts.EnterpriseRegistered)
    @when.register(facts.EnterpriseChanged)
    def _(self, event: facts.EnterpriseRegistered | facts.EnterpriseChanged) -> None:
        self.on_record = _of_enterprise(event)

    @when.register
    def _(self, event: facts.RoleAssigned) -> None:
        role = RoleDeclaration(event.person_party, EnterpriseRole(event.role), event.partitions)
        self.roles[event.role_id] = (event.mailbox_id, role)

    @when.register
    def _(self, event: facts.RoleWithdrawn) -> None:
        del self.roles[event.role_id]


def _of_enterprise(
    source: EnterpriseDeclaration | facts.EnterpriseRegistered | facts.EnterpriseChanged,
) -> dict[str, Any]:
    """What `enterprise.changed` tells, of a declaration or an event."""
    return {name: getattr(source, name) for name in ("enterprise_number", "partitions", "routing")}
