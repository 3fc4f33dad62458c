"""The audit log's own events."""

from __future__ import annotations

from datetime import date

from domain.events import Event
from domain.events.audit_log import AuditLogBegan, AuditLogDayClosed, AuditLogKeyRotated
from tests.contract.stored.common import event

_VKEY = "ebox.example/audit+c11b7f4f+AZnUIUWm8O3aWb7L1vTXiMDPeXCkCk2VXbV6dTMtgeuh"

EXPECTED: dict[str, Event] = {
    "audit_log.began.v1": event(AuditLogBegan, 1, origin="ebox.example/audit", vkeys=[_VKEY]),
    "audit_log.key_rotated.v1": event(AuditLogKeyRotated, vkeys=[_VKEY]),
    "audit_log.day_closed.v1": event(AuditLogDayClosed, 3, day=date(2026, 1, 1)),
}
