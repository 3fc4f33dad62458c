"""Roles in an enterprise: what a person is there, and whether that lets the person read its mailbox.

An operator assigns them. A role may be held for some of the enterprise's partitions only.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import Final
from uuid import UUID


class EnterpriseRole(StrEnum):
    """What a person is in an enterprise."""

    LEGAL_REPRESENTATIVE = "legalRepresentative"
    ACCESS_MANAGER = "accessManager"
    CO_ACCESS_MANAGER = "coAccessManager"
    MANDATE_MANAGER = "mandateManager"
    READER = "reader"
    PUBLISHER = "publisher"


_READERS: Final = frozenset(EnterpriseRole) - {EnterpriseRole.MANDATE_MANAGER, EnterpriseRole.PUBLISHER}

_MANAGERS: Final = frozenset(
    {EnterpriseRole.LEGAL_REPRESENTATIVE, EnterpriseRole.ACCESS_MANAGER, EnterpriseRole.CO_ACCESS_MANAGER}
)


@dataclass(frozen=True, slots=True)
class HeldRole:
    """A role that a person holds. `id` is its assignment's, `version` that of the enterprise's stream then.

    `partitions` are those that it reaches; None: all of them, and what is in none.
    """

    id: UUID
    version: int
    role: EnterpriseRole
    partitions: frozenset[str] | None

    @property
    def manages(self) -> bool:
        """Whether who holds it manages the enterprise: a part of one is not managed."""
        return may_manage(self.role) and self.partitions is None


def may_read(role: EnterpriseRole) -> bool:
    """Whether who holds the role reads the enterprise's mailbox."""
    return role in _READERS


def may_manage(role: EnterpriseRole) -> bool:
    """Whether who holds the role decides how the enterprise is told, and sees who looked."""
    return role in _MANAGERS
