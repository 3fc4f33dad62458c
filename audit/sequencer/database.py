"""Connections to the database of the audit log's rows: PostgreSQL, or a SQLite file in the embedded mode."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

import psycopg
import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine, make_url
from sqlalchemy.exc import InterfaceError, InternalError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.schema import CreateSchema

from audit.sequencer.tables import METADATA, SCHEMA
from domain.errors import Unavailable
from eventstore.wal import use_write_ahead_log
from schema_changes import migrate

CONNECT_SECONDS: Final = 3
STATEMENT_SECONDS: Final = 30
"""Generous for a page; what reads many rows fetches them a portion at a time, and each is a statement."""

_POOL: Final = 4
_MIGRATIONS: Final = Path(__file__).with_name("migrations")
_SCHEMA_TURN: Final = 0x65626F78_61756474


_AWAY: Final = (
    OperationalError,
    InterfaceError,
    InternalError,
    PoolTimeout,
    # What goes past SQLAlchemy fails with the driver's own errors.
    psycopg.OperationalError,
    psycopg.InterfaceError,
    psycopg.InternalError,
)


class AuditDatabase:
    """Transactions on the rows. `domain.errors.Unavailable` where the database does not answer."""

    def __init__(self, url: str) -> None:
        self._engine = _engine(url)

    def create_tables(self) -> None:
        """Bring the tables to the newest version; for `ebox migrate`. Two may do it at once."""
        with self.transaction() as connection:
            if connection.dialect.name == "postgresql":
                # `IF NOT EXISTS` alone would let one of two fail.
                connection.execute(sa.select(sa.func.pg_advisory_xact_lock(_SCHEMA_TURN)))
                connection.execute(CreateSchema(SCHEMA, if_not_exists=True))
            migrate(connection, _MIGRATIONS, "audit_version")

    def check(self) -> None:
        """Raise unless the tables are there as this release knows them."""
        with self.reading() as connection:
            for table in METADATA.sorted_tables:
                connection.execute(sa.select(table).limit(0))

    @contextmanager
    def transaction(self) -> Iterator[Connection]:
        """A transaction, committed and synced when the block ends well. On SQLite one at a time."""
        with _begun(self._engine) as connection:
            yield connection

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A transaction for reading alone, which sees one state throughout."""
        with _begun(self._engine.execution_options(reading=True)) as connection:
            if connection.dialect.name == "postgresql":
                connection.exec_driver_sql("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            yield connection

    def close(self) -> None:
        """Close every connection."""
        self._engine.dispose()


@contextmanager
def _begun(engine: Engine) -> Iterator[Connection]:
    try:
        with engine.begin() as connection:
            yield connection
    except _AWAY as error:
        raise Unavailable("the audit log's database does not answer") from error


def _engine(url: str) -> Engine:
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _sqlite(parsed)
    options = {
        "search_path": SCHEMA,
        "statement_timeout": f"{STATEMENT_SECONDS}s",
        "lock_timeout": f"{STATEMENT_SECONDS}s",
        "idle_in_transaction_session_timeout": "60s",
    }
    return sa.create_engine(
        parsed.set(drivername="postgresql+psycopg"),
        isolation_level="READ COMMITTED",
        hide_parameters=True,
        pool_size=_POOL,
        max_overflow=_POOL,
        pool_timeout=CONNECT_SECONDS,
        pool_pre_ping=True,
        connect_args={
            "connect_timeout": CONNECT_SECONDS,
            "application_name": "ebox-audit-log",
            "tcp_user_timeout": STATEMENT_SECONDS * 1000,
            "options": " ".join(f"-c {name}={value}" for name, value in options.items()),
        },
    )


def _sqlite(url: sa.engine.URL) -> Engine:
    engine = sa.create_engine(
        url,
        hide_parameters=True,
        pool_timeout=CONNECT_SECONDS,
        connect_args={"timeout": 5, "check_same_thread": False, "isolation_level": None},
    )

    @event.listens_for(engine, "connect")
    def make_durable(connection: Any, _record: object) -> None:
        use_write_ahead_log(connection)
        connection.execute("PRAGMA synchronous=FULL")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A writer that began as a reader cannot wait for its turn: it fails at once with SQLITE_BUSY.
        reading = connection.get_execution_options().get("reading")
        connection.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")

    return engine
