"""The key store's database: the one mutable truth beside the log, apart from it, with backups of its own.

Apart, because erasure means destroying a key here: a backup of the event store must not bring it back.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from sqlalchemy import event
from sqlalchemy.engine import Connection, Engine, make_url

from domain.errors import Unavailable
from eventstore.closing import ClosedParties
from eventstore.erasing import ErasedParties
from eventstore.hashednumbers import HashedNumbers
from eventstore.identifierhashes import IdentifierHashes
from eventstore.keys import KeyEncryption, KeyRing
from eventstore.parties import PartyRegistry
from eventstore.partynumbers import PartyNumbers
from eventstore.postgres.statements import LASTING_COMMITS
from eventstore.replacements import Replacements
from eventstore.restoring import RestoreMark
from eventstore.verifications import AddressVerifications
from eventstore.wal import use_write_ahead_log
from eventstore.wrappedkeys import WrappedKeys
from schema_changes import migrate
from telemetry import meters

CONNECT_SECONDS = 3
STATEMENT_SECONDS = 5

_MIGRATIONS = Path(__file__).with_name("migrations")
_READS, _WRITES = (
    partial(meters.timed, meters.KEY_STORE_SECONDS.labels(one), meters.KEY_STORE_FAILURES.labels(one))
    for one in ("read", "write")
)


class KeyStoreDatabase:
    """Connections to the key store, PostgreSQL or SQLite. Its errors come out as
    `domain.errors.Unavailable`.
    """

    def __init__(self, url: str) -> None:
        self.engine = _engine(url)
        # One statement alone needs no transaction around it, and a look-up is most of what comes here.
        self._looks = self.engine.execution_options(isolation_level="AUTOCOMMIT")

    @contextmanager
    def reading(self) -> Iterator[Connection]:
        """A connection for one look."""
        with _READS(), _translated(), self._looks.connect() as connection:
            yield connection

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """A transaction, committed and synced when the block ends well."""
        with _WRITES(), _translated(), self.engine.connect() as connection:
            immediate = connection.execution_options(immediate=True)
            with immediate.begin():
                yield immediate

    def create_tables(self) -> None:
        """Bring the tables to the newest version. Two may do it at once."""
        with self.writing() as connection:
            migrate(connection, _MIGRATIONS, "party_version")

    def close(self) -> None:
        """Close every connection."""
        self.engine.dispose()


class KeyStore:
    """The parties and their keys, over one database."""

    def __init__(
        self,
        url: str,
        *,
        key_encryption: KeyEncryption,
        identifier_key: bytes,
        previous_identifier_key: bytes | None = None,
    ) -> None:
        previous = [] if previous_identifier_key is None else [previous_identifier_key]
        hashes = IdentifierHashes(identifier_key, previous)
        self._database = KeyStoreDatabase(url)
        closed = ClosedParties(self._database)
        self.keys = KeyRing(self._database, key_encryption, closed)
        self.parties = PartyRegistry(self._database, self.keys, hashes, closed)
        self.erased = ErasedParties(self._database, closed)
        self.numbers = PartyNumbers(key_encryption, hashes)
        self.replacements = Replacements(self._database, self.keys, self.numbers, self.parties)
        self.wrapped_keys = WrappedKeys(self._database, key_encryption)
        self.hashed_numbers = HashedNumbers(self._database, self.keys, hashes)
        self.restoring = RestoreMark(self._database)
        self.verifications = AddressVerifications(self._database)

    @property
    def engine(self) -> Engine:
        """The same database, for the tables of others (the authorization server)."""
        return self._database.engine.execution_options(immediate=True)

    def create_tables(self) -> None:
        """Bring the tables to the newest version; for `ebox migrate`."""
        self._database.create_tables()

    def check(self) -> None:
        """Raise `Unavailable` unless the database answers."""
        with self._database.reading() as connection:
            connection.execute(sa.text("SELECT 1"))

    def close(self) -> None:
        """Close every connection."""
        self._database.close()


@contextmanager
def _translated() -> Iterator[None]:
    try:
        yield
    except (
        sa.exc.OperationalError,
        sa.exc.InterfaceError,
        sa.exc.InternalError,
        sa.exc.TimeoutError,
    ) as error:
        raise Unavailable("the key store does not answer") from error


def _engine(url: str) -> Engine:
    parsed = make_url(url)
    if parsed.get_backend_name() == "sqlite":
        return _sqlite(parsed)
    engine = sa.create_engine(
        parsed.set(drivername="postgresql+psycopg"),
        isolation_level="READ COMMITTED",
        hide_parameters=True,
        pool_size=4,
        max_overflow=4,
        pool_timeout=CONNECT_SECONDS,
        pool_pre_ping=True,
        skip_autocommit_rollback=True,
        connect_args={
            "connect_timeout": CONNECT_SECONDS,
            "application_name": "ebox-keys",
            "options": f"-c statement_timeout={STATEMENT_SECONDS}s -c lock_timeout={STATEMENT_SECONDS}s",
        },
    )

    @event.listens_for(engine, "connect")
    def make_commits_last(connection: Any, _record: object) -> None:
        # A key that a crash takes back is an erasure of what was sealed under it.
        connection.execute(LASTING_COMMITS)
        connection.commit()

    return engine


def _sqlite(url: sa.engine.URL) -> Engine:
    engine = sa.create_engine(
        url,
        hide_parameters=True,
        pool_timeout=CONNECT_SECONDS,
        connect_args={"timeout": STATEMENT_SECONDS, "check_same_thread": False, "isolation_level": None},
    )

    @event.listens_for(engine, "connect")
    def make_durable(connection: Any, _record: object) -> None:
        use_write_ahead_log(connection)
        connection.execute("PRAGMA synchronous=FULL")
        connection.execute("PRAGMA foreign_keys=ON")

    @event.listens_for(engine, "begin")
    def begin(connection: Connection) -> None:
        # A writer that began as a reader cannot wait for its turn: it fails at once with SQLITE_BUSY.
        options = connection.get_execution_options()
        if options.get("isolation_level") != "AUTOCOMMIT":
            connection.exec_driver_sql("BEGIN IMMEDIATE" if options.get("immediate") else "BEGIN")

    return engine
