"""An auditor: registered, changed and suspended as its declaration or a command says."""

from __future__ import annotations

from datetime import datetime
from functools import singledispatchmethod
from typing import Any

from domain.declarations import AuditorDeclaration
from domain.events import auditor as facts
from domain.events.base import Event
from domain.ids import auditor_id
from domain.registration import Registration


class Auditor(Registration):
    """An auditor's client and what it may ask a scope for."""

    TOPIC = "auditor"

    @classmethod
    def register(cls, declared: AuditorDeclaration, at: datetime) -> Auditor:
        """A new auditor."""
        stream = auditor_id(declared.client.client_id)
        auditor = cls.begin(facts.AuditorRegistered, stream, at, **_of_auditor(declared))
        auditor.declare(declared, at)
        return auditor

    def declare(self, declared: AuditorDeclaration, at: datetime) -> None:
        """Record what differs from the declaration. Its own suspension is lifted by `auditor.changed`."""
        if self._is_lifted(declared.suspended) or self.on_record != _of_auditor(declared):
            self.record(facts.AuditorChanged, at, **_of_auditor(declared))
        self._declare_suspension(declared.suspended, at)

    @staticmethod
    def _suspended_and_resumed() -> tuple[type[Event], type[Event]]:
        return facts.AuditorSuspended, facts.AuditorResumed

    @singledispatchmethod
    def when(self, event: Event) -> None:
        """Take a fact in."""

    @when.register(facts.AuditorRegistered)
    @when.register(facts.AuditorChanged)
    def _(self, event: facts.AuditorRegistered | facts.AuditorChanged) -> None:
        self.on_record = _of_auditor(event)
        self.suspended_by_declaration = False

    @when.register
    def _(self, event: facts.AuditorSuspended) -> None:
        self._suspended(event.by_command)

    @when.register
    def _(self, event: facts.AuditorResumed) -> None:
        self.suspended_by_command = False


def _of_auditor(
    source: AuditorDeclaration | facts.AuditorRegistered | facts.AuditorChanged,
) -> dict[str, Any]:
    """What `auditor.changed` tells, of a declaration or an event."""
    return {name: getattr(source, name) for name in ("name", "client", "grants")}
