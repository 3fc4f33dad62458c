"""Officers: who approves erasures, as they are registered."""

from __future__ import annotations

from typing import Any

from domain.events.base import Event, FirstEvent, recorded_as


@recorded_as("officer.registered")
class OfficerRegistered(FirstEvent):
    """An officer's function, and the public key (a JWK) that their approvals are checked with.

    `suspended`: why they may not approve (any more), if so.
    """

    officer_id: str
    name: dict[str, str]
    key: dict[str, Any]
    suspended: str | None


@recorded_as("officer.changed")
class OfficerChanged(Event):
    """The officer's registration is this from now on."""

    officer_id: str
    name: dict[str, str]
    key: dict[str, Any]
    suspended: str | None
