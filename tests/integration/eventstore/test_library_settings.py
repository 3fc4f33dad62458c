"""The library as we set it up: what it leaves dangerous or slow is settled."""

from __future__ import annotations

import time
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
from structlog.testing import capture_logs

from domain.errors import Unavailable
from eventstore.backend import backend_for
from eventstore.errors import UnsafeSetting
from eventstore.keystore import KeyStore
from eventstore.library import Log
from eventstore.store import EventStore
from tests.logbook import an_event_store, an_opening, key_store_at
from tests.servers.ports import LOOPBACK, free_port


def test_starting_makes_no_tables(url: str, key_store: KeyStore) -> None:
    store = EventStore(backend_for(url), key_store.keys)
    with pytest.raises(Unavailable) as refusal:
        store.append_now(an_opening())
    assert type(refusal.value) is Unavailable
    store.close()
    with psycopg.connect(url) as connection:
        assert connection.execute("SELECT FROM pg_tables WHERE schemaname = 'public'").fetchall() == []


def test_the_librarys_insert_function_which_takes_no_lock_does_not_exist(store: EventStore, url: str) -> None:
    with psycopg.connect(url) as connection:
        functions = connection.execute("SELECT proname FROM pg_proc WHERE proname LIKE 'es\\_%'").fetchall()
    assert functions == []


def test_the_table_is_vacuumed_a_few_rows_at_a_time(store: EventStore, url: str) -> None:
    with psycopg.connect(url) as connection:
        row = connection.execute("SELECT reloptions FROM pg_class WHERE relname = 'stored_events'").fetchone()
    assert row is not None
    assert {"autovacuum_freeze_min_age=0", "autovacuum_vacuum_insert_scale_factor=0.02"} <= set(row[0])


def test_snapshots_are_off_whatever_the_environment_says(
    url: str, key_store: KeyStore, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("IS_SNAPSHOTTING_ENABLED", "yes")
    log = Log(dict(backend_for(url).environment), key_store.keys)
    assert log.snapshots is None
    log.close()


def test_a_server_that_is_not_there_is_noticed_in_seconds(key_store: KeyStore) -> None:
    url = f"postgresql://nobody:nothing@{LOOPBACK}:{free_port()}/nowhere"
    store = EventStore(backend_for(url), key_store.keys)
    began = time.monotonic()
    with pytest.raises(Unavailable):
        store.max_position()
    with pytest.raises(Unavailable) as refusal:
        store.append_now(an_opening())
    assert type(refusal.value) is Unavailable
    store.close()
    assert time.monotonic() - began < 30


@pytest.mark.parametrize(
    ("configured", "used"), [("off", "on"), ("local", "on"), ("on", "on"), ("remote_apply", "remote_apply")]
)
def test_commits_of_events_and_keys_last_however_the_server_is_configured(
    url: str, key_store: KeyStore, configured: str, used: str
) -> None:
    with psycopg.connect(url, autocommit=True) as owner:
        owner.execute(f"ALTER DATABASE {owner.info.dbname} SET synchronous_commit = {configured}")
    with an_event_store(url, key_store.keys) as store, psycopg.connect(url, autocommit=True) as owner:
        owner.execute("CREATE TABLE seen (setting text)")
        owner.execute(
            "CREATE FUNCTION look() RETURNS trigger LANGUAGE plpgsql AS "
            "$$BEGIN INSERT INTO seen SELECT current_setting('synchronous_commit'); RETURN NULL; END$$"
        )
        owner.execute("CREATE TRIGGER look AFTER INSERT ON stored_events EXECUTE FUNCTION look()")
        store.append_now(an_opening())
        assert owner.execute("SELECT setting FROM seen").fetchall() == [(used,)]
    keys = key_store_at(url)
    with keys.engine.begin() as connection:
        assert connection.execute(sa.text("SHOW synchronous_commit")).scalar() == used
    keys.close()


def test_a_server_that_does_not_sync_is_pointed_out(url: str, postgres_database: str) -> None:
    for where, warnings in ((url, []), (postgres_database, ["eventstore.fsync_is_off"])):
        backend_for(where).create_tables()
        with capture_logs() as logs:
            backend_for(where).check()
        assert [entry["event"] for entry in logs] == warnings


def test_a_table_that_is_missing_is_noticed_by_the_check(url: str, tmp_path: Path) -> None:
    for missing in (url, f"sqlite:///{tmp_path}/none.sqlite"):
        with pytest.raises(Unavailable):
            backend_for(missing).check()


def test_an_event_store_in_memory_is_refused() -> None:
    for url in ("sqlite://", "sqlite:///:memory:", "mysql://host/db"):
        with pytest.raises(UnsafeSetting):
            backend_for(url)


def test_sqlite_writes_reach_the_disk(tmp_path: Path, key_store: KeyStore) -> None:
    with an_event_store(f"sqlite:///{tmp_path}/events.sqlite", key_store.keys) as store:
        recorder = store.recorder
        with recorder.datastore.transaction(commit=False) as cursor:  # type: ignore[attr-defined]
            settings = {}
            for pragma in ("synchronous", "journal_mode"):
                cursor.execute(f"PRAGMA {pragma}")
                settings[pragma] = cursor.fetchone()[0]
    assert settings == {"synchronous": 2, "journal_mode": "wal"}
