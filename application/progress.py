"""How a long piece of work says how far it is; a command draws it, a test looks at it."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Told of steps, one after the other."""

    def begin(self, step: str, total: int) -> None:
        """A step begins; `total` in whatever is counted, 0 where nobody knows."""
        ...

    def advance(self, count: int) -> None:
        """So many more are done."""
        ...


class Silent:
    """For whoever does not watch. Implements `Progress`."""

    def begin(self, step: str, total: int) -> None:
        """Nothing."""

    def advance(self, count: int) -> None:
        """Nothing."""
