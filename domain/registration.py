"""What registrations have in common: they can be suspended, by their declaration and by an operator at once.

The two are apart, so that a declaration which does not speak of the operator's suspension leaves it alone.
"""

from __future__ import annotations

from abc import abstractmethod
from datetime import datetime

from domain.aggregate import AggregateRoot
from domain.errors import Conflict
from domain.events.base import Event


class Registration(AggregateRoot):
    """A registration that can be suspended."""

    def __init__(self) -> None:
        self.suspended_by_declaration = False
        self.suspended_by_command = False

    @property
    def is_suspended(self) -> bool:
        """Whether it is, for either reason."""
        return self.suspended_by_declaration or self.suspended_by_command

    def suspend(self, reason: str, at: datetime) -> None:
        """By command, at once. A second time changes nothing."""
        if not self.suspended_by_command:
            self.record(self._suspended_and_resumed()[0], at, reason=reason, by_command=True)

    def resume(self, at: datetime) -> None:
        """End the suspension by command. Raises `Conflict` where there is none."""
        if not self.suspended_by_command:
            raise Conflict("no command has suspended it; what a partners file suspends, that file resumes")
        self.record(self._suspended_and_resumed()[1], at)

    @staticmethod
    @abstractmethod
    def _suspended_and_resumed() -> tuple[type[Event], type[Event]]:
        """Its facts about that. (The library would subclass events that stand in a class.)"""

    def _is_lifted(self, declared: str | None) -> bool:
        return self.suspended_by_declaration and declared is None

    def _declare_suspension(self, declared: str | None, at: datetime) -> None:
        if declared is not None and not self.suspended_by_declaration:
            self.record(self._suspended_and_resumed()[0], at, reason=declared, by_command=False)

    def _suspended(self, by_command: bool) -> None:
        if by_command:
            self.suspended_by_command = True
        else:
            self.suspended_by_declaration = True
