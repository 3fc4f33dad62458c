"""The folder that items name files in, and nothing outside of it."""

from __future__ import annotations

from collections import OrderedDict
from pathlib import Path
from typing import Final

from ebox_client import sha256_of

from commands.publishing.items import ItemInvalid

_REMEMBERED: Final = 10_000
"""Digests: of a file that many items share, one is enough."""


class Folder:
    """Gives files by their names, relative to the folder."""

    def __init__(self, path: Path | None) -> None:
        self._root = None if path is None else path.resolve()
        self._digests: OrderedDict[str, str] = OrderedDict()

    def path(self, name: str) -> Path:
        """Where the file lies. Raises `ItemInvalid` where it is not there, or not below the folder.

        Links are followed before it is judged, so that none leads out.
        """
        if self._root is None:
            raise ItemInvalid("names files; say with --files where they lie")
        try:
            path = (self._root / name).resolve()
        except (OSError, ValueError):
            raise ItemInvalid("names a file that there cannot be") from None
        if not path.is_relative_to(self._root):
            raise ItemInvalid("names a file outside the folder")
        if not path.is_file():
            raise ItemInvalid("names a file that is not there")
        return path

    def knows(self, name: str) -> bool:
        """Whether the file's digest is at hand."""
        return name in self._digests

    def digest(self, name: str) -> str:
        """The file's SHA-256. Raises `OSError`, `ItemInvalid`."""
        known = self._digests.get(name)
        if known is None:
            known = self._digests[name] = sha256_of(self.path(name))
            if len(self._digests) > _REMEMBERED:
                self._digests.popitem(last=False)
        return known
