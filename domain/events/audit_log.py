"""What the audit log itself puts on record: that it began, who signs it, and that a day is over.

Of each its plain fields stand openly in its leaf; see `audit.leaf`.
"""

from __future__ import annotations

from datetime import date

from domain.events.base import Event, recorded_as


@recorded_as("audit_log.began")
class AuditLogBegan(Event):
    """A log began under this origin, signed by whoever has these keys: again where another log is begun."""

    origin: str
    vkeys: list[str]


@recorded_as("audit_log.key_rotated")
class AuditLogKeyRotated(Event):
    """From now on these keys sign, the current one first."""

    vkeys: list[str]


@recorded_as("audit_log.day_closed")
class AuditLogDayClosed(Event):
    """The day (UTC) is over; this event's leaf tells the root of all mailboxes' last leaves."""

    day: date
