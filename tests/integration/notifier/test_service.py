"""Both halves together: they stop in bounded time, and one does not go on without the other."""

from __future__ import annotations

import asyncio
import threading

import psycopg
import pytest
from sqlalchemy.exc import ProgrammingError

from bootstrap.roles import GRACE_SECONDS
from notifier.sender import SenderLimits
from notifier.service import Notifier
from tests.integration.notifier.house import House, Urls
from tests.servers.smtp_conversation import Silence
from tests.servers.smtp_script import SmtpScript
from tests.waiting import until


async def test_it_stops_in_bounded_time_though_the_relay_hangs(house: House, smtp_script: SmtpScript) -> None:
    smtp_script.script("data", *[Silence.HANG] * 10)
    house.publish_to([house.resident("an@example.test")] * 5)
    limits = SenderLimits(connections=2, send_seconds=1.0, poll_seconds=0.05)
    notifier = Notifier(house.filler(), house.sender(smtp_script.url, limits=limits, answer_seconds=60))
    running = asyncio.create_task(notifier.run())
    await until(lambda: len(smtp_script.received) == 2)

    notifier.stop()
    async with asyncio.timeout(10):
        await running

    # What waited for its turn was given back; what hung is tried again later. Nothing is held by anybody
    assert house.outbox.counts() == {"due": 5}


async def test_a_mail_that_takes_too_long_is_left_to_its_lease_when_the_notifier_stops(
    house: House, smtp_script: SmtpScript
) -> None:
    smtp_script.script("data", *[Silence.HANG] * 10)
    house.publish_to([house.resident("an@example.test")] * 5)
    limits = SenderLimits(connections=2, poll_seconds=0.05, finish_seconds=0.5)
    notifier = Notifier(house.filler(), house.sender(smtp_script.url, limits=limits, answer_seconds=60))
    running = asyncio.create_task(notifier.run())
    await until(lambda: len(smtp_script.received) == 2)

    notifier.stop()
    async with asyncio.timeout(5):
        await running

    # Whoever claims them next repeats them, with the same Message-ID; what waited is due at once
    assert house.outbox.counts() == {"claimed": 2, "due": 3}


def test_what_a_sender_grants_its_mails_is_less_than_a_process_is_given_to_end() -> None:
    assert SenderLimits().finish_seconds + 5 < GRACE_SECONDS


@pytest.mark.parametrize("table", ["filler_position", "outbox"])
async def test_what_trying_again_cannot_mend_ends_both_halves(
    postgres_database: str, smtp_script: SmtpScript, table: str
) -> None:
    with House(Urls(postgres_database, postgres_database, postgres_database)) as house:
        with psycopg.connect(postgres_database) as database:
            database.execute(f"DROP TABLE {table}".encode())
        notifier = Notifier(house.filler(), house.sender(smtp_script.url))

        async with asyncio.timeout(10):
            with pytest.raises(ProgrammingError, match="does not exist"):
                await notifier.run()


async def test_a_cancelled_notifier_stops_its_thread_too(house: House, smtp_script: SmtpScript) -> None:
    message_id = house.publish(house.resident("an@example.test"))
    running = asyncio.create_task(Notifier(house.filler(), house.sender(smtp_script.url)).run())
    await until(lambda: house.is_settled(message_id))

    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running

    leadership = house.events.leadership("outbox-filler")
    assert await asyncio.wait_for(asyncio.to_thread(leadership.acquire, threading.Event()), 10)
    leadership.release()
