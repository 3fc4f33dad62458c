"""What a list costs does not grow with what there is: every query is served by an index."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import fields
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, text

from projections import access_history, inbox, message_detail, profile
from projections.access_history import HistoryFilter
from projections.access_history_table import HISTORY
from projections.bulk import insert_rows
from projections.database import ReadDatabase
from projections.inbox_tables import COUNTERS, INBOX
from projections.message_facts import message_row
from projections.model import Row
from tests.integration.projections.plans import nodes, statements_of, steps
from tests.servers.postgres import Postgres
from tests.unit.projections.story import NOON, a_message

BIG, SMALL = uuid4(), uuid4()
SIZES = {BIG: 100_000, SMALL: 1_000}
LATER = NOON + timedelta(days=365)
RARE: Row = {
    "mailbox_id": SMALL,
    "message_id": SMALL,
    "actor_party": SMALL,
    "site": "rare-site",
    "sender_organisation": "0474028805",
    "kind": "audit.replayed",
}
"""For each filter a value that one row in a thousand has."""


@pytest.fixture(scope="module", params=[True, False], ids=["analysed", "never analysed"])
def filled(request: pytest.FixtureRequest, postgres: Postgres) -> Iterator[ReadDatabase]:
    """A mailbox of 100,000 messages and one of 1,000, a quarter of each opened; a history of 100,000 rows."""
    url = postgres.create_database()
    database = ReadDatabase(url)
    database.create_tables()
    with database.writing() as connection:
        for mailbox_id, count in SIZES.items():
            insert_rows(connection, INBOX, list(messages(mailbox_id, count)))
            counters = {"messages": count, "unread": count - count // 4, "size": 1000 * count}
            insert_rows(
                connection, COUNTERS, [{"mailbox_id": mailbox_id, "last_consulted_at": None, **counters}]
            )
        insert_rows(connection, HISTORY, list(history(100_000)))
    if request.param:
        with database.writing() as connection:
            connection.execute(text("ANALYZE"))
    yield database
    database.close()
    postgres.drop_database(url)


def messages(mailbox_id: UUID, count: int) -> Iterator[Row]:
    [published] = a_message(mailbox_id).new_facts()
    row = message_row(1, published)  # type: ignore[arg-type]
    for number in range(count):
        at = NOON + timedelta(minutes=number)
        opened_at = at if number % 4 == 0 else None
        yield {**row, "message_id": uuid4(), "published_at": at, "visible_from": at, "opened_at": opened_at}


def history(count: int) -> Iterator[Row]:
    nothing: Row = dict.fromkeys(HISTORY.c.keys())
    common = {
        "site": "demo-site",
        "sender_organisation": "0206731645",
        "kind": "access.recorded",
        "is_actor_erased": False,
    }
    for number in range(count):
        ids = {name: uuid4() for name in ("event_id", "mailbox_id", "message_id", "actor_party")}
        facts = {"position": number + 1, "at": NOON + timedelta(minutes=number), **ids}
        yield {**nothing, **common, **facts, **(RARE if number % 1000 == 0 else {})}


def plan_of(database: ReadDatabase, query: Any) -> list[dict[str, Any]]:
    [(statement, parameters)] = statements_of(database, query)
    return nodes(database, statement, parameters)


def pages_read(plan: list[dict[str, Any]]) -> int:
    return int(plan[0]["Shared Hit Blocks"] + plan[0]["Shared Read Blocks"])


def page_of(connection: Connection, mailbox_id: UUID, read_status: bool | None) -> None:
    inbox.page(connection, mailbox_id, page=1, page_size=25, read_status=read_status, now=LATER)


@pytest.mark.parametrize(
    ("read_status", "index"),
    [(None, "inbox_newest"), (False, "inbox_newest_unread"), (True, "inbox_newest_read")],
    ids=["all", "unread", "read"],
)
def test_a_page_of_100_000_messages_costs_no_more_than_one_of_1_000(
    filled: ReadDatabase, read_status: bool | None, index: str
) -> None:
    cost = {}
    for mailbox_id in (SMALL, BIG):
        query = partial(page_of, mailbox_id=mailbox_id, read_status=read_status)
        plan = plan_of(filled, query)
        assert {index, "inbox_expiry"} <= {node.get("Index Name") for node in plan}
        assert all(node["Actual Rows"] <= 25 for node in plan)
        cost[mailbox_id] = pages_read(plan)
    assert cost[BIG] <= cost[SMALL] + 10


def test_counting_100_000_messages_costs_no_more_than_1_000(filled: ReadDatabase) -> None:
    small, big = (
        pages_read(plan_of(filled, partial(inbox.counts, mailbox_id=mailbox_id, now=LATER)))
        for mailbox_id in (SMALL, BIG)
    )
    assert big <= small + 10


@pytest.mark.parametrize("name", [*RARE])
def test_each_filter_of_the_access_history_has_its_index(filled: ReadDatabase, name: str) -> None:
    plan = plan_of(filled, partial(access_history.page, wanted=HistoryFilter(**{name: RARE[name]}), limit=25))
    assert f"access_history_{name}" in {node.get("Index Name") for node in plan}
    assert pages_read(plan) < 100


def test_a_short_period_of_the_access_history_has_its_index(filled: ReadDatabase) -> None:
    start = NOON + timedelta(minutes=50_000)
    period = HistoryFilter(start=start, end=start + timedelta(hours=1))
    plan = plan_of(filled, partial(access_history.page, wanted=period, limit=25))
    assert "access_history_at" in {node.get("Index Name") for node in plan}
    assert pages_read(plan) < 100


def test_the_newest_rows_of_the_whole_access_history_are_read_and_no_more(filled: ReadDatabase) -> None:
    plan = plan_of(filled, partial(access_history.page, wanted=HistoryFilter(), limit=25))
    assert pages_read(plan) < 20


def test_every_filter_there_is_was_looked_at() -> None:
    assert {field.name for field in fields(HistoryFilter)} == {*RARE, "start", "end"}


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_sqlite_reads_no_table_from_end_to_end(database: ReadDatabase) -> None:
    some = uuid4()
    queries: list[Callable[[Connection], object]] = [
        *(partial(page_of, mailbox_id=some, read_status=status) for status in (None, False, True)),
        partial(inbox.counts, mailbox_id=some, now=LATER),
        partial(message_detail.detail, message_id=some, now=LATER),
        partial(profile.profile, mailbox_id=some),
        *(
            partial(access_history.page, wanted=HistoryFilter(**{name: value}), limit=25)
            for name, value in RARE.items()
        ),
        partial(access_history.page, wanted=HistoryFilter(start=NOON, end=LATER), limit=25),
    ]
    for query in queries:
        for statement, parameters in statements_of(database, query):
            plan = steps(database, statement, parameters)
            scans = [step for step in plan if step.startswith("SCAN") and step not in SUBQUERIES]
            assert not scans, (query, plan)


SUBQUERIES = {"SCAN expired", "SCAN scheduled", "SCAN totals", "SCAN page LEFT-JOIN"}
"""One row each, of what the clock takes off a mailbox's counters; and the rows of one page."""
