"""What leaves the access history when its beginning moves on, and what stays, told once and told again."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from domain.events import Event
from domain.events.mailbox import MailboxFrozen, MailboxMerged, MailboxUnfrozen
from domain.ids import new_id
from domain.message import Message
from domain.retention import Horizon, horizon_at
from projections import access_history, access_history_retention
from projections.access_history import HistoryFilter, HistoryRow
from projections.access_history_retention import Leaving
from tests.unit.projections.story import (
    NOON,
    Story,
    a_citizen,
    a_look,
    a_mailbox,
    a_message,
    a_notification,
    an_access,
    an_auditor,
    opening,
)

MAILBOX, OTHER = uuid4(), uuid4()
READER = a_citizen()
DAY, YEAR = timedelta(days=1), timedelta(days=365)
END_OF_2026 = datetime(2026, 12, 31, 23, tzinfo=UTC)
"""As 2027 begins in Brussels."""


def rows(story: Story, mailbox_id: UUID | None = None) -> list[HistoryRow]:
    return story.told(access_history.page, HistoryFilter(mailbox_id), limit=100)[::-1]


def kinds(story: Story, mailbox_id: UUID | None = MAILBOX) -> list[str]:
    return [row.kind for row in rows(story, mailbox_id) if row.kind != "notification.queued"]


def moved(before: datetime = END_OF_2026) -> list[Event]:
    return Horizon.move(before, before + 10 * YEAR).new_facts()


def ended(message: Message, at: datetime) -> list[Event]:
    message.expire(at)
    message.purge(at + DAY)
    return message.new_facts()


def read(message: Message, at: datetime) -> list[Event]:
    return an_access(message, READER, at).new_facts()


def frozen(at: datetime) -> Event:
    return _event(MailboxFrozen, MAILBOX, 5, at, party_id=uuid4(), reason="a case in court")


def unfrozen(at: datetime) -> Event:
    return _event(MailboxUnfrozen, MAILBOX, 6, at, party_id=uuid4())


@pytest.mark.parametrize(
    ("now", "begins"),
    [
        (datetime(2036, 12, 31, 22, 59, 59, tzinfo=UTC), datetime(2025, 12, 31, 23, tzinfo=UTC)),
        (datetime(2036, 12, 31, 23, 0, 0, tzinfo=UTC), END_OF_2026),
        (datetime(2037, 7, 1, tzinfo=UTC), END_OF_2026),
    ],
)
def test_an_access_on_any_day_of_2026_is_kept_to_the_end_of_2036(now: datetime, begins: datetime) -> None:
    assert horizon_at(now) == begins


def test_access_records_of_before_the_horizon_leave_and_no_others(story: Story) -> None:
    message = a_message(MAILBOX)
    story.given(*message.new_facts(), *read(message, END_OF_2026 - timedelta(microseconds=1)))
    story.given(*a_look(an_auditor(), MAILBOX, NOON).new_facts(), *read(message, END_OF_2026))
    assert story.told(access_history_retention.leaving, END_OF_2026) == Leaving(2, 0)
    story.when(*moved())
    assert kinds(story) == ["message.published", "access.recorded"]
    assert rows(story, MAILBOX)[1].at == END_OF_2026
    assert story.told(access_history_retention.horizon) == END_OF_2026
    assert story.told(access_history_retention.leaving, END_OF_2026) == Leaving(0, 0)


def test_that_a_message_was_opened_stays_as_long_as_the_message_and_by_whom_does_not(story: Story) -> None:
    message = a_message(MAILBOX)
    story.given(*message.new_facts(), *opening(message, READER, NOON))
    story.when(*moved())
    published, opened = rows(story, MAILBOX)
    assert (published.kind, published.actor_kind) == ("message.published", "partner")
    assert (opened.kind, opened.message_id, opened.at) == ("message.opened", message.id, NOON)
    assert (opened.actor, opened.actor_party, opened.site, opened.basis_id) == (None, None, None, None)
    assert (opened.access_id, opened.what) == (None, None)


def test_a_message_leaves_with_all_that_happened_to_it_once_it_expired_before_the_horizon(
    story: Story,
) -> None:
    gone, stays = a_message(MAILBOX, expires_at=NOON + DAY), a_message(MAILBOX)
    told = a_notification(gone, NOON)
    told.sent(1, NOON)
    story.given(*gone.new_facts(), *stays.new_facts(), *told.new_facts(), *opening(gone, READER, NOON))
    story.given(*ended(gone, END_OF_2026 - timedelta(hours=1)))
    assert story.told(access_history_retention.leaving, END_OF_2026) == Leaving(2, 1)
    story.when(*moved())
    assert [(row.kind, row.message_id) for row in rows(story, MAILBOX)] == [("message.published", stays.id)]


def test_what_expired_later_stays_with_its_publication_and_mails(story: Story) -> None:
    message = a_message(MAILBOX, expires_at=NOON + DAY)
    told = a_notification(message, NOON)
    told.sent(1, NOON)
    story.given(*message.new_facts(), *told.new_facts(), *read(message, NOON), *ended(message, END_OF_2026))
    story.when(*moved())
    assert kinds(story) == [
        "message.published",
        "notification.sent",
        "message.expired",
        "message.documents_purged",
    ]


def test_under_a_legal_hold_everything_stays_until_it_is_lifted(story: Story) -> None:
    held, free = a_message(MAILBOX, expires_at=NOON + DAY), a_message(OTHER, expires_at=NOON + DAY)
    for message in (held, free):
        story.given(*message.new_facts(), *read(message, NOON), *ended(message, NOON + 2 * DAY))
    before = rows(story, MAILBOX)
    story.given(frozen(NOON + 3 * DAY)).when(*moved())
    assert rows(story, MAILBOX)[:-1] == before
    assert kinds(story, OTHER) == []
    story.when(unfrozen(END_OF_2026 + 11 * YEAR))
    assert kinds(story) == ["mailbox.frozen", "mailbox.unfrozen"]


def test_of_a_held_mailbox_the_history_begins_where_it_always_did(story: Story) -> None:
    story.given(*a_message(MAILBOX).new_facts(), frozen(NOON + 3 * DAY), *moved())
    begins = [story.told(access_history_retention.begins_at, one) for one in (MAILBOX, OTHER)]
    assert begins == [None, END_OF_2026]


def test_a_position_has_the_moment_of_the_last_row_up_to_it(story: Story) -> None:
    assert story.told(access_history_retention.moment_of, 10**6) is None
    message = a_message(MAILBOX)
    story.given(*message.new_facts(), *read(message, NOON + DAY))
    first, second = (row.position for row in rows(story))
    moments = [
        story.told(access_history_retention.moment_of, one) for one in (first, second - 1, second, 10**6)
    ]
    assert [moment and moment - NOON for moment in moments] == [timedelta(), timedelta(), DAY, DAY]


def test_a_hold_on_a_mailbox_holds_what_was_merged_into_it(story: Story) -> None:
    message = a_message(OTHER)
    merged = _event(MailboxMerged, OTHER, 2, NOON, party_id=uuid4(), into_mailbox=MAILBOX, into_party=uuid4())
    story.given(*a_mailbox(uuid4(), OTHER).new_facts(), *a_mailbox(uuid4(), MAILBOX).new_facts())
    story.given(*message.new_facts(), *read(message, NOON), merged, frozen(NOON + DAY))
    story.when(*moved())
    assert "access.recorded" in kinds(story, OTHER)
    story.when(unfrozen(END_OF_2026 + 11 * YEAR))
    assert "access.recorded" not in kinds(story, OTHER)


def test_an_earlier_horizon_moves_nothing_back(story: Story) -> None:
    message = a_message(MAILBOX)
    story.given(*message.new_facts(), *moved(), *read(message, END_OF_2026), *moved(NOON))
    assert story.told(access_history_retention.horizon) == END_OF_2026
    assert kinds(story) == ["message.published", "access.recorded"]


def test_the_horizon_moves_in_steps_that_each_let_few_rows_leave(story: Story) -> None:
    message = a_message(MAILBOX, at=NOON - DAY)
    story.given(*message.new_facts())
    for hour in range(7):
        story.given(*read(message, NOON + timedelta(hours=hour)))
    steps = []
    while before := story.told(access_history_retention.next_step, END_OF_2026, 3):
        steps.append(story.told(access_history_retention.leaving, before).accesses)
        story.when(*moved(before))
    assert steps == [2, 4, 1]
    assert story.told(access_history_retention.horizon) == END_OF_2026


def test_nothing_is_put_on_record_where_nothing_is_so_old(story: Story) -> None:
    story.given(*a_message(MAILBOX).new_facts())
    assert story.told(access_history_retention.next_step, NOON, 3) is None


def _event(kind: type[Event], stream: UUID, version: int, at: datetime, **facts: Any) -> Event:
    common: dict[str, Any] = {"originator_id": stream, "originator_version": version, "event_id": new_id()}
    return kind(timestamp=at, **common, **facts)
