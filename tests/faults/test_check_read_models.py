"""The checker finds a row of a read model that is not what the log says."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from projections.database import ReadDatabase
from tests.faults.findings import Finding
from tests.faults.read_models import fold
from tests.faults.served import ReadModelCheck
from tests.integration.projections.log import Log, a_log
from tests.servers.postgres import Postgres

ALTERED = sa.text("UPDATE read_models.inbox SET size = size + 1 WHERE message_id = :one")
GONE = sa.text("DELETE FROM read_models.inbox WHERE message_id = :one")
ONE = sa.text("SELECT message_id FROM read_models.inbox ORDER BY message_id LIMIT 1")


@pytest.fixture
def log(postgres_database: str, tmp_path: Path) -> Iterator[Log]:
    """A mailbox with some messages."""
    with a_log(postgres_database, tmp_path) as log:
        log.append(*log.life("an", 6))
        yield log


@pytest.fixture
def served(log: Log, postgres: Postgres) -> Iterator[str]:
    """The URL of read models that were folded from that log."""
    url = postgres.create_database()
    with closing(ReadDatabase(url)) as database:
        database.create_tables()
        fold(log.events, database, log.events.max_position())
    yield url
    postgres.drop_database(url)


def change(url: str, statement: sa.TextClause) -> str:
    """Do that to one message's row; returns its id."""
    with closing(ReadDatabase(url)) as database, database.writing() as connection:
        one = connection.execute(ONE).scalar_one()
        connection.execute(statement, {"one": one})
        return str(one)


def check(log: Log, served: str, postgres: Postgres, *, from_the_start: bool) -> list[Finding]:
    """What the checker says of what is served."""
    head = log.events.max_position()
    return ReadModelCheck(postgres, served).check(log.events, head, from_the_start=from_the_start)


@pytest.mark.parametrize("from_the_start", [True, False])
def test_read_models_that_are_as_the_log_says_are_fine(
    log: Log, served: str, postgres: Postgres, from_the_start: bool
) -> None:
    assert check(log, served, postgres, from_the_start=from_the_start) == []


@pytest.mark.parametrize("from_the_start", [True, False])
@pytest.mark.parametrize(
    ("statement", "what"), [(ALTERED, "not as in a rebuild: size"), (GONE, "a rebuild has this row")]
)
def test_a_row_that_was_altered_or_removed_is_named(
    log: Log, served: str, postgres: Postgres, statement: sa.TextClause, what: str, from_the_start: bool
) -> None:
    message_id = change(served, statement)
    (finding,) = check(log, served, postgres, from_the_start=from_the_start)
    assert finding == Finding("unequal", f"inbox {message_id}: {what}")


def test_a_rebuild_goes_along_with_the_log(log: Log, served: str, postgres: Postgres) -> None:
    one = ReadModelCheck(postgres, served)
    assert one.check(log.events, log.events.max_position(), from_the_start=False) == []
    log.append(*log.life("bert", 3))
    with closing(ReadDatabase(served)) as database:
        fold(log.events, database, log.events.max_position())
    assert one.check(log.events, log.events.max_position(), from_the_start=False) == []
    change(served, GONE)
    assert [found.kind for found in one.check(log.events, 0, from_the_start=False)] == ["unequal"]
