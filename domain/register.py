"""What the registers of persons and of enterprises say of a number, as far as publishing needs to know.

The national register and the Crossroads Bank are not ours. Whoever runs an installation says where they are
asked; `PartyRegister` is all that the rest of the house knows of them.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from typing import Protocol, TypeAlias

from domain.identifiers import Identifier


@dataclass(frozen=True, slots=True)
class Exists:
    """The number is in use."""


@dataclass(frozen=True, slots=True)
class Unknown:
    """The register does not have the number."""


@dataclass(frozen=True, slots=True)
class Deceased:
    """The person died; `on` where the register tells the day."""

    on: date | None = None


@dataclass(frozen=True, slots=True, repr=False)
class ReplacedBy:
    """The same person or enterprise has another number now, of the same scheme. `repr` hides it."""

    number: str

    def __repr__(self) -> str:
        return "ReplacedBy(…)"


@dataclass(frozen=True, slots=True)
class Ceased:
    """The enterprise or establishment is no more; `on` where the register tells the day."""

    on: date | None = None


Finding: TypeAlias = Exists | Unknown | Deceased | ReplacedBy | Ceased


class PartyRegister(Protocol):
    """Answers what has become of numbers. Its adapters are in `registers/`.

    Both raise `domain.errors.Unavailable` when there is no answer: nobody may take that for a yes.
    """

    async def check(self, identifier: Identifier) -> Finding:
        """What the register says of this number."""
        ...

    async def check_all(self, identifiers: Collection[Identifier]) -> dict[Identifier, Finding]:
        """The same of many at once: a finding for each of them, or an error."""
        ...
