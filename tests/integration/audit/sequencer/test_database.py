"""The rows' database goes away at any moment, and that is never more than an interruption."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from typing import LiteralString

import psycopg
import pytest

from audit.sequencer.rowwriter import RowWriter
from domain.errors import Unavailable
from tests.auditlog import WITHIN, AuditLog, wait_for

pytestmark = pytest.mark.parametrize("log", ["postgresql"], indirect=True)

_END_WHAT_WAITS = """
    SELECT {}(pid) FROM pg_stat_activity
    WHERE datname = current_database() AND application_name = 'ebox-audit-log' AND wait_event_type = 'Lock'
    """


@pytest.mark.parametrize("end", ["pg_terminate_backend", "pg_cancel_backend"])
def test_a_look_up_that_is_broken_off_means_a_database_that_is_away(
    log: AuditLog, end: LiteralString
) -> None:
    writer = RowWriter(log.database)
    with psycopg.connect(log.url) as other, ThreadPoolExecutor(1) as threads:
        other.execute("LOCK TABLE audit.head")
        looking_up = threads.submit(writer.heads_of, [b"m" + bytes(16)])
        wait_for(lambda: other.execute(_END_WHAT_WAITS.format(end)).fetchone() is not None)
        with pytest.raises(Unavailable):
            looking_up.result(WITHIN)
    assert writer.heads_of([b"m" + bytes(16)]) == {}
