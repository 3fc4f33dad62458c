"""What the outbox promises, on SQLite and on PostgreSQL alike."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Barrier
from uuid import UUID, uuid4

import pytest

from domain.errors import Unavailable
from domain.events.notification import NotificationKind
from notifier.errors import PositionMoved
from notifier.outbox import Outbox
from notifier.rows import Due

NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
LEASE = timedelta(minutes=5)
MINUTE = timedelta(minutes=1)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path / 'outbox.db'}"
    return str(request.getfixturevalue("postgres_database"))


@pytest.fixture
def outbox(url: str) -> Iterator[Outbox]:
    outbox = Outbox(url)
    try:
        outbox.create_tables()
        yield outbox
    finally:
        outbox.close()


def due(at: datetime = NOW) -> Due:
    return Due(
        notification_id=uuid4(),
        mailbox_id=uuid4(),
        message_id=uuid4(),
        kind=NotificationKind.NEW_DOCUMENT,
        queued_at=at,
        due_at=at,
    )


def test_what_was_filled_is_claimed_once_it_is_due_the_longest_due_first(outbox: Outbox) -> None:
    later, first, second = due(NOW + MINUTE), due(NOW - MINUTE), due(NOW)
    outbox.fill([later, first, second], 0, 7)

    claims = outbox.claim(10, NOW, LEASE)

    assert [claim.notification_id for claim in claims] == [first.notification_id, second.notification_id]
    assert (claims[0].mailbox_id, claims[0].message_id) == (first.mailbox_id, first.message_id)
    assert (claims[0].queued_at, claims[0].claimed_until) == (first.queued_at, NOW + LEASE)
    assert [claim.attempts for claim in claims] == [1, 1]
    assert outbox.claim(10, NOW, LEASE) == []
    assert outbox.position() == 7


def test_no_more_is_claimed_than_was_asked_for(outbox: Outbox) -> None:
    outbox.fill([due() for _ in range(5)], 0, 1)

    assert len(outbox.claim(3, NOW, LEASE)) == 3
    assert len(outbox.claim(3, NOW, LEASE)) == 2


def test_a_filler_that_is_not_where_the_outbox_is_adds_nothing(outbox: Outbox) -> None:
    outbox.fill([due()], 0, 5)

    with pytest.raises(PositionMoved):
        outbox.fill([due()], 0, 5)

    assert outbox.position() == 5
    assert outbox.counts() == {"due": 1}


def test_of_two_fillers_at_the_same_position_one_adds_its_rows(outbox: Outbox) -> None:
    start = Barrier(2)

    def fill(_number: int) -> bool:
        start.wait(timeout=10)
        try:
            outbox.fill([due() for _ in range(20)], 0, 5)
        except PositionMoved:
            return False
        return True

    with ThreadPoolExecutor(2) as threads:
        assert sorted(threads.map(fill, range(2))) == [False, True]
    assert outbox.counts() == {"due": 20}


def test_what_is_in_the_outbox_already_is_not_doubled(outbox: Outbox) -> None:
    row = due()
    outbox.fill([row], 0, 1)
    (claim,) = outbox.claim(1, NOW, LEASE)
    outbox.sent(claim, NOW)

    outbox.fill([row, due()], 1, 2)

    assert outbox.counts() == {"due": 1, "sent": 1}


def test_no_two_claimers_ever_get_the_same_row(url: str, outbox: Outbox) -> None:
    rows = [due() for _ in range(300)]
    outbox.fill(rows, 0, 1)
    start = Barrier(4)

    def claim_all(_number: int) -> list[UUID]:
        own = Outbox(url)
        claimed: list[UUID] = []
        start.wait(timeout=10)
        while claims := own.claim(7, NOW, LEASE):
            claimed += [claim.notification_id for claim in claims]
        own.close()
        return claimed

    with ThreadPoolExecutor(4) as threads:
        claimed = [one for some in threads.map(claim_all, range(4)) for one in some]

    assert sorted(claimed) == sorted(row.notification_id for row in rows)


def test_a_claim_lapses_with_its_lease_and_its_attempt_counts(outbox: Outbox) -> None:
    outbox.fill([due()], 0, 1)
    outbox.claim(1, NOW, LEASE)

    assert outbox.claim(1, NOW + LEASE - MINUTE, LEASE) == []
    (again,) = outbox.claim(1, NOW + LEASE, LEASE)
    assert again.attempts == 2


def test_what_a_lapsed_claim_says_counts_no_more(outbox: Outbox) -> None:
    outbox.fill([due()], 0, 1)
    (lapsed,) = outbox.claim(1, NOW, LEASE)
    (current,) = outbox.claim(1, NOW + LEASE, LEASE)

    outbox.retry(lapsed, NOW, 451)
    outbox.failed(lapsed, NOW, 550)
    outbox.release([lapsed], NOW)

    assert outbox.counts() == {"claimed": 1}
    outbox.sent(current, NOW)
    assert outbox.counts() == {"sent": 1}


def test_a_temporary_failure_is_due_again_later(outbox: Outbox) -> None:
    outbox.fill([due()], 0, 1)
    (claim,) = outbox.claim(1, NOW, LEASE)
    outbox.retry(claim, NOW + MINUTE, 451)

    assert outbox.claim(1, NOW, LEASE) == []
    (again,) = outbox.claim(1, NOW + MINUTE, LEASE)
    assert again.attempts == 2


def test_what_was_given_back_untried_is_due_at_once_and_no_attempt_counts(outbox: Outbox) -> None:
    outbox.fill([due(), due()], 0, 1)
    outbox.release(outbox.claim(2, NOW, LEASE), NOW)

    assert [claim.attempts for claim in outbox.claim(2, NOW, LEASE)] == [1, 1]


def test_settled_rows_are_never_claimed_and_go_away_after_a_while(outbox: Outbox) -> None:
    outbox.fill([due(), due(), due()], 0, 1)
    sent, failed, _ = outbox.claim(3, NOW, LEASE)
    outbox.sent(sent, NOW)
    outbox.failed(failed, NOW, 550)

    assert outbox.counts() == {"claimed": 1, "failed": 1, "sent": 1}
    assert len(outbox.claim(3, NOW + 2 * LEASE, LEASE)) == 1
    assert outbox.remove_settled(NOW, 10) == 0
    assert outbox.remove_settled(NOW + MINUTE, 1) == 1
    assert outbox.remove_settled(NOW + MINUTE, 10) == 1
    assert outbox.counts() == {"claimed": 1}


def test_tables_may_be_made_by_several_processes_at_once_and_again(url: str) -> None:
    def create(_number: int) -> int:
        outbox = Outbox(url)
        outbox.create_tables()
        position = outbox.position()
        outbox.close()
        return position

    with ThreadPoolExecutor(4) as threads:
        assert list(threads.map(create, range(4))) == [0, 0, 0, 0]


def test_a_database_that_is_away_is_a_retryable_condition_without_its_address() -> None:
    outbox = Outbox("postgresql://ebox:secret@127.0.0.1:9/none")

    with pytest.raises(Unavailable) as refusal:
        outbox.position()

    assert "secret" not in str(refusal.value)
    outbox.close()


def test_the_backlog_counts_what_is_not_settled_and_knows_how_long_it_waits(outbox: Outbox) -> None:
    assert (outbox.backlog().rows, outbox.backlog().due_since) == ({"due": 0, "claimed": 0}, None)
    outbox.fill([due(NOW - MINUTE), due(NOW - 2 * MINUTE), due(NOW), due(NOW + MINUTE)], 0, 7)
    first, _second = outbox.claim(2, NOW, LEASE)
    outbox.sent(first, NOW)
    assert outbox.backlog().rows == {"due": 2, "claimed": 1}
    assert outbox.backlog().due_since == NOW
