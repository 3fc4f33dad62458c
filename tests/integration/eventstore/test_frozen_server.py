"""A server that neither answers nor goes away: its processes stand still, its kernel keeps connections."""

from __future__ import annotations

import asyncio
import signal
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from threading import Event
from uuid import uuid4

import psutil
import psycopg
import pytest
from structlog.testing import capture_logs

from domain.errors import OutcomeUnknown, Unavailable
from eventstore.backend import backend_for
from eventstore.errors import LeadershipLost
from eventstore.postgres import connection
from eventstore.store import EventStore
from eventstore.writer import Writer
from tests.logbook import an_opening, raw
from tests.servers.postgres import Postgres
from tests.waiting import until

WITHIN = 10.0
PATIENCE = 0.3


@contextmanager
def _frozen(server: Postgres) -> Iterator[None]:
    """The server stands still, and the limit is short enough to wait for."""
    main = psutil.Process(server.pid)
    processes = [main, *main.children(recursive=True)]
    try:
        _send(processes, signal.SIGSTOP)
        with pytest.MonkeyPatch.context() as patches:
            patches.setattr(connection, "ANSWER_SECONDS", PATIENCE)
            yield
    finally:
        _send(processes, signal.SIGCONT)


def _send(processes: list[psutil.Process], which: signal.Signals) -> None:
    """The signal to each; a backend whose client has left ends by itself, at any moment, and needs none."""
    for process in processes:
        with suppress(psutil.NoSuchProcess):
            process.send_signal(which)


def test_whoever_writes_to_a_frozen_server_is_told_soon_that_the_outcome_is_unknown(
    store: EventStore, own_postgres: Postgres
) -> None:
    writer = Writer(store.recorder, lambda _position: None, retry_seconds=())
    first, large = [raw(uuid4(), 1)], [raw(uuid4(), 1, bytes(8_000_000))]
    for command in (first, large):
        writer.submit([raw(uuid4(), 1)]).result(WITHIN)
        with _frozen(own_postgres):
            began = time.monotonic()
            with pytest.raises(OutcomeUnknown):
                writer.submit(command).result(WITHIN)
            assert time.monotonic() - began < PATIENCE + 1
        assert len(writer.submit(command).result(WITHIN)) == 1
    writer.close()
    written = store.recorder.read_after(0, 10)
    assert len(written) == len({recorded.stored.originator_id for recorded in written}) == 4


async def test_what_was_written_to_a_frozen_server_is_there_once_after_it_thaws(
    store: EventStore, own_postgres: Postgres
) -> None:
    await store.append(an_opening())
    event = an_opening()
    with _frozen(own_postgres), capture_logs() as logs:
        appending = asyncio.create_task(store.append(event))
        await until(lambda: "writer.retries" in [entry["event"] for entry in logs], within=WITHIN)
    async with asyncio.timeout(WITHIN):
        position = await appending
    assert position == store.max_position()
    assert store.events_of(event.originator_id) == [event]


def test_readers_and_holders_of_a_role_do_not_wait_for_ever_either(
    store: EventStore, own_postgres: Postgres, url: str
) -> None:
    leadership = backend_for(url).leadership("projector")
    assert leadership.acquire(Event())
    assert store.max_position() == 0
    with _frozen(own_postgres):
        with pytest.raises(LeadershipLost):
            leadership.check()
        with pytest.raises(Unavailable):
            store.max_position()
    assert store.max_position() == 0


def test_a_connection_that_waited_in_vain_is_closed(own_postgres: Postgres, url: str) -> None:
    lasting = connection.connect(url, "test")
    with _frozen(own_postgres), pytest.raises(psycopg.errors.ConnectionTimeout):
        lasting.execute("SELECT 1")
    assert lasting.closed
