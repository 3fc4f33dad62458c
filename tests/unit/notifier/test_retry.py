"""How long a mail waits, how long everybody waits, and when it is enough."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

from notifier.pause import RelayPause
from notifier.retry import RetryPolicy

NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
SECOND = timedelta(seconds=1)


def test_waits_grow_to_a_longest_one_and_are_never_all_the_same() -> None:
    policy = RetryPolicy()
    waits = [[policy.wait_after(attempt, timedelta()) for _ in range(20)] for attempt in range(1, 20)]

    for attempt, some in enumerate(waits, start=1):
        full = min(timedelta(seconds=10) * 2 ** (attempt - 1), timedelta(hours=4))
        assert all(wait is not None and full / 2 <= wait <= full for wait in some)
        assert len(set(some)) > 1


def test_a_mail_is_given_up_by_its_age_or_by_its_attempts() -> None:
    policy = RetryPolicy()

    assert policy.wait_after(5, timedelta(days=3)) is None
    assert policy.wait_after(45, timedelta()) is None
    assert policy.wait_after(44, timedelta(days=2, hours=23)) is not None


def test_a_mail_that_waited_for_an_absent_relay_still_has_its_first_attempts() -> None:
    policy = RetryPolicy()

    assert all(policy.wait_after(attempt, timedelta(days=30)) is not None for attempt in range(1, 5))


def test_by_its_waits_alone_a_mail_reaches_its_age_before_its_attempts() -> None:
    policy = RetryPolicy()
    shortest = [
        min(policy.first * 2 ** min(attempt, 20), policy.longest) / 2
        for attempt in range(policy.attempts - 1)
    ]

    assert sum(shortest, timedelta()) >= policy.give_up_after * 0.9


def test_everybody_pauses_longer_each_time_the_relay_is_found_unavailable() -> None:
    pause = RelayPause(first=SECOND, longest=4 * SECOND)
    now, lengths = NOW, []
    for _ in range(5):
        pause.unavailable(now)
        lengths.append(pause.left(now))
        now += pause.left(now)

    assert [SECOND / 2 <= lengths[0] <= SECOND, SECOND <= lengths[1] <= 2 * SECOND] == [True, True]
    assert all(2 * SECOND <= length <= 4 * SECOND for length in lengths[2:])


def test_mails_that_were_on_their_way_do_not_prolong_a_pause() -> None:
    pause = RelayPause()
    pause.unavailable(NOW)
    first = pause.left(NOW)
    pause.unavailable(NOW)

    assert pause.left(NOW) == first


def test_after_a_pause_the_relay_is_in_doubt_until_it_answers() -> None:
    pause = RelayPause(first=SECOND)
    assert not pause.is_doubtful
    pause.unavailable(NOW)
    later = NOW + 2 * SECOND

    assert pause.is_doubtful
    assert pause.left(later) == timedelta()
    pause.answered()
    assert not pause.is_doubtful
