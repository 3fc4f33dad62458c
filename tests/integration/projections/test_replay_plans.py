"""What a replay and the runner look up does not grow with how often a mailbox or a message was looked at."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import timedelta
from functools import partial
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Connection, text

from domain.events.access import AccessRecorded
from domain.events.mailbox import MailboxActivated
from domain.events.message import MessagePublished
from projections import access_history, access_history_fold, timetable
from projections.access_history import Until
from projections.access_history_table import HISTORY
from projections.bulk import insert_rows
from projections.database import ReadDatabase
from projections.model import Row
from projections.timetable import TIMETABLE
from tests.integration.projections.plans import nodes, statements_of, steps
from tests.servers.postgres import Postgres
from tests.unit.projections.story import NOON

MAILBOX, MESSAGE = uuid4(), uuid4()
ROWS = 30_000
UNTIL = Until(NOON + timedelta(days=365), ROWS)


def history() -> Iterator[Row]:
    """A mailbox with a few messages, one of them looked at again and again, among many other mailboxes."""
    common: Row = dict.fromkeys(HISTORY.c.keys()) | {
        "is_actor_erased": False,
        "sender_organisation": "0206731645",
    }
    for position in range(1, ROWS + 1):
        kind, message_id = AccessRecorded.TOPIC, MESSAGE
        if position % 1000 == 1:
            kind, message_id = MessagePublished.TOPIC, MESSAGE if position == 1 else uuid4()
        is_about_owner = position == ROWS // 2
        yield common | {
            "position": position,
            "event_id": uuid4(),
            "at": NOON + timedelta(seconds=position),
            "kind": MailboxActivated.TOPIC if is_about_owner else kind,
            "mailbox_id": MAILBOX if position % 2 or is_about_owner else uuid4(),
            "message_id": None if is_about_owner else message_id if position % 2 else uuid4(),
            "stream_id": message_id if kind == MessagePublished.TOPIC else None,
        }


def timetable_rows() -> Iterator[Row]:
    for minutes in range(5_000):
        at, is_over = NOON + timedelta(minutes=minutes), minutes % 10 == 0
        yield {
            "message_id": uuid4(),
            "mailbox_id": uuid4(),
            "visible_from": at,
            "expires_at": at,
            "has_documents": True,
            "is_released": True,
            "is_opened": True,
            "is_reminded": False,
            "is_expiry_announced": False,
            "expired_at": at if is_over else None,
            "due_at": None if is_over else at,
        }


def senders(connection: Connection, message_id: UUID) -> object:
    query = access_history_fold.PUBLICATIONS[connection.dialect.name]
    return connection.execute(query, {"streams": [message_id, uuid4()]}).all()


LOOK_UPS: dict[str, Callable[[Connection], object]] = {
    "publications": partial(access_history.count_publications, mailboxes=[MAILBOX], until=UNTIL),
    "page": partial(access_history.publications, mailboxes=[MAILBOX], until=UNTIL, limit=50),
    "owner": partial(access_history.positions_of_owner, mailbox_id=MAILBOX, until=UNTIL, after=0, limit=50),
    "messages": partial(
        access_history.positions_of_messages,
        mailbox_id=MAILBOX,
        message_ids=[uuid4() for _ in range(50)],
        until=UNTIL,
        after=0,
        limit=20_000,
    ),
    "messages of a merged mailbox": partial(
        access_history.positions_of_messages,
        mailbox_id=MAILBOX,
        message_ids=[uuid4() for _ in range(50)],
        until=UNTIL,
        after=0,
        limit=20_000,
        merged=[uuid4()],
    ),
    "senders": partial(senders, message_id=MESSAGE),
}
INDEXES = {
    "publications": "access_history_publications",
    "page": "access_history_publications",
    "owner": "access_history_owner",
    "messages": "access_history_message_id",
    "messages of a merged mailbox": "access_history_message_id",
    "senders": "access_history_publication",
}


@pytest.fixture(scope="module", params=[True, False], ids=["analysed", "never analysed"])
def crowded(request: pytest.FixtureRequest, postgres: Postgres) -> Iterator[ReadDatabase]:
    url = postgres.create_database()
    database = ReadDatabase(url)
    database.create_tables()
    with database.writing() as connection:
        insert_rows(connection, HISTORY, list(history()))
        insert_rows(connection, TIMETABLE, list(timetable_rows()))
    if request.param:
        with database.writing() as connection:
            connection.execute(text("ANALYZE"))
    yield database
    database.close()
    postgres.drop_database(url)


@pytest.mark.parametrize("name", LOOK_UPS)
def test_a_look_up_reads_what_it_looks_for_and_not_what_was_looked_at(
    crowded: ReadDatabase, name: str
) -> None:
    [(statement, parameters)] = statements_of(crowded, LOOK_UPS[name])
    plan = nodes(crowded, statement, parameters)
    assert INDEXES[name] in {node.get("Index Name") for node in plan}
    assert sum(node.get("Rows Removed by Filter", 0) for node in plan) == 0
    assert plan[0]["Shared Hit Blocks"] + plan[0]["Shared Read Blocks"] < 200


def test_merges_are_found_among_what_happened_to_the_mailbox_itself(crowded: ReadDatabase) -> None:
    look = partial(access_history.merges, mailboxes=[MAILBOX], until=UNTIL)
    [(statement, parameters)] = statements_of(crowded, look)
    assert "access_history_owner" in {
        node.get("Index Name") for node in nodes(crowded, statement, parameters)
    }


@pytest.mark.parametrize("backend", ["sqlite"], indirect=True)
def test_sqlite_finds_senders_by_their_messages(database: ReadDatabase) -> None:
    [(statement, parameters)] = statements_of(database, LOOK_UPS["senders"])
    assert "access_history_publication (stream_id=?)" in " ".join(steps(database, statement, parameters))


@pytest.mark.parametrize(
    ("query", "index"), [(timetable.due, "timetable_due"), (timetable.expired, "timetable_expired")]
)
def test_the_scheduler_has_its_indexes(crowded: ReadDatabase, query: Any, index: str) -> None:
    [(statement, parameters)] = statements_of(crowded, lambda connection: query(connection, NOON, limit=500))
    assert index in {node.get("Index Name") for node in nodes(crowded, statement, parameters)}
