"""Each package's scripts make what its module says, also when many migrate at once."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from threading import Barrier
from typing import Any

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

import identity.tables
from eventstore import partytables
from eventstore.keystore import KeyStoreDatabase
from notifier import tables as outbox_tables
from notifier.database import OutboxDatabase
from notifier.outbox import Outbox
from tests.contract.migrations.looking import shape, version
from webhooks import tables as webhook_tables
from webhooks.deliveries import Deliveries

ROOT = Path(__file__).parents[3]
WITHIN = 60.0


@contextmanager
def parties_at(url: str) -> Iterator[Callable[[], None]]:
    database = KeyStoreDatabase(url)
    yield database.create_tables
    database.close()


@contextmanager
def authorization_server_at(url: str) -> Iterator[Callable[[], None]]:
    database = KeyStoreDatabase(url)
    engine = database.engine.execution_options(immediate=True)
    yield lambda: identity.tables.create_tables(engine)
    database.close()


@contextmanager
def outbox_at(url: str) -> Iterator[Callable[[], None]]:
    outbox = Outbox(url)
    yield outbox.create_tables
    outbox.close()


@contextmanager
def deliveries_at(url: str) -> Iterator[Callable[[], None]]:
    database = OutboxDatabase(url)
    yield Deliveries(database).create_tables
    database.close()


@dataclass(frozen=True)
class Tables:
    """Those of one package."""

    package: str
    version_table: str
    metadata: sa.MetaData
    at: Any

    @property
    def scripts(self) -> Path:
        return ROOT / self.package / "migrations"

    def make(self, url: str) -> None:
        with self.at(url) as create_tables:
            create_tables()


ALL = (
    Tables("eventstore", "party_version", partytables.METADATA, parties_at),
    Tables("identity", "identity_version", identity.tables.metadata, authorization_server_at),
    Tables("notifier", "outbox_version", outbox_tables.METADATA, outbox_at),
    Tables("webhooks", webhook_tables.VERSION_TABLE, webhook_tables.METADATA, deliveries_at),
)
each = pytest.mark.parametrize("tables", ALL, ids=lambda tables: tables.package)


@each
def test_the_scripts_stand_in_one_row_as_their_file_names_say(tables: Tables) -> None:
    directory = ScriptDirectory(tables.scripts, version_locations=[tables.scripts])
    row = list(reversed(list(directory.walk_revisions())))
    assert [script.revision for script in row] == [f"{n:04}" for n in range(1, len(row) + 1)]
    assert all(Path(script.path).name.startswith(f"{script.revision}_") for script in row)


@each
def test_an_empty_database_comes_to_the_newest_version(
    tables: Tables, url: str, connection: sa.Connection
) -> None:
    tables.make(url)
    newest = max(path.name for path in tables.scripts.glob("0*.py"))
    assert newest.startswith(version(connection, tables.version_table))
    assert set(shape(connection)) == set(tables.metadata.tables)


@each
def test_the_scripts_make_what_alembic_expects_of_the_module(
    tables: Tables, url: str, connection: sa.Connection
) -> None:
    tables.make(url)
    options = {"version_table": tables.version_table, "compare_type": True, "compare_server_default": True}
    context = MigrationContext.configure(connection, opts=options)
    assert compare_metadata(context, tables.metadata) == []


@each
def test_the_scripts_make_what_the_module_alone_would_make(
    tables: Tables, url: str, connection: sa.Connection
) -> None:
    # Alembic's comparison sees neither check constraints nor the conditions of indexes.
    tables.make(url)
    by_scripts = shape(connection)
    tables.metadata.drop_all(connection)
    tables.metadata.create_all(connection)
    connection.commit()
    assert by_scripts == shape(connection)


@each
def test_a_second_migration_changes_nothing(tables: Tables, url: str, connection: sa.Connection) -> None:
    tables.make(url)
    before = shape(connection), version(connection, tables.version_table)
    tables.make(url)
    assert (shape(connection), version(connection, tables.version_table)) == before


def test_a_second_migration_keeps_the_fillers_position(url: str) -> None:
    outbox = Outbox(url)
    outbox.create_tables()
    outbox.fill([], 0, 5)
    outbox.create_tables()
    assert outbox.position() == 5
    outbox.close()


def test_all_may_migrate_one_database_at_once(url: str, connection: sa.Connection) -> None:
    rounds = 3
    together = Barrier(len(ALL) * rounds)

    def make(tables: Tables) -> None:
        with tables.at(url) as create_tables:
            together.wait(WITHIN)
            create_tables()

    with ThreadPoolExecutor(together.parties) as threads:
        for future in [threads.submit(make, tables) for tables in ALL * rounds]:
            future.result(WITHIN)
    names = {name for tables in ALL for name in tables.metadata.tables}
    assert set(shape(connection)) == names
    for tables in ALL:
        version(connection, tables.version_table)


def test_processes_may_migrate_one_database_at_once(url: str, connection: sa.Connection) -> None:
    program = "import sys; from notifier.outbox import Outbox; Outbox(sys.argv[1]).create_tables()"
    started = [subprocess.Popen([sys.executable, "-c", program, url], cwd=ROOT) for _ in range(2)]
    assert [process.wait(WITHIN) for process in started] == [0, 0]
    assert version(connection, "outbox_version") == "0002"
    assert connection.execute(sa.select(outbox_tables.FILLER_POSITION.c.position)).scalars().all() == [0]


def test_alembic_is_not_loaded_when_there_is_nothing_to_do(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/tables.sqlite"
    program = """
import sys
from notifier.outbox import Outbox
for _ in range(2):
    Outbox(sys.argv[1]).create_tables()
    print("alembic" in sys.modules)
"""

    def loaded() -> list[str]:
        run = [sys.executable, "-c", program, url]
        return subprocess.run(
            run, cwd=ROOT, check=True, capture_output=True, text=True, timeout=WITHIN
        ).stdout.split()

    assert loaded() == ["True", "True"]
    assert loaded() == ["False", "False"]
