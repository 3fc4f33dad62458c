"""Scripts run once, in their order, wholly or not at all."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
import sqlalchemy as sa

from notifier.database import OutboxDatabase
from schema_changes import SchemaError, migrate
from tests.contract.migrations.looking import shape, version


def write_script(folder: Path, number: int, *statements: str) -> None:
    """A script that does so to its database."""
    before = f'"{number - 1:04}"' if number > 1 else None
    body = "".join(f"    {statement}\n" for statement in statements)
    text = f'revision = "{number:04}"\ndown_revision = {before}\n\n\ndef upgrade(op):\n{body}'
    (folder / f"{number:04}_change.py").write_text(f"import sqlalchemy as sa\n\n{text}")


MAKE = 'op.create_table("note", sa.Column("text", sa.Text, nullable=False))'
FILL = "op.execute(\"INSERT INTO note (text) VALUES ('kept')\")"
WIDEN = 'op.add_column("note", sa.Column("pages", sa.Integer, nullable=True))'
FAIL = "op.execute(\"INSERT INTO nowhere (text) VALUES ('what a person wrote')\")"


@pytest.fixture
def scripts(tmp_path: Path) -> Path:
    """A folder for scripts of a test's own."""
    folder = tmp_path / "migrations"
    folder.mkdir()
    return folder


@pytest.fixture
def database(url: str) -> Iterator[OutboxDatabase]:
    """That database, as a store of ours opens it."""
    database = OutboxDatabase(url)
    yield database
    database.close()


def run(database: OutboxDatabase, scripts: Path) -> None:
    with database.transaction() as connection:
        migrate(connection, scripts, "note_version")


def test_the_next_release_runs_only_what_is_new(
    database: OutboxDatabase, scripts: Path, connection: sa.Connection
) -> None:
    write_script(scripts, 1, MAKE, FILL)
    run(database, scripts)
    write_script(scripts, 2, WIDEN)
    write_script(scripts, 3, 'op.execute("UPDATE note SET pages = 2")')
    run(database, scripts)
    assert version(connection, "note_version") == "0003"
    assert connection.execute(sa.text("SELECT text, pages FROM note")).all() == [("kept", 2)]


def test_a_failing_script_leaves_an_empty_database_empty(
    database: OutboxDatabase, scripts: Path, connection: sa.Connection
) -> None:
    write_script(scripts, 1, MAKE, FILL)
    write_script(scripts, 2, WIDEN, FAIL)
    with pytest.raises(SchemaError, match=r"0002_change\.py failed"):
        run(database, scripts)
    assert sa.inspect(connection).get_table_names() == []


def test_a_failing_script_leaves_the_version_before_and_can_be_mended(
    database: OutboxDatabase, scripts: Path, connection: sa.Connection
) -> None:
    write_script(scripts, 1, MAKE, FILL)
    run(database, scripts)
    before = shape(connection)
    write_script(scripts, 2, WIDEN)
    write_script(scripts, 3, FAIL)
    with pytest.raises(SchemaError, match=r"0003_change\.py failed"):
        run(database, scripts)
    assert shape(connection) == before
    assert version(connection, "note_version") == "0001"
    write_script(scripts, 3, 'op.execute("UPDATE note SET pages = 2")')
    run(database, scripts)
    assert version(connection, "note_version") == "0003"


def test_why_a_script_failed_tells_nothing_of_what_rows_hold(database: OutboxDatabase, scripts: Path) -> None:
    write_script(scripts, 1, MAKE, "op.execute(\"INSERT INTO note (text) VALUES ('85073003328')\")")
    run(database, scripts)
    write_script(scripts, 2, 'op.create_index("once", "note", ["text"], unique=True)')
    with database.transaction() as connection:
        connection.execute(sa.text("INSERT INTO note (text) VALUES ('85073003328')"))
    with pytest.raises(SchemaError) as failed:
        run(database, scripts)
    assert "85073003328" not in str(failed.value)


def test_an_older_release_refuses_a_newer_database(
    database: OutboxDatabase, scripts: Path, connection: sa.Connection
) -> None:
    write_script(scripts, 1, MAKE)
    write_script(scripts, 2, WIDEN)
    run(database, scripts)
    (scripts / "0002_change.py").unlink()
    with pytest.raises(SchemaError, match="note_version is 0002, this release knows 0001"):
        run(database, scripts)
    assert version(connection, "note_version") == "0002"


def test_a_script_may_take_longer_than_a_query_and_queries_may_not_afterwards(
    postgres_database: str, scripts: Path
) -> None:
    limits = "current_setting('statement_timeout') || ' ' || current_setting('lock_timeout')"
    write_script(scripts, 1, MAKE, f'op.execute("INSERT INTO note (text) SELECT {limits}")')
    database = OutboxDatabase(postgres_database)
    run(database, scripts)
    with database.transaction() as connection:
        assert connection.execute(sa.text("SELECT text FROM note")).scalar_one() == "15min 5s"
        assert connection.execute(sa.text(f"SELECT {limits}")).scalar_one() == "5s 5s"
    database.close()
