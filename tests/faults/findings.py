"""What the checker found to be wrong."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final, Literal

Kind = Literal[
    "lost",
    "doubled",
    "altered",
    "surplus",
    "unrecorded",
    "wrongly recorded",
    "not told",
    "told twice",
    "unequal",
    "answered wrongly",
    "ended by itself",
    "not recovered",
]

LOST: Final[frozenset[Kind]] = frozenset({"lost", "altered", "unrecorded", "not told"})
"""What counts as lost in the totals: a publication, its bytes, the record of a read, a notification."""

DOUBLED: Final[frozenset[Kind]] = frozenset({"doubled", "told twice"})


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that is wrong. `what` names it by opaque ids and tags."""

    kind: Kind
    what: str

    def __str__(self) -> str:
        return f"{self.kind}: {self.what}"
