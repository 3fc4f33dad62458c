"""How events change the registrations: the log says from which event on a webhook is told, and until when.

Reference data come a moment later and know no order; a webhook that was registered or suspended between two
publications would be told of too much or too little.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any, Final

from domain.events import Event
from domain.events import reference as facts
from domain.events import site as sites
from webhooks.endpoints import Registration, Webhook

TOPICS: Final = frozenset(
    event.TOPIC
    for event in (
        facts.SenderRegistered,
        facts.SenderChanged,
        facts.SenderSuspended,
        facts.SenderResumed,
        sites.SiteRegistered,
        sites.SiteChanged,
        sites.SiteSuspended,
        sites.SiteResumed,
    )
)


def after(known: Registration | None, event: Event) -> Registration | None:
    """The registration once this event of its stream has happened; None where it is about none."""
    match event:
        case facts.SenderRegistered():
            known = Registration(event.originator_id, event.enterprise_number, None)
        case sites.SiteRegistered():
            known = Registration(event.originator_id, None, event.client.client_id)
    return None if known is None else replace(known, **_changes(event))


def _changes(event: Event) -> dict[str, Any]:
    match event:
        case facts.SenderRegistered() | facts.SenderChanged():
            return {"webhooks": _webhooks(event.webhooks), "suspended_by_declaration": False}
        case sites.SiteRegistered() | sites.SiteChanged():
            return {
                "webhooks": _webhooks(event.webhooks),
                "mailbox_kinds": frozenset(event.document_events),
                "suspended_by_declaration": False,
            }
        case facts.SenderSuspended() | sites.SiteSuspended():
            return {"suspended_by_command" if event.by_command else "suspended_by_declaration": True}
        case facts.SenderResumed() | sites.SiteResumed():
            return {"suspended_by_command": False}
    return {}


def _webhooks(declared: Sequence[facts.WebhookRecord]) -> tuple[Webhook, ...]:
    return tuple((one.id, one.url, frozenset(one.events)) for one in declared)
