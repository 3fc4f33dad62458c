"""From the log into the outbox: once each, whatever happens between the two."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread

import pytest

from domain.errors import Unavailable
from domain.events.mailbox import Frequency
from domain.events.notification import NotificationQueued
from notifier.filler import POSITION_EVERY, Filler
from notifier.outbox import Outbox
from notifier.rows import Claimed, Due
from tests.integration.notifier.house import House, Urls
from tests.servers.process import wait_until

AN = "an@example.test"


class FailingOutbox(Outbox):
    """An outbox whose database goes away just before rows are committed, a number of times."""

    def __init__(self, url: str, failures: int) -> None:
        super().__init__(url)
        self.failures = failures

    def fill(self, rows: Sequence[Due], from_position: int, to_position: int) -> None:
        """Fail, or fill."""
        if self.failures:
            self.failures -= 1
            raise Unavailable("the outbox does not answer")
        super().fill(rows, from_position, to_position)


class ClaimedMeanwhile(Outbox):
    """An outbox in which all is claimed between the filler's first look and its rows."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.claims: list[Claimed] = []

    def fill(self, rows: Sequence[Due], from_position: int, to_position: int) -> None:
        """Claim, once, and fill."""
        if not self.claims:
            later = datetime.now(UTC) + timedelta(days=3)
            self.claims = self.claim(10, later, timedelta(days=30))
        super().fill(rows, from_position, to_position)


@contextmanager
def running(*fillers: Filler) -> Iterator[None]:
    threads = [Thread(target=filler.run) for filler in fillers]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        for filler in fillers:
            filler.stop()
        for thread in threads:
            thread.join(10)
            assert not thread.is_alive()


def until_filled(house: House, count: int) -> None:
    wait_until(lambda: house.outbox.counts().get("due", 0) >= count, 10, lambda: str(house.outbox.counts()))


def test_a_notification_is_queued_in_the_log_and_due_in_the_outbox(house: House) -> None:
    resident = house.resident(AN)
    message_id = house.publish(resident)

    with running(house.filler()):
        until_filled(house, 1)

    (queued,) = house.told(message_id)
    assert isinstance(queued, NotificationQueued)
    assert (queued.mailbox_id, queued.message_id) == (resident.mailbox_id, message_id)
    assert house.outbox.counts() == {"due": 1}


def test_a_filler_goes_on_where_the_last_one_stopped(house: House) -> None:
    resident = house.resident(AN)
    house.publish(resident)
    with running(house.filler()):
        until_filled(house, 1)
    house.publish(resident)

    with running(house.filler()):
        until_filled(house, 2)

    assert house.outbox.counts() == {"due": 2}


@pytest.mark.parametrize("others", [0, 1])
def test_a_crash_between_log_and_outbox_loses_nothing_and_doubles_nothing(
    house: House, tmp_path: Path, others: int
) -> None:
    outbox = FailingOutbox(Urls.sqlite(tmp_path).outbox, failures=1)
    resident = house.resident(AN)
    message_ids = house.publish_to([resident] * (1 + others))

    with running(Filler(house.events, outbox, house.clock)):
        until_filled(house, len(message_ids))
    outbox.close()

    assert outbox.failures == 0
    assert house.outbox.counts() == {"due": len(message_ids)}
    assert [len(house.told(message_id)) for message_id in message_ids] == [1] * len(message_ids)


def test_what_was_queued_before_a_crash_is_sent_even_if_nobody_would_be_told_now(
    house: House, tmp_path: Path
) -> None:
    resident = house.resident(AN)
    message_id = house.publish(resident)
    outbox = FailingOutbox(Urls.sqlite(tmp_path).outbox, failures=1_000)
    with running(Filler(house.events, outbox, house.clock)):
        wait_until(lambda: bool(house.told(message_id)), 10, lambda: "nothing was queued")
    outbox.close()
    mailbox = house.events.load(resident.mailbox_id)
    mailbox.reject_email("bounced", house.clock.now())
    house.events.append_now(*mailbox.new_facts())
    assert house.outbox.counts() == {}

    with running(house.filler()):
        until_filled(house, 1)


def test_a_crash_between_log_and_outbox_neither_loses_nor_doubles_a_summary(
    house: House, tmp_path: Path
) -> None:
    outbox = FailingOutbox(Urls.sqlite(tmp_path).outbox, failures=1)
    resident = house.resident(AN, frequency=Frequency.DAILY)
    message_ids = house.publish_to([resident] * 3)

    with running(Filler(house.events, outbox, house.clock)):
        until_filled(house, 1)
    outbox.close()

    (claim,) = house.outbox.claim(10, house.clock.now() + timedelta(days=3), timedelta(minutes=1))
    assert sorted(claim.tells_of) == sorted(message_ids)
    assert len(house.events.events_of(claim.notification_id)) == 1


def test_a_summary_that_was_claimed_while_the_filler_decided_is_decided_again(
    house: House, tmp_path: Path
) -> None:
    """The sender comes in between: what is new goes into the next day's summary."""
    resident = house.resident(AN, frequency=Frequency.DAILY)
    first = house.publish(resident)
    with running(house.filler()):
        until_filled(house, 1)
    outbox = ClaimedMeanwhile(Urls.sqlite(tmp_path).outbox)
    second = house.publish(resident)
    with running(Filler(house.events, outbox, house.clock)):
        wait_until(lambda: bool(outbox.claims), 10, lambda: "nothing was filled")
        until_filled(house, 1)
    outbox.close()

    (next_one,) = house.outbox.claim(10, house.clock.now() + timedelta(days=4), timedelta(minutes=1))
    assert [claim.tells_of for claim in outbox.claims] == [[first]]
    assert next_one.tells_of == [second]
    assert next_one.notification_id != outbox.claims[0].notification_id


def test_of_two_fillers_one_works_and_the_other_takes_over(house: House) -> None:
    resident = house.resident(AN)
    first, second = house.filler(), house.filler()
    with running(second):
        with running(first):
            house.publish(resident)
            until_filled(house, 1)
        house.publish(resident)
        until_filled(house, 2)

    assert house.outbox.counts() == {"due": 2}


def test_the_position_moves_on_where_there_is_nobody_to_tell(house: House) -> None:
    resident = house.resident(None)
    house.publish_to([resident] * POSITION_EVERY)

    with running(house.filler()):
        wait_until(
            lambda: house.outbox.position() >= POSITION_EVERY,
            10,
            lambda: f"the position is {house.outbox.position()}",
        )

    assert house.outbox.counts() == {}


def test_whoever_is_erased_is_not_told_and_stops_nobody(house: House, tmp_path: Path) -> None:
    gone, there = house.resident(AN), house.resident(AN)
    erased, told = house.publish_to([gone, there])
    with sqlite3.connect(tmp_path / "keys.db") as keys:
        keys.execute("UPDATE party SET wrapped_key = NULL WHERE party_id = ?", (gone.party_id.hex,))
    keys.close()
    house.keys.keys.forget(gone.party_id)

    with running(house.filler()):
        until_filled(house, 1)

    assert house.told(erased) == []
    assert len(house.told(told)) == 1
