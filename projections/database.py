"""The read models' own database: PostgreSQL or SQLite, through SQLAlchemy Core.

Readers run each query on its own, without a transaction and read-only, on a bounded number of threads. The
one writer is the runner. In PostgreSQL all tables lie in the schema `read_models`, apart from the events.

PostgreSQL does not wait for its disk when the runner commits: rows and the position they stand for are lost
together in a crash, and then simply folded again.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Lock
from typing import Any, Concatenate, Final, ParamSpec, TypeVar, cast

import psycopg
from sqlalchemy import Connection, Engine, Table, create_engine, event, func, make_url, select
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.schema import CreateSchema

from domain.errors import Unavailable
from eventstore.wal import use_write_ahead_log
from projections.columns import METADATA, from_json, to_json
from threads import BoundedThreads

P = ParamSpec("P")
T = TypeVar("T")

SCHEMA: Final = "read_models"
EXTENSIONS: Final = ("btree_gin", "pg_trgm")

_MIGRATION_LOCK = 0x65626F78_726D
_WAIT_SECONDS = 5.0
_READ_SECONDS = 5
_WRITE_SECONDS = 30
_POOL_SECONDS = 2.0

_GATHER = (
    "BEGIN READ ONLY; SET LOCAL plan_cache_mode = force_custom_plan;"
    "SET LOCAL enable_bitmapscan = on; SET LOCAL enable_indexscan = off; SET LOCAL enable_seqscan = off"
)

_NOT_MIGRATED = (psycopg.errors.UndefinedTable, psycopg.errors.InvalidSchemaName)
_AWAY = (OperationalError, InterfaceError, PoolTimeout)
_DRIVER_AWAY = (
    psycopg.OperationalError,
    psycopg.InterfaceError,
    psycopg.InternalError,  # the server's limit on idle transactions is one of these
    *_NOT_MIGRATED,
)


class ReadDatabase:
    """The database that holds the read models.

    `url` is `postgresql://…` or `sqlite:///path`. `readers` bounds the queries that run at once, `waiting`
    those that wait for their turn. `schema`: where PostgreSQL keeps the tables; a rebuild has one of its own.
    """

    def __init__(self, url: str, *, readers: int = 4, waiting: int = 256, schema: str = SCHEMA) -> None:
        self.url = url
        self._url = make_url(url)
        self._schema = schema
        self.is_postgresql = self._url.get_backend_name() == "postgresql"
        self._reader = self._engine(readers, _READ_SECONDS, read_only=True)
        self._writer = self._engine(1, _WRITE_SECONDS, read_only=False)
        self._threads = BoundedThreads("read models", readers, waiting=waiting, seconds=_WAIT_SECONDS)
        self._callbacks: list[Callable[[], None]] = []
        self._lock = Lock()

    def create_tables(self, tables: Sequence[Table] | None = None) -> None:
        """Make whatever is not there yet, or these tables, of which nothing is there.

        For `ebox migrate` and rebuilds. `projections.models` must have been imported: tables that nobody has
        named are not made.
        """
        with self.writing() as connection:
            if self.is_postgresql:
                # Two migrations at once: `IF NOT EXISTS` alone would let one of them fail.
                connection.execute(select(func.pg_advisory_xact_lock(_MIGRATION_LOCK)))
                connection.execute(CreateSchema(self._schema, if_not_exists=True))
                _create_extensions(connection)
            # A table of that name in another schema would pass for this one.
            METADATA.create_all(connection, tables, checkfirst=tables is None)

    def read(self, query: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        """Run a query in this thread.

        Raises:
            Unavailable: the database does not answer, not in time, or has no tables yet.
        """
        with _as_unavailable():
            try:
                return self._once(query, *args, **kwargs)
            except DBAPIError as error:
                if not error.connection_invalidated:
                    raise
                # The server was restarted since: the pool has dropped its old connections by now.
                return self._once(query, *args, **kwargs)

    async def run(
        self, query: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs
    ) -> T:
        """Run a query on one of the readers' threads.

        Raises:
            Busy: too many queries wait already, or this one waited too long.
            Unavailable: the database does not answer.
        """
        return await self._threads.run(lambda: self.read(query, *args, **kwargs))

    @contextmanager
    def writing(self) -> Iterator[Connection]:
        """One transaction of the one writer: committed at the end, rolled back on an exception.

        Raises:
            Unavailable: the database does not answer, not in time, or has no tables yet.
        """
        with _as_unavailable(), self._writer.begin() as connection:
            yield connection
        for callback in self._subscribed():
            callback()

    @contextmanager
    def attaching(self, file: Path, name: str) -> Iterator[tuple[Connection, Callable[[], object]]]:
        """`writing`, in SQLite, with a call that puts another file's tables at hand under `name`.

        Until that call others may write to that file: a transaction locks all that is at hand when it begins.
        """
        with _as_unavailable(), self._writer.connect() as connection:
            driver = cast("sqlite3.Connection", connection.connection.driver_connection)
            try:
                with connection.begin():
                    yield connection, lambda: driver.execute(f"ATTACH DATABASE ? AS {name}", (str(file),))
            finally:
                if name in {row[1] for row in driver.execute("PRAGMA database_list")}:
                    driver.execute(f"DETACH DATABASE {name}")
        for callback in self._subscribed():
            callback()

    def on_commit(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call back after each commit through this object, in the writer's thread: be brief, never raise.

        Returns how to unsubscribe.
        """
        with self._lock:
            self._callbacks.append(callback)

        def unsubscribe() -> None:
            with self._lock:
                self._callbacks.remove(callback)

        return unsubscribe

    def own_connection(self) -> psycopg.Connection[Any]:
        """A PostgreSQL connection outside every pool, read-only and autocommitting. The caller closes it.

        Raises `psycopg.Error` where there is none to be had.
        """
        _, where = self._reader.dialect.create_connect_args(self._url)
        how = _postgresql(self._schema, _READ_SECONDS, read_only=True)
        return psycopg.connect(**where, **how, autocommit=True)

    def close(self) -> None:
        """Let go of all connections and threads."""
        self._threads.close()
        self._reader.dispose()
        self._writer.dispose()

    def _subscribed(self) -> list[Callable[[], None]]:
        with self._lock:
            return list(self._callbacks)

    def _once(self, query: Callable[Concatenate[Connection, P], T], *args: P.args, **kwargs: P.kwargs) -> T:
        with self._reader.connect() as connection:
            return query(connection, *args, **kwargs)

    def _engine(self, connections: int, seconds: int, *, read_only: bool) -> Engine:
        options: dict[str, Any] = {
            "pool_size": connections,
            "max_overflow": 0,
            "pool_timeout": _POOL_SECONDS,
            "json_serializer": to_json,
            "json_deserializer": from_json,
            "hide_parameters": True,  # an exception's text may end in a log
        }
        if read_only:
            options |= {"isolation_level": "AUTOCOMMIT", "skip_autocommit_rollback": True}
        if self.is_postgresql:
            url = self._url.set(drivername="postgresql+psycopg")
            how = _postgresql(self._schema, seconds, read_only=read_only)
            return create_engine(url, connect_args=how, **options)
        return _sqlite(
            create_engine(self._url, connect_args={"timeout": 5.0}, **options), read_only=read_only
        )


def _postgresql(schema: str, seconds: int, *, read_only: bool) -> dict[str, Any]:
    settings = {
        # A rebuild needs the extensions too; an administrator may have put them into `public`.
        "search_path": ",".join(dict.fromkeys((schema, SCHEMA, "public"))),
        "TimeZone": "UTC",
        "statement_timeout": f"{seconds}s",
        "lock_timeout": f"{seconds}s",
        "idle_in_transaction_session_timeout": f"{_WRITE_SECONDS}s",
        "default_transaction_read_only": "on" if read_only else "off",
        "synchronous_commit": "off",
        # Queries here look up a few rows in an index's order. Planning takes longer than running, so plan
        # once. Without statistics PostgreSQL would rather gather a mailbox's rows and sort them; and a plan
        # for any mailbox reads the whole table where few mailboxes share it.
        "plan_cache_mode": "force_generic_plan",
        "enable_bitmapscan": "off",
        "enable_seqscan": "off",
        "jit": "off",
    }
    return {
        "options": " ".join(f"-c {name}={value}" for name, value in settings.items()),
        "connect_timeout": 3,
        "tcp_user_timeout": seconds * 1000,
        "application_name": "ebox read models",
    }


def _sqlite(engine: Engine, *, read_only: bool) -> Engine:
    def prepare(connection: sqlite3.Connection, _record: object) -> None:
        connection.isolation_level = None  # this module begins transactions itself
        use_write_ahead_log(connection)
        connection.execute("PRAGMA synchronous = NORMAL")  # as in PostgreSQL: folded again after a crash
        connection.execute(f"PRAGMA query_only = {int(read_only)}")

    def begin(connection: Connection) -> None:
        # A transaction that reads first and then writes could find the file changed and fail at once.
        connection.exec_driver_sql("BEGIN IMMEDIATE")

    event.listen(engine, "connect", prepare)
    if not read_only:
        event.listen(engine, "begin", begin)
    return engine


@contextmanager
def gathering(connection: Connection) -> Iterator[None]:
    """For a reader's query that gathers rows by several keys, in any order, instead of following one index.

    PostgreSQL plans it for the values at hand, through bitmaps alone, in a transaction of its own. SQLite
    has no such indexes and needs nothing.
    """
    if connection.dialect.name != "postgresql":
        yield
        return
    connection.exec_driver_sql(_GATHER)
    try:
        yield
    finally:
        connection.exec_driver_sql("ROLLBACK")


def _create_extensions(connection: Connection) -> None:
    """Those that the index of words needs. They are trusted: the database's owner may create them."""
    for name in EXTENSIONS:
        try:
            connection.exec_driver_sql(f"CREATE EXTENSION IF NOT EXISTS {name} SCHEMA {SCHEMA}")
        except DBAPIError as error:
            if _is_away(error):
                raise
            raise ExtensionMissing(name) from error


class ExtensionMissing(Exception):
    """PostgreSQL has not got an extension, or this role may not create it in the database."""

    def __init__(self, name: str) -> None:
        super().__init__(
            f"the read models need PostgreSQL's extension {name}: install the server's contrib modules, and "
            f"let this role create in the database or run CREATE EXTENSION {name} in it as an administrator"
        )


@contextmanager
def _as_unavailable() -> Iterator[None]:
    try:
        yield
    except (DBAPIError, PoolTimeout, psycopg.Error) as error:
        if not _is_away(error):
            raise
        raise Unavailable("the read models do not answer") from error


def _is_away(error: Exception) -> bool:
    """Whether trying again may help. COPY goes past SQLAlchemy: its errors are the driver's own."""
    if isinstance(error, (*_AWAY, *_DRIVER_AWAY)):
        return True
    return isinstance(error, DBAPIError) and (
        error.connection_invalidated or isinstance(error.orig, _NOT_MIGRATED)
    )
