"""An officer: registered, changed and suspended as the partners file says."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from functools import singledispatchmethod
from typing import Any

from domain.aggregate import AggregateRoot
from domain.events.base import Event
from domain.events.officer import OfficerChanged, OfficerRegistered
from domain.ids import officer_id


@dataclass(frozen=True, slots=True)
class OfficerDeclaration:
    """An officer as an operator declares them; `domain/events/officer.py` says what the fields mean."""

    officer_id: str
    name: dict[str, str]
    key: dict[str, Any]
    suspended: str | None = None


class Officer(AggregateRoot):
    """Somebody whose approval an erasure needs."""

    TOPIC = "officer"

    @classmethod
    def register(cls, declared: OfficerDeclaration, at: datetime) -> Officer:
        """A new officer."""
        return cls.begin(OfficerRegistered, officer_id(declared.officer_id), at, **_facts(declared))

    def declare(self, declared: OfficerDeclaration, at: datetime) -> None:
        """Record what differs from the declaration."""
        if _facts(self.on_record) != _facts(declared):
            self.record(OfficerChanged, at, **_facts(declared))

    @property
    def key(self) -> dict[str, Any]:
        """The public key, a JWK."""
        return self.on_record.key

    @property
    def is_suspended(self) -> bool:
        """Whether their approvals do not count now."""
        return self.on_record.suspended is not None

    @singledispatchmethod
    def when(self, event: Event) -> None:
        """Take a fact in."""

    @when.register(OfficerRegistered)
    @when.register(OfficerChanged)
    def _(self, event: OfficerRegistered | OfficerChanged) -> None:
        self.on_record = event


def _facts(source: OfficerDeclaration | OfficerRegistered | OfficerChanged) -> dict[str, Any]:
    return {name: getattr(source, name) for name in ("officer_id", "name", "key", "suspended")}
