"""The scripts of the audit log's rows make what their module says, in a schema of their own."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext

from audit.sequencer.database import AuditDatabase
from audit.sequencer.tables import METADATA, SCHEMA
from tests.contract.migrations.looking import shape, version


@pytest.fixture
def made(url: str) -> Iterator[sa.Connection]:
    """A look at the tables, made twice."""
    database = AuditDatabase(url)
    database.create_tables()
    database.create_tables()
    database.check()
    with database.transaction() as connection:
        yield connection
    database.close()


def test_the_scripts_make_what_alembic_expects_of_the_module(made: sa.Connection) -> None:
    options = {"version_table": "audit_version", "compare_type": True, "compare_server_default": True}
    assert compare_metadata(MigrationContext.configure(made, opts=options), METADATA) == []


def test_the_scripts_make_what_the_module_alone_would_make(url: str) -> None:
    database = AuditDatabase(url)
    database.create_tables()
    with database.transaction() as connection:
        newest = version(connection, "audit_version")
    with database.transaction() as connection:
        by_scripts = shape(connection)
    with database.transaction() as connection:
        METADATA.drop_all(connection)
        METADATA.create_all(connection)
    with database.transaction() as connection:
        assert shape(connection) == by_scripts
    database.close()
    assert newest == "0001"


def test_on_postgresql_they_lie_in_a_schema_of_their_own(postgres_database: str) -> None:
    database = AuditDatabase(postgres_database)
    database.create_tables()
    database.close()
    engine = sa.create_engine(postgres_database.replace("postgresql://", "postgresql+psycopg://", 1))
    seen = sa.inspect(engine)
    assert set(seen.get_table_names(SCHEMA)) == {*METADATA.tables, "audit_version"}
    assert seen.get_table_names() == []
    engine.dispose()
