"""An integrating site: registered, changed and suspended as its declaration or a command says."""

from __future__ import annotations

from datetime import datetime
from functools import singledispatchmethod
from typing import Any

from domain.declarations import SiteDeclaration
from domain.events import site as facts
from domain.events.base import Event
from domain.ids import site_id
from domain.registration import Registration


class Site(Registration):
    """An integrating site."""

    TOPIC = "site"

    @classmethod
    def register(cls, declared: SiteDeclaration, at: datetime) -> Site:
        """A new site."""
        site = cls.begin(facts.SiteRegistered, site_id(declared.client.client_id), at, **_of_site(declared))
        site.declare(declared, at)
        return site

    def declare(self, declared: SiteDeclaration, at: datetime) -> None:
        """Record what differs from the declaration. Its own suspension is lifted by `site.changed`."""
        if self._is_lifted(declared.suspended) or self.on_record != _of_site(declared):
            self.record(facts.SiteChanged, at, **_of_site(declared))
        self._declare_suspension(declared.suspended, at)

    @staticmethod
    def _suspended_and_resumed() -> tuple[type[Event], type[Event]]:
        return facts.SiteSuspended, facts.SiteResumed

    @singledispatchmethod
    def when(self, event: Event) -> None:
        """Take a fact in."""

    @when.register(facts.SiteRegistered)
    @when.register(facts.SiteChanged)
    def _(self, event: facts.SiteRegistered | facts.SiteChanged) -> None:
        self.on_record = _of_site(event)
        self.suspended_by_declaration = False

    @when.register
    def _(self, event: facts.SiteSuspended) -> None:
        self._suspended(event.by_command)

    @when.register
    def _(self, event: facts.SiteResumed) -> None:
        self.suspended_by_command = False


def _of_site(source: SiteDeclaration | facts.SiteRegistered | facts.SiteChanged) -> dict[str, Any]:
    """What `site.changed` tells, of a declaration or an event."""
    return {name: getattr(source, name) for name in ("name", "client", "webhooks", "document_events")}
