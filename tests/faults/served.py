"""The read models that eBox serves, and the rebuild that they must equal, each in its database."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from typing import Any, TypeAlias

import sqlalchemy as sa
from sqlalchemy import Connection

from eventstore.store import EventStore
from projections.columns import from_json
from projections.database import SCHEMA, ReadDatabase
from tests.faults.findings import Finding
from tests.faults.read_models import contents, differences, fold, position_of, tables
from tests.servers.postgres import Postgres
from tests.servers.process import ServerError, wait_until

CATCH_UP_SECONDS = 30.0
Sums: TypeAlias = Mapping[str, tuple[int, int]]


class ReadModelCheck:
    """Compares what is served with a rebuild that goes along; from time to time one from the beginning."""

    def __init__(self, postgres: Postgres, served_url: str) -> None:
        self._postgres = postgres
        self._served_url = served_url
        self._rebuilt_url: str | None = None

    def check(self, events: EventStore, head: int, *, from_the_start: bool) -> list[Finding]:
        """Wait until what is served has reached `head`, and compare it."""
        try:
            wait_until(lambda: self._has_reached(head), CATCH_UP_SECONDS, lambda: "read models stay behind")
        except ServerError as error:
            return [Finding("not recovered", str(error))]
        url = self._database(anew=from_the_start)
        with closing(ReadDatabase(url)) as rebuilt, _snapshot(self._served_url) as served:
            position = position_of(served)
            if position is None:
                return [Finding("unequal", "the read models are not all at the same position")]
            try:
                fold(events, rebuilt, position)
            except Exception as error:  # noqa: BLE001 - whatever it is: this log cannot be folded
                self._rebuilt_url = None  # it would go on from the middle of a page
                return [Finding("unequal", f"a rebuild fails: {type(error).__name__}")]
            with _snapshot(url) as fresh:
                if not from_the_start and _sums(served) == _sums(fresh):
                    return []
                return list(differences(contents(served), contents(fresh)))

    def _has_reached(self, head: int) -> bool:
        with _snapshot(self._served_url) as served:
            return (position_of(served) or 0) >= head

    def _database(self, *, anew: bool) -> str:
        if anew and self._rebuilt_url is not None:
            self._postgres.drop_database(self._rebuilt_url)
            self._rebuilt_url = None
        if self._rebuilt_url is None:
            self._rebuilt_url = self._postgres.create_database("rebuilt")
            with closing(ReadDatabase(self._rebuilt_url)) as database:
                database.create_tables()
        return self._rebuilt_url


@contextmanager
def _snapshot(url: str) -> Iterator[Connection]:
    """A connection that sees one moment only, whatever a projector does meanwhile."""
    engine = sa.create_engine(
        sa.make_url(url).set(drivername="postgresql+psycopg"),
        isolation_level="REPEATABLE READ",
        json_deserializer=from_json,
        connect_args={"options": f"-c search_path={SCHEMA} -c TimeZone=UTC"},
        poolclass=sa.NullPool,
    )
    with engine.connect() as connection:
        yield connection


def _sums(connection: Connection) -> Sums:
    """How many rows each table has, and a sum over what is in them: equal rows have equal sums."""

    def of(name: str) -> tuple[int, int]:
        table: Any = sa.table(name).alias("one_row")
        row_text = sa.cast(sa.literal_column("one_row"), sa.Text)
        digest = sa.cast(sa.func.hashtextextended(row_text, 0), sa.Numeric)
        counted = sa.select(sa.func.count(), sa.func.coalesce(sa.func.sum(digest), 0)).select_from(table)
        count, total = connection.execute(counted).one()
        return int(count), int(total)

    return {table.name: of(table.name) for table in tables()}
