"""Whatever is done to a log or its event store, the verifier says so, and where.

`python -m tests.tampering` prints the table of it.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from typing import LiteralString

import psycopg
import pytest

from audit.verifier.findings import FINE, Report, Rule
from audit.verifier.rows import PostgresRows, SqliteRows, rows_at
from eventstore.backend import backend_for
from tests.tampering.cases import TAMPERINGS
from tests.tampering.scene import Expected, Scene, Tampering

AS_IT_IS = Tampering("nothing", lambda _scene: [], with_rows=True)


def assert_found(report: Report, expected: list[Expected], tampering: Tampering) -> None:
    """Each expected finding is there, and nothing else but what may be."""
    told = [(one.rule, one.leaf, one.subject) for one in report.findings]
    for one in expected:
        assert any(
            rule is one.rule and one.leaf in {None, index} and one.subject in {None, subject}
            for rule, index, subject in told
        ), (one, told)
    assert {rule for rule, _, _ in told} <= {one.rule for one in expected} | tampering.others, told
    assert report.exit_code == tampering.code


@pytest.fixture
def on_postgres(scene: Scene, postgres_database: str) -> str:
    """The URL of the same events in PostgreSQL, at the same positions."""
    backend = backend_for(postgres_database)
    backend.create_tables()
    backend.restore([scene.rows()])
    return postgres_database


def test_nothing_is_wrong_with_what_the_audit_log_made(scene: Scene) -> None:
    report = scene.verify(AS_IT_IS)
    assert (report.exit_code, report.findings, report.cannot_tell) == (FINE, [], [])


@pytest.mark.parametrize("tampering", TAMPERINGS, ids=lambda one: one.what)
def test_tampering_is_found_where_it_was_done(scene: Scene, tampering: Tampering) -> None:
    assert scene.leaves
    before = scene.digests()
    expected = list(tampering.how(scene))
    assert scene.digests() != before
    assert_found(scene.verify(tampering), expected, tampering)


def test_nothing_is_wrong_with_the_same_rows_in_postgresql(scene: Scene, on_postgres: str) -> None:
    report = scene.verify(AS_IT_IS, event_store=on_postgres)
    assert (report.exit_code, report.findings) == (FINE, [])


@pytest.mark.parametrize(
    ("statement", "rule"),
    [
        ("DELETE FROM stored_events WHERE notification_id = %s", Rule.ROW_MISSING),
        ("UPDATE stored_events SET state = '' WHERE notification_id = %s", Rule.PAYLOAD_MISSING),
        ("UPDATE stored_events SET state = state || ' ' WHERE notification_id = %s", Rule.ROW_CHANGED),
        ("UPDATE stored_events SET originator_version = 9 WHERE notification_id = %s", Rule.ROW_CHANGED),
        ("UPDATE stored_events SET notification_id = 99999 WHERE notification_id = %s", Rule.ROW_MOVED),
    ],
)
def test_tampering_in_postgresql_is_found_as_well(
    scene: Scene, on_postgres: str, statement: LiteralString, rule: Rule
) -> None:
    index = scene.index("mailbox.activated")
    with psycopg.connect(on_postgres) as connection:
        assert connection.execute(statement, [scene.leaves[index].position]).rowcount == 1
    report = scene.verify(AS_IT_IS, event_store=on_postgres)
    assert [(one.rule, one.leaf, one.subject) for one in report.findings] == [
        (rule, index, scene.leaves[index].subject)
    ]


def test_the_verifier_cannot_write_to_the_event_store(on_postgres: str, scene: Scene) -> None:
    rows = [rows_at(on_postgres), rows_at(scene.event_store)]
    refused = [psycopg.errors.ReadOnlySqlTransaction, sqlite3.OperationalError]
    for one, error in zip(rows, refused, strict=True):
        assert isinstance(one, PostgresRows | SqliteRows)
        with closing(one), pytest.raises(error):
            one.connection.execute("DELETE FROM stored_events")
