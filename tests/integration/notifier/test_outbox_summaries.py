"""What the outbox promises of summaries and of cancelling, on SQLite and on PostgreSQL alike."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from domain.events.notification import NotificationKind
from notifier.errors import SummaryClosed
from notifier.outbox import Outbox
from notifier.rows import Due

NOW = datetime(2026, 3, 1, 7, 0, tzinfo=UTC)
LEASE = timedelta(minutes=5)


@pytest.fixture(params=["sqlite", "postgresql"])
def outbox(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Outbox]:
    on_sqlite = request.param == "sqlite"
    url = f"sqlite:///{tmp_path / 'outbox.db'}" if on_sqlite else request.getfixturevalue("postgres_database")
    outbox = Outbox(url)
    outbox.create_tables()
    yield outbox
    outbox.close()


def summary(stream: UUID, *messages: UUID) -> Due:
    return Due(stream, uuid4(), None, NotificationKind.DAILY_SUMMARY, NOW, NOW, messages)


def news(message_id: UUID, due_at: datetime = NOW) -> Due:
    return Due(uuid4(), uuid4(), message_id, NotificationKind.NEW_DOCUMENT, NOW, due_at)


def test_a_summary_takes_in_what_comes_until_it_is_claimed(outbox: Outbox) -> None:
    stream, messages = uuid4(), sorted(uuid4() for _ in range(3))
    outbox.fill([summary(stream, messages[0])], 0, 1)
    assert outbox.summaries([stream, uuid4()]) == {stream: True}
    outbox.fill([summary(stream, *messages[1:])], 1, 2)

    (claim,) = outbox.claim(5, NOW, LEASE)

    assert list(claim.tells_of) == messages
    assert outbox.summaries([stream]) == {stream: False}
    with pytest.raises(SummaryClosed):
        outbox.fill([news(uuid4()), summary(stream, uuid4())], 2, 3)
    assert outbox.position() == 2
    assert outbox.counts() == {"claimed": 1}


def test_a_summary_that_was_tried_once_takes_nothing_in_and_one_given_back_untried_does(
    outbox: Outbox,
) -> None:
    tried, untried = uuid4(), uuid4()
    outbox.fill([summary(tried, uuid4()), summary(untried, uuid4())], 0, 1)
    for claim in outbox.claim(2, NOW, LEASE):
        if claim.notification_id == tried:
            outbox.retry(claim, NOW, 451)
        else:
            outbox.release([claim], NOW)

    assert outbox.summaries([tried, untried]) == {tried: False, untried: True}


def test_what_is_about_a_message_is_claimed_though_it_is_not_due_yet(outbox: Outbox) -> None:
    about, other = uuid4(), uuid4()
    outbox.fill([news(about, NOW + LEASE), news(other)], 0, 1)

    (claim,) = outbox.claim_about([about], 10, NOW, LEASE)
    outbox.cancelled(claim, NOW)

    assert claim.message_id == about
    assert outbox.claim_about([about], 10, NOW, LEASE) == []
    assert outbox.counts() == {"cancelled": 1, "due": 1}


def test_what_is_being_sent_is_not_claimed_a_second_time_to_be_cancelled(outbox: Outbox) -> None:
    about = uuid4()
    outbox.fill([news(about)], 0, 1)
    outbox.claim(1, NOW, LEASE)

    assert outbox.claim_about([about], 10, NOW + 2 * LEASE, LEASE) == []


def test_a_settled_summary_goes_away_with_what_it_told_of(outbox: Outbox) -> None:
    stream = uuid4()
    outbox.fill([summary(stream, uuid4())], 0, 1)
    (claim,) = outbox.claim(1, NOW, LEASE)
    outbox.sent(claim, NOW)

    assert outbox.remove_settled(NOW + LEASE, 10) == 1
    outbox.fill([summary(stream)], 1, 2)
    (again,) = outbox.claim(1, NOW, LEASE)
    assert list(again.tells_of) == []
