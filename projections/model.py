"""What a read model is: a name, its tables, the events it takes in and the fold that does so."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, Table

from domain.events.base import Event

Located = tuple[int, Event]
"""An event with its position."""

Row = dict[str, Any]
"""One row of a table, by column name."""


@dataclass(frozen=True, slots=True)
class ReadModel:
    """A read model.

    `fold` takes a page of events in position order, all of types in `handles` and none of them taken in
    before, and writes what follows from them. The runner commits it together with the model's new position,
    so a fold meets each event exactly once. `version` goes up when the fold makes other rows of the same
    events: together with the tables' shape it decides whether `ebox migrate` builds the model anew.
    """

    name: str
    tables: tuple[Table, ...]
    handles: frozenset[type[Event]]
    fold: Callable[[Connection, Sequence[Located]], None]
    version: int = 1

    def pick(self, page: Sequence[Located], after: int) -> list[Located]:
        """Those of the page's events past `after` that this model takes in."""
        handles = self.handles
        return [one for one in page if one[0] > after and type(one[1]) in handles]
