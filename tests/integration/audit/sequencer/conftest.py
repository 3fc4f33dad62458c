"""Audit logs on every database there is one for."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.auditlog import AuditLog
from tests.logbook import a_key_store, an_event_store


@pytest.fixture(params=["sqlite", "postgresql"])
def log(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[AuditLog]:
    """An empty audit log beside an empty event store, on each database."""
    events, rows = f"sqlite:///{tmp_path}/events.sqlite", f"sqlite:///{tmp_path}/audit.sqlite"
    if request.param == "postgresql":
        events = rows = str(request.getfixturevalue("postgres_database"))
    yield from a_log(tmp_path, events, rows)


@pytest.fixture
def small_log(tmp_path: Path) -> Iterator[AuditLog]:
    """The same on SQLite alone, for what no database matters to."""
    yield from a_log(tmp_path, f"sqlite:///{tmp_path}/events.sqlite", f"sqlite:///{tmp_path}/audit.sqlite")


def a_log(tmp_path: Path, events_url: str, rows_url: str) -> Iterator[AuditLog]:
    """An empty audit log at these addresses."""
    with a_key_store(tmp_path) as keys, an_event_store(events_url, keys.keys) as events:
        log = AuditLog(events, events_url, rows_url, tmp_path)
        try:
            yield log
        finally:
            log.database.close()
