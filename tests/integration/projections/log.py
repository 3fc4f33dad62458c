"""A real log with lives in it, and what follows from it when it is folded from the start."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from itertools import chain
from pathlib import Path
from threading import Thread
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import Connection, select

from domain.events import Event
from domain.identifiers import ClientIdentifier
from domain.message import Message
from eventstore.keystore import KeyStore
from eventstore.store import EventStore
from projections import progress
from projections.columns import METADATA
from projections.database import ReadDatabase
from projections.models import READ_MODELS
from projections.progress import PROGRESS
from projections.runner import Runner, apply_page
from projections.shapes import SHAPES
from tests.logbook import an_event_store, key_store_at
from tests.unit.projections.story import (
    NOON,
    a_citizen,
    a_look,
    a_mailbox,
    a_message,
    a_notification,
    a_partner,
    an_access,
    an_auditor,
    opening,
    registered,
)

DEADLINE_SECONDS = 60.0


class Log:
    """A log and its keys, at these URLs."""

    def __init__(self, events: EventStore, keys: KeyStore) -> None:
        self.events = events
        self.keys = keys

    def party(self, name: str) -> UUID:
        """The party of this name, with a key."""
        return self.keys.parties.find_or_create(ClientIdentifier(name)).party_id

    def life(self, name: str, messages: int) -> list[list[Event]]:
        """What happens to one mailbox, one decision after another; half of the messages are opened."""
        owner, partner = self.party(name), a_partner(self.party("partner"))
        reader, auditor = a_citizen(owner), an_auditor(self.party("auditor"))
        mailbox = a_mailbox(owner)
        mailbox.activate("2026-01", NOON)
        mailbox.enter_email("an@example.test", NOON)
        decisions = [mailbox.new_facts()]
        published: list[Message] = []
        for number in range(messages):
            at = NOON + timedelta(minutes=number)
            message = a_message(mailbox.id, party_id=owner, at=at, access=registered(partner))
            published.append(message)
            notification = a_notification(message, at)
            notification.sent(1, at)
            decisions += [message.new_facts(), notification.new_facts()]
            if number % 2:
                decisions.append(opening(published[number // 2], reader, at))
                decisions.append(an_access(message, reader, at).new_facts())
        decisions.append(a_look(auditor, mailbox.id, NOON).new_facts())
        return decisions

    def append(self, *decisions: list[Event]) -> int:
        """Append decisions in their order, many at once; returns the last position."""
        last = 0
        for start in range(0, len(decisions), 50):
            last = self.events.append_now(*chain.from_iterable(decisions[start : start + 50]))
        return last


@contextmanager
def a_log(event_store_url: str, directory: Path) -> Iterator[Log]:
    """A log at this URL, with a key store in the directory."""
    with ExitStack() as stack:
        keys = key_store_at(key_store_url(directory))
        stack.callback(keys.close)
        keys.create_tables()
        yield Log(stack.enter_context(an_event_store(event_store_url, keys.keys)), keys)


def key_store_url(directory: Path) -> str:
    """Where the log's keys are."""
    return f"sqlite:///{directory}/keys.sqlite"


@contextmanager
def running(runner: Runner) -> Iterator[Thread]:
    """The runner in a thread, stopped at the end."""
    thread = Thread(target=runner.run, name=f"runner-{uuid4().hex[:4]}")
    thread.start()
    try:
        yield thread
    finally:
        runner.stop()
        thread.join(DEADLINE_SECONDS)
        assert not thread.is_alive()


def reached(database: ReadDatabase, position: int) -> Callable[[], bool]:
    """A condition: every read model has reached the position."""

    def check() -> bool:
        known = database.read(progress.load)
        return len(known) == len(READ_MODELS) and all(one.position >= position for one in known.values())

    return check


def folded_from_the_start(log: Log, database: ReadDatabase) -> dict[str, list[Any]]:
    """Every row of read models that are folded in a fresh database, with one page after the other."""
    with database.writing() as connection:
        progress.begin(connection, [model.name for model in READ_MODELS])
        done = progress.load(connection)
    feed, end = log.events.follow(0), log.events.max_position()
    while feed.position < end:
        done |= apply_page(database, READ_MODELS, done, feed.decode(feed.next_page()))
    feed.close()
    return database.read(contents)


def contents(connection: Connection) -> dict[str, list[Any]]:
    """Every row of every read model, in the order of their keys."""
    return {
        table.name: [
            row._asdict() for row in connection.execute(select(table).order_by(*table.primary_key.columns))
        ]
        for table in METADATA.sorted_tables
        if table not in {PROGRESS, SHAPES}
    }
