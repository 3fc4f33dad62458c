"""Who is what in which enterprise: the roles that are held now, by person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Column, Connection, Index, Named, RowMapping, Table, TypedColumns, delete, select

from domain.events.enterprise import RoleAssigned, RoleWithdrawn
from domain.events.mailbox import OwnerErased
from domain.roles import EnterpriseRole, HeldRole
from projections.bulk import replace_all, upsert_rows
from projections.columns import METADATA, Json
from projections.model import Located, ReadModel

MOST_ROLES: Final = 1000
"""So many of one person's roles are looked at."""


class RoleColumns(TypedColumns):
    """A role that somebody holds; `version` is that of the enterprise's stream when it was assigned."""

    role_id: Named[UUID] = Column(primary_key=True)
    version: Named[int]
    person_party: Named[UUID]
    mailbox_id: Named[UUID]
    role: Named[str]
    partitions: Named[Any | None] = Column(Json, nullable=True)


ROLES: Final = Table("roles", METADATA, RoleColumns)
Index("roles_of_person", ROLES.c.person_party, ROLES.c.mailbox_id)


@dataclass(frozen=True, slots=True)
class RoleIn:
    """A role, and the enterprise's mailbox that it is held in."""

    mailbox_id: UUID
    held: HeldRole


def fold(connection: Connection, page: Sequence[Located]) -> None:
    """Take a page of events in."""
    for _, event in page:
        match event:
            case RoleAssigned():
                row = {
                    "role_id": event.role_id,
                    "version": event.originator_version,
                    "person_party": event.person_party,
                    "mailbox_id": event.mailbox_id,
                    "role": event.role,
                    "partitions": event.partitions,
                }
                upsert_rows(connection, ROLES, [row], replace_all)
            case RoleWithdrawn():
                connection.execute(delete(ROLES).where(ROLES.c.role_id == event.role_id))
            case OwnerErased():
                connection.execute(delete(ROLES).where(ROLES.c.person_party == event.party_id))


MODEL: Final = ReadModel(
    name="roles",
    tables=(ROLES,),
    handles=frozenset({RoleAssigned, RoleWithdrawn, OwnerErased}),
    fold=fold,
    version=2,
)


def held_roles(connection: Connection, person_party: UUID, mailbox_id: UUID) -> list[HeldRole]:
    """The roles that the person holds in the enterprise whose mailbox this is, the oldest first."""
    query = (
        select(ROLES)
        .where(ROLES.c.person_party == person_party, ROLES.c.mailbox_id == mailbox_id)
        .limit(MOST_ROLES)
    )
    held = [_held(row) for row in connection.execute(query).mappings()]
    return sorted(held, key=lambda one: one.version)


def enterprises_of(connection: Connection, person_party: UUID) -> list[RoleIn]:
    """Every role that the person holds, in every enterprise; those of one mailbox together."""
    query = (
        select(ROLES)
        .where(ROLES.c.person_party == person_party)
        .order_by(ROLES.c.mailbox_id)
        .limit(MOST_ROLES)
    )
    return [RoleIn(row["mailbox_id"], _held(row)) for row in connection.execute(query).mappings()]


def _held(row: RowMapping) -> HeldRole:
    partitions = row["partitions"]
    return HeldRole(
        id=row["role_id"],
        version=row["version"],
        role=EnterpriseRole(row["role"]),
        partitions=None if partitions is None else frozenset(partitions),
    )
