"""Every event there is, one file for each stream's. Importing this package registers all topics."""

from domain.events import (
    access,
    audit,
    audit_log,
    auditor,
    document,
    enterprise,
    erasure,
    mailbox,
    message,
    notification,
    officer,
    publication,
    reference,
    retention,
    scope,
    site,
)
from domain.events.base import EVENTS, Event, FirstEvent

__all__ = [
    "EVENTS",
    "Event",
    "FirstEvent",
    "access",
    "audit",
    "audit_log",
    "auditor",
    "document",
    "enterprise",
    "erasure",
    "mailbox",
    "message",
    "notification",
    "officer",
    "publication",
    "reference",
    "retention",
    "scope",
    "site",
]
