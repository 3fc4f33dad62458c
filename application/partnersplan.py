"""What facts that are about to be recorded change, told the way an operator compares files.

Each fact says what is so from now on; the last one about the same thing says what was so until now.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from pydantic.alias_generators import to_camel

from application.partnersshown import shown
from domain.events import Event, auditor, enterprise, officer, reference, site
from domain.events.reference import Presentation


class Sign(StrEnum):
    """Whether something comes, changes or goes."""

    ADDED = "+"
    CHANGED = "~"
    REMOVED = "-"


@dataclass(frozen=True, slots=True)
class Change:
    """One thing that changes. `details`: a line for each field, with its name in the file."""

    sign: Sign
    kind: str
    name: str
    details: tuple[str, ...] = ()


Masked = Callable[[UUID], str | None]
"""A person's number with all but its end hidden, by party; None for who was erased."""

_ENVELOPE: Final = frozenset(
    {"originator_id", "originator_version", "timestamp", "event_id", "originator_topic"}
)
_NAMES: Final = frozenset({"enterprise_number", "application_id", "message_type_id", "officer_id"})
_ERASED: Final = "a person whose number was erased"


def changes(past: Sequence[Event], new: Sequence[Event], masked: Masked) -> list[Change]:
    """What `new` changes of a stream that holds `past`."""
    stream = _Stream(masked)
    return [stream.take(event) for event in (*past, *new)][len(past) :]


class _Stream:
    """What is so after the events taken so far."""

    def __init__(self, masked: Masked) -> None:
        self._masked = masked
        self._owner = ("", "")
        self._is_suspended = False
        self._known: dict[tuple[str, str], dict[str, Any]] = {}
        self._roles: dict[UUID, enterprise.RoleAssigned] = {}

    def take(self, event: Event) -> Change:
        """What the event changes."""
        match event:
            case enterprise.RoleAssigned():
                self._roles[event.role_id] = event
                return self._role(Sign.ADDED, event)
            case enterprise.RoleWithdrawn():
                return self._role(Sign.REMOVED, self._roles.pop(event.role_id))
            case reference.ApplicationRegistered() | reference.ApplicationChanged():
                return self._told(("application", event.application_id), event)
            case reference.MessageTypeRegistered() | reference.MessageTypeChanged():
                return self._told(("message type", event.message_type_id), event)
            case _:
                return self._suspension(event) or self._of_owner(event)

    def _suspension(self, event: Event) -> Change | None:
        match event:
            case reference.SenderSuspended() | site.SiteSuspended() | auditor.AuditorSuspended():
                self._is_suspended |= not event.by_command
                told, thing = f"suspended: {event.reason}", self._owner
            case reference.SenderResumed() | site.SiteResumed() | auditor.AuditorResumed():
                told, thing = "resumed", self._owner
            case reference.ClientSuspended():
                told, thing = f"suspended: {event.reason}", ("client", event.client_id)
            case reference.ClientResumed():
                told, thing = "resumed", ("client", event.client_id)
            case _:
                return None
        return Change(Sign.CHANGED, *thing, (told,))

    def _of_owner(self, event: Event) -> Change:
        match event:
            case reference.SenderRegistered():
                self._owner = ("organisation", event.enterprise_number)
            case site.SiteRegistered() | site.SiteChanged():
                self._owner = ("site", event.client.client_id)
            case auditor.AuditorRegistered() | auditor.AuditorChanged():
                self._owner = ("auditor", event.client.client_id)
            case officer.OfficerRegistered() | officer.OfficerChanged():
                self._owner = ("officer", event.officer_id)
            case enterprise.EnterpriseRegistered():
                self._owner = ("enterprise", event.enterprise_number)
        lifted = ("suspended: no longer",) if self._is_suspended else ()
        self._is_suspended = False
        change = self._told(self._owner, event)
        return dataclasses.replace(change, details=(*change.details, *lifted))

    def _told(self, thing: tuple[str, str], event: Event) -> Change:
        before, after = self._known.get(thing), _fields(event)
        self._known[thing] = after
        if before is None:
            lines = [f"{name}: {text}" for name, value in after.items() if (text := shown(value))]
            return Change(Sign.ADDED, *thing, tuple(lines))
        lines = [
            f"{name}: {text}"
            for name, value in after.items()
            if value != before[name]
            for text in _difference(before[name], value)
        ]
        return Change(Sign.CHANGED, *thing, tuple(lines))

    def _role(self, sign: Sign, event: enterprise.RoleAssigned) -> Change:
        who = self._masked(event.person_party) or _ERASED
        where = "" if event.partitions is None else f" in {', '.join(event.partitions)}"
        return Change(sign, "role", f"{event.role} of {self._owner[1]}: {who}{where}")


def _fields(event: Event) -> dict[str, Any]:
    """What the event says, by the names that the file has for it."""
    found: dict[str, Any] = {}
    for field in dataclasses.fields(event):
        value = getattr(event, field.name)
        if isinstance(value, Presentation):
            found |= {to_camel(one.name): getattr(value, one.name) for one in dataclasses.fields(value)}
        elif field.name not in _ENVELOPE | _NAMES:
            found[to_camel(field.name)] = value
    return found


def _difference(before: Any, after: Any) -> Iterator[str]:
    """The value of before and of now; of a list, what leaves and what comes."""
    if not (isinstance(before, list) and isinstance(after, list)):
        yield f"{shown(before) or 'none'} → {shown(after) or 'none'}"
        return
    gone = [shown(one) for one in before if one not in after]
    come = [shown(one) for one in after if one not in before]
    yield from (f"- {text}" for text in gone)
    yield from (f"+ {text}" for text in come)
    if not gone and not come:
        yield "in another order"
