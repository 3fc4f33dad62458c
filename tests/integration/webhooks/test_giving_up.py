"""24 hours, by a clock that the test moves: dead letters, and what brings them back."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from random import Random

import pytest

from domain.clock import FixedClock
from tests.integration.notifier.house import Urls
from tests.integration.webhooks.house import ENTERPRISE, QUICK, House, hook
from tests.integration.webhooks.receiver import Answer, Receiver
from tests.waiting import until
from webhooks.backoff import Backoff
from webhooks.deliveries import Deliveries
from webhooks.rows import Claimed

HOUR = timedelta(hours=1)
LEASE = timedelta(minutes=2)
PAUSED = timedelta(minutes=6)
"""Longer than a failing receiver is left in peace."""


@pytest.fixture
def clock() -> FixedClock:
    """The house's."""
    return FixedClock(datetime(2026, 3, 1, 9, 30, tzinfo=UTC))


@pytest.fixture
def house(tmp_path: Path, clock: FixedClock) -> Iterator[House]:
    """A house whose time the test moves."""
    with House(Urls.sqlite(tmp_path), clock) as house:
        yield house


def claim(house: House, at_most: int = 10) -> list[Claimed]:
    """Claim what is due."""
    return house.deliveries.claim({}, 10, at_most, house.clock.now(), LEASE)


async def test_after_24_hours_of_failures_an_event_is_a_dead_letter_and_a_replay_delivers_it(
    house: House, clock: FixedClock, receiver: Receiver
) -> None:
    house.partner(hook(receiver))
    house.publish(house.resident())
    house.fill()
    receiver.always = Answer(500)
    began = clock.now()

    async with house.sending(house.sender(receiver.ca_file, backoff=Backoff(draws=Random(1)))):  # noqa: S311
        while house.counts() == (1, 0, 0):
            await until(lambda: house.tried_again_at() is not None or house.counts() != (1, 0, 0))
            later = house.tried_again_at()
            if later is not None:
                clock.advance(later - clock.now() + PAUSED)
        assert house.counts() == (0, 0, 1)
        assert 24 * HOUR <= clock.now() - began <= 25 * HOUR
        assert 10 < len(receiver.received) < 100

        (letter,) = house.overview.dead_letters("pensions", 10)
        assert (letter.reason, letter.last_status) == ("does not serve", 500)
        receiver.always = None
        clock.advance(HOUR)
        assert house.overview.replay(letter.delivery_id, None, clock.now()) == 1
        await until(lambda: house.counts() == (0, 1, 0))

    assert len({one.body for one in receiver.received}) == 1


def test_a_replay_is_of_what_is_named(house: House, clock: FixedClock, receiver: Receiver) -> None:
    house.partner(hook(receiver, "one"), hook(receiver, "two"))
    house.publish(*[house.resident()] * 2)
    house.fill()
    for one in claim(house):
        house.deliveries.dead(one, clock.now(), 410, "gone")
    assert house.counts() == (0, 0, 4)

    assert house.overview.replay(None, "one", clock.now()) == 2
    assert house.counts() == (2, 0, 2)
    assert len(house.overview.dead_letters("two", 10)) == 2
    assert len(house.overview.dead_letters(None, 1)) == 1
    assert house.overview.replay(None, None, clock.now()) == 2
    assert house.overview.replay(None, None, clock.now()) == 0
    assert {one.attempts for one in claim(house)} == {1}


def test_what_is_sent_again_is_queued_anew(house: House, clock: FixedClock, receiver: Receiver) -> None:
    house.partner(hook(receiver))
    house.publish(house.resident())
    house.fill()
    (one,) = claim(house)
    house.deliveries.dead(one, clock.now(), 500, "does not serve")
    clock.advance(25 * HOUR)
    house.overview.replay(None, None, clock.now())
    long_ago = clock.now() - 24 * HOUR

    assert house.deliveries.give_up(one.endpoint, clock.now(), long_ago, long_ago) == 0


def has_left(house: House, delivered: int) -> bool:
    """Whether so many rows are there, of what was delivered alone."""
    return house.counts() == (0, delivered, 0)


async def test_however_much_is_settled_it_goes_after_its_time(
    house: House, clock: FixedClock, receiver: Receiver
) -> None:
    house.partner(hook(receiver))
    house.publish(*[house.resident()] * 6)
    house.fill()
    for one in claim(house):
        house.deliveries.delivered(one, clock.now())
    clock.advance(QUICK.keep_delivered + HOUR)

    async with house.sending(house.sender(receiver.ca_file, limits=replace(QUICK, tidy_rows=2))):
        for left in (4, 2, 0):
            await until(partial(has_left, house, left))
            clock.advance(PAUSED / 60)


def test_what_waits_behind_a_failing_receiver_ends_with_it(
    house: House, clock: FixedClock, receiver: Receiver
) -> None:
    house.partner(hook(receiver))
    house.publish(*[house.resident()] * 3)
    house.fill()
    (tried,) = claim(house, 1)
    house.deliveries.retry(tried, clock.now(), 500, "does not serve")
    clock.advance(24 * HOUR)
    house.publish(house.resident())
    house.fill()
    long_ago = clock.now() - 24 * HOUR

    assert house.deliveries.give_up(tried.endpoint, clock.now(), long_ago, None) == 1
    assert house.counts() == (3, 0, 1)
    assert house.deliveries.give_up(tried.endpoint, clock.now(), long_ago, long_ago) == 2
    assert house.counts() == (1, 0, 3)


def test_dead_letters_stay_for_their_time_and_delivered_ones_for_theirs(
    house: House, clock: FixedClock, receiver: Receiver
) -> None:
    house.partner(hook(receiver))
    house.publish(*[house.resident()] * 2)
    house.fill()
    first, second = claim(house)
    house.deliveries.delivered(first, clock.now())
    house.deliveries.dead(second, clock.now(), 410, "gone")
    clock.advance(QUICK.keep_delivered + HOUR)
    now = clock.now()
    house.deliveries.remove_settled(now - QUICK.keep_delivered, now - QUICK.keep_dead, 100)
    assert house.counts() == (0, 0, 1)
    clock.advance(QUICK.keep_dead)
    now = clock.now()
    house.deliveries.remove_settled(now - QUICK.keep_delivered, now - QUICK.keep_dead, 100)
    assert house.counts() == (0, 0, 0)


def test_too_much_for_one_receiver_is_dead_at_once_and_nobody_elses(house: House, receiver: Receiver) -> None:
    house.deliveries = Deliveries(house.database, most_waiting=2)
    house.partner(hook(receiver))
    house.publish(*[house.resident()] * 2)
    house.fill()
    house.publish(house.resident())
    house.fill()
    assert house.counts() == (2, 0, 1)
    (letter,) = house.overview.dead_letters(None, 10)
    assert letter.reason == "too many events wait for this receiver"


def test_a_suspended_partner_is_told_nothing_more(
    house: House, clock: FixedClock, receiver: Receiver
) -> None:
    partner = house.partner(hook(receiver))
    other = house.partner(hook(receiver, "theirs"), number=ENTERPRISE.number)
    house.publish(house.resident())
    house.fill()
    assert house.counts() == (1, 0, 0)

    house.change(partner, lambda one: one.suspend("fraud", clock.now()))
    house.publish(house.resident())
    house.fill()
    assert house.counts() == (0, 0, 1)
    assert claim(house) == []
    assert house.overview.replay(None, None, clock.now()) == 0
    (state,) = [one for one in house.overview.endpoints() if one.endpoint and one.endpoint.is_suspended]
    assert state.key.registration_id == partner != other

    house.change(partner, lambda one: one.resume(clock.now()))
    house.publish(house.resident())
    house.fill()
    assert house.counts() == (1, 0, 1)
    assert house.overview.replay(None, None, clock.now()) == 1


def test_a_claim_that_lapsed_says_nothing_any_more(
    house: House, clock: FixedClock, receiver: Receiver
) -> None:
    house.partner(hook(receiver))
    house.publish(house.resident())
    house.fill()
    (lapsed,) = claim(house)
    assert claim(house) == []
    clock.advance(LEASE)
    (again,) = claim(house)
    house.deliveries.dead(lapsed, clock.now(), 410, "gone")
    house.deliveries.delivered(again, clock.now())
    assert (lapsed.delivery_id, again.attempts) == (again.delivery_id, 2)
    assert house.counts() == (0, 1, 0)


@pytest.mark.parametrize(
    ("asked", "least", "most"),
    [
        ("600", timedelta(seconds=600), timedelta(seconds=600)),
        ("Sun, 01 Mar 2026 10:30:00 GMT", HOUR, HOUR),
        ("999999999", 2 * HOUR, 2 * HOUR),
        ("Sun, 01 Mar 2020 10:30:00 GMT", timedelta(), timedelta(seconds=10)),
        ("in a while", timedelta(), timedelta(seconds=10)),
        (f"Sun, {'9' * 20} Mar 2026 10:30:00 GMT", timedelta(), timedelta(seconds=10)),
    ],
)
async def test_a_receiver_is_given_the_time_that_it_asks_for_within_bounds(
    house: House, clock: FixedClock, receiver: Receiver, asked: str, least: timedelta, most: timedelta
) -> None:
    house.partner(hook(receiver))
    house.publish(house.resident())
    house.fill()
    receiver.script(Answer(429, {"Retry-After": asked}))

    async with house.sending(house.sender(receiver.ca_file, backoff=Backoff())):
        await until(lambda: house.tried_again_at() is not None)

    later = house.tried_again_at()
    assert later is not None
    assert least <= later - clock.now() <= most
