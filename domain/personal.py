"""Which data are personal, said once, on the field.

`subject: Personal[dict[str, str]]` in an event means: in the event store this field is ciphertext under the
key of the party that the event's `party_id` names. `ActorOwned[str]` is the same for whoever acted, named by
the neighbouring `actor_party`. Once that party's key is destroyed the field reads as `ERASED`, and everything
around it stays readable.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from typing import Annotated, Final, Literal, TypeAlias, TypeVar


class Erasure(Enum):
    """The one value that a personal field has after its owner was erased."""

    ERASED = "erased"

    def __repr__(self) -> str:
        return "ERASED"


Erased: TypeAlias = Literal[Erasure.ERASED]
ERASED: Final = Erasure.ERASED


@dataclass(frozen=True, slots=True)
class OwnedBy:
    """Marks a field as a personal datum; `attribute` names the field that holds its owner's party id.

    That field is looked for first beside the marked one, then on the event that encloses it.
    """

    attribute: str


T = TypeVar("T")

Personal: TypeAlias = Annotated[T | Erased | None, OwnedBy("party_id")]
"""A datum of the party in the event's `party_id`; None where there is none."""

ActorOwned: TypeAlias = Annotated[T | Erased | None, OwnedBy("actor_party")]
"""A datum of whoever acted."""


def readable(value: T | Erased | None) -> T | None:
    """The value, or None where there is none or it has been erased."""
    return None if value is ERASED else value
