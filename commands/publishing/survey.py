"""The first look at the file: how much there is, which files many items share, and what is wrong with it.

Nothing is published before all of it has been read: a mistake in the last line is found before the first
message.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from typing import Final, TypeAlias

from commands.publishing.folder import Folder
from commands.publishing.items import Item, ItemInvalid

Reading: TypeAlias = Callable[[], Iterator[Item | ItemInvalid]]
"""Reads the file from its beginning."""

TOLD: Final = 10
"""So many mistakes are told in words."""


@dataclass(slots=True)
class Survey:
    """What the file holds."""

    items: int = 0
    shared: set[str] = field(default_factory=set)
    mistakes: list[str] = field(default_factory=list)
    mistaken: int = 0


def survey(read: Reading, folder: Folder) -> Survey:
    """Read all of it once. Only names of files are remembered."""
    found = Survey()
    met: set[str] = set()
    for item in read():
        if isinstance(item, ItemInvalid):
            _note(found, str(item))
            continue
        found.items += 1
        for name in dict.fromkeys(item.files.values()):
            if name in met:
                found.shared.add(name)
                continue
            met.add(name)
            try:
                folder.path(name)
            except ItemInvalid as error:
                _note(found, f"item {item.number}: {error}")
    return found


def _note(found: Survey, mistake: str) -> None:
    found.mistaken += 1
    if found.mistaken <= TOLD:
        found.mistakes.append(mistake)
