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
from projections.database import ReadDatabase, gathering
from projections.folding import pairs_of
from projections.inbox import MessageFilter
from projections.inbox_tables import COUNTERS, INBOX, TEXTS
from projections.message_facts import message_row
from projections.model import Row
from tests.integration.projections.plans import flat, nodes, statements_of, steps
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
            insert_rows(connection, TEXTS, list(texts(mailbox_id, count)))
            insert_rows(connection, COUNTERS, [counters(mailbox_id, count)])
        insert_rows(connection, HISTORY, list(history(100_000)))
    if request.param:
        with database.writing() as connection:
            connection.execute(text("ANALYZE"))
    yield database
    database.close()
    postgres.drop_database(url)


def counters(mailbox_id: UUID, count: int) -> Row:
    row: Row = {"mailbox_id": mailbox_id, "is_hidden": False, "is_archived": False, "last_consulted_at": None}
    row |= {"shortest": 365 * 86400, "longest": 365 * 86400}
    numbers = {"messages": count, "unread": count - count // 4, "size": 1000 * count, "received": count}
    return row | numbers


def messages(mailbox_id: UUID, count: int) -> Iterator[Row]:
    [published] = a_message(mailbox_id).new_facts()
    row = message_row(1, published)  # type: ignore[arg-type]
    for number in range(count):
        at = NOON + timedelta(minutes=number)
        yield row | {
            "message_id": UUID(int=mailbox_id.int ^ number),
            "received_at": at,
            "expires_at": at + timedelta(days=365),
            "opened_at": at if number % 4 == 0 else None,
            "message_type": "RARE" if number % 1000 == 0 else "COMMON",
            "sender_organisation": "RARE" if number % 1000 == 0 else "COMMON",
            "sender_application": "RARE" if number % 1000 == 0 else "COMMON",
            "registered": number % 1000 == 0,
            "recipient_partition": "RARE" if number % 1000 == 0 else None,
            "position": number,
            "is_expired": False,
            "is_withdrawn": False,
            "is_unread": number % 4 != 0,
        }


def texts(mailbox_id: UUID, count: int) -> Iterator[Row]:
    for number, row in enumerate(messages(mailbox_id, count), start=1):
        text = f"uw pensioen {'zeldzaam ' if number % 1000 == 0 else ''}{number}"
        yield {
            **{column.name: row[column.name] for column in TEXTS.columns if column.name in row},
            **dict.fromkeys(("fr", "de", "en")),
            "nl": text,
            "is_crowded": mailbox_id == BIG,
            "pairs": pairs_of(text) if mailbox_id == BIG else None,
        }


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


def page_of(connection: Connection, mailbox_id: UUID, **wanted: Any) -> None:
    inbox.page(connection, mailbox_id, MessageFilter(**wanted), page=1, page_size=25)


FILTERS: dict[str, dict[str, Any]] = {
    "all": {},
    "unread": {"read_status": False},
    "read": {"read_status": True},
    "message type": {"message_type": "RARE"},
    "organisation": {"sender_organisation": "RARE"},
    "application": {"sender_application": "RARE"},
    "registered": {"registered": True},
    "partition": {"recipient_partition": "RARE"},
    "partitions": {"partitions": frozenset({"RARE", "ABSENT"})},
    "nothing there": {"sender_organisation": "ABSENT"},
    "received": {"received_after": NOON + timedelta(days=30), "received_before": NOON + timedelta(days=31)},
    "expiry": {"expired_before": NOON + timedelta(days=365, minutes=100)},
    "changed": {"changed_after": 99_900, "is_hidden": None, "is_archived": None},
}
FEW_PAGES = 500


@pytest.mark.parametrize("wanted", FILTERS.values(), ids=FILTERS)
def test_no_filter_reads_the_whole_of_100_000_messages_for_a_page(
    filled: ReadDatabase, wanted: dict[str, Any]
) -> None:
    statements = statements_of(filled, partial(page_of, mailbox_id=BIG, **wanted))
    assert sum(pages_read(nodes(filled, *statement)) for statement in statements) < FEW_PAGES


@pytest.mark.parametrize("status", [None, False, True], ids=["all", "unread", "read"])
def test_a_page_of_100_000_messages_costs_no_more_than_one_of_1_000(
    filled: ReadDatabase, status: bool | None
) -> None:
    small, big = (
        pages_read(plan_of(filled, partial(page_of, mailbox_id=mailbox_id, read_status=status)))
        for mailbox_id in (SMALL, BIG)
    )
    assert big <= small + 10


@pytest.mark.parametrize("words", ["zeldzaam", "absent"])
def test_words_that_few_messages_have_are_found_by_the_index_of_words(
    filled: ReadDatabase, words: str
) -> None:
    with filled.writing() as connection:  # what PostgreSQL does by itself, sooner or later
        connection.execute(text("ANALYZE inbox_texts"))
    statements = statements_of(filled, partial(page_of, mailbox_id=BIG, words=words, language="nl"))
    [(statement, parameters)] = [one for one in statements if "hits" in one[0]]

    def explained(connection: Connection) -> Any:
        with gathering(connection):
            command = f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement}"
            return connection.exec_driver_sql(command, parameters).scalar_one()

    plan = list(flat(filled.read(explained)[0]["Plan"]))
    assert "inbox_texts_words" in {node.get("Index Name") for node in plan}
    assert pages_read(plan) < FEW_PAGES


def test_counting_100_000_messages_costs_no_more_than_1_000(filled: ReadDatabase) -> None:
    small, big = (
        pages_read(plan_of(filled, partial(inbox.counts, mailbox_id=mailbox_id)))
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
        *(partial(page_of, mailbox_id=some, **wanted) for wanted in FILTERS.values()),
        partial(page_of, mailbox_id=some, words="some", language="nl"),
        partial(inbox.counts, mailbox_id=some),
        partial(message_detail.detail, mailbox_id=some, publication_id=some),
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


SUBQUERIES = {
    *("SCAN totals", "SCAN page LEFT-JOIN", "SCAN some", "SCAN hits", "SCAN counted"),
    *("SCAN anon_1", "SCAN anon_2"),
}
"""Totals, and rows that an index has found: of one page, or at most 10,001."""
