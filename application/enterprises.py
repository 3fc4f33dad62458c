"""In which enterprises a person is what: for every decision, and for who chooses where to look.

Roles are asked for at every request, never remembered: one that is withdrawn counts no more as soon as the
read model has it. What an enterprise is called comes from the reference data.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import groupby
from uuid import UUID

from application.reference import Reference
from domain.roles import HeldRole, may_read
from eventstore.parties import PartyRegistry
from projections.database import ReadDatabase
from projections.roles import RoleIn, enterprises_of, held_roles
from threads import BoundedThreads


@dataclass(frozen=True, slots=True)
class EnterpriseMailbox:
    """The mailbox of an enterprise that somebody may read, in these roles.

    `name` by language; empty where nobody has told it.
    """

    mailbox_id: UUID
    number: str
    name: Mapping[str, str]
    is_activated: bool
    roles: tuple[HeldRole, ...]

    @property
    def is_managed(self) -> bool:
        """Whether they manage it, too."""
        return any(one.manages for one in self.roles)


class Enterprises:
    """Roles, and the mailboxes that they open. All methods raise `Busy`, `Unavailable`."""

    def __init__(
        self,
        *,
        registry: PartyRegistry,
        database: ReadDatabase,
        reference: Reference,
        threads: BoundedThreads,
    ) -> None:
        self._registry = registry
        self._database = database
        self._reference = reference
        self._threads = threads

    async def roles(self, person: UUID, mailbox_id: UUID) -> tuple[HeldRole, ...]:
        """What the person (a party) is in the enterprise whose mailbox this is."""
        return tuple(await self._database.run(held_roles, person, mailbox_id))

    async def of(self, person: UUID) -> list[EnterpriseMailbox]:
        """The enterprises whose mailboxes the person may read."""
        held = await self._database.run(enterprises_of, person)
        return await self._threads.run(self._described, held) if held else []

    async def opens_any(self, person: UUID) -> bool:
        """Whether there is an enterprise whose mailbox the person may read."""
        held = await self._database.run(enterprises_of, person)
        return any(may_read(one.held.role) for one in held)

    async def one_of(self, person: UUID, mailbox_id: UUID) -> EnterpriseMailbox | None:
        """This one of them; None where it is none (any more)."""
        held = [RoleIn(mailbox_id, one) for one in await self.roles(person, mailbox_id)]
        return next(iter(await self._threads.run(self._described, held)), None) if held else None

    def offered(self, party_id: UUID) -> Sequence[EnterpriseMailbox]:
        """`of`, for threads: it blocks."""
        return self._described(self._database.read(enterprises_of, party_id))

    def _described(self, held: list[RoleIn]) -> list[EnterpriseMailbox]:
        names = self._reference.now().organisations
        found = []
        for mailbox_id, group in groupby(held, lambda one: one.mailbox_id):
            in_it = tuple(one.held for one in group if may_read(one.held.role))
            party = self._registry.by_mailbox(mailbox_id) if in_it else None
            identifier = None if party is None else self._registry.identifier_of(party.party_id)
            if party is None or identifier is None:
                continue  # nothing to read there for them, or the enterprise was erased
            known = names.get(identifier.number)
            name = known.name if known else {}
            found.append(EnterpriseMailbox(mailbox_id, identifier.number, name, party.is_activated, in_it))
        return sorted(found, key=lambda one: one.number)
