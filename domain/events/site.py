"""Integrating sites, as they are registered."""

from __future__ import annotations

from typing import Any, ClassVar

from domain.events.base import Event, FirstEvent, recorded_as
from domain.events.reference import ClientRecord, WebhookRecord


@recorded_as("site.registered")
class SiteRegistered(FirstEvent):
    """A portal through which people read their mailboxes.

    `document_events`: of which kinds of mailboxes (`citizen`, `enterprise`) it may read the document events.
    Version 2 added it and `webhooks`.
    """

    class_version: ClassVar[int] = 2

    name: dict[str, str]
    client: ClientRecord
    webhooks: list[WebhookRecord]
    document_events: list[str]

    @staticmethod
    def upcast_v1_v2(state: dict[str, Any]) -> None:
        """Sites were told nothing unasked."""
        state.update(webhooks=[], document_events=[])


@recorded_as("site.changed")
class SiteChanged(Event):
    """The site is this from now on. A suspension that its declaration asked for is over.

    Version 2 added `webhooks` and `document_events`.
    """

    class_version: ClassVar[int] = 2

    name: dict[str, str]
    client: ClientRecord
    webhooks: list[WebhookRecord]
    document_events: list[str]

    @staticmethod
    def upcast_v1_v2(state: dict[str, Any]) -> None:
        """Sites were told nothing unasked."""
        state.update(webhooks=[], document_events=[])


@recorded_as("site.suspended")
class SiteSuspended(Event):
    """Nobody reads through it any more; see `sender.suspended`. Version 2 added `by_command`."""

    class_version: ClassVar[int] = 2

    reason: str
    by_command: bool

    @staticmethod
    def upcast_v1_v2(state: dict[str, Any]) -> None:
        """There was no command."""
        state["by_command"] = False


@recorded_as("site.resumed")
class SiteResumed(Event):
    """The suspension by command is over."""
