"""The scheduler's list: which messages to look at, and from when on."""

from __future__ import annotations

from datetime import datetime, timedelta
from uuid import UUID, uuid4

from domain.message import Message
from projections import timetable
from projections.timetable import DueMessage
from tests.unit.projections.story import NOON, Story, a_citizen, a_message, a_partner, opening, registered

DAY = timedelta(days=1)
MAILBOX = uuid4()


def due(story: Story, now: datetime) -> list[tuple[datetime, UUID]]:
    return [(one.at, one.message_id) for one in story.told(timetable.due, now, limit=10)]


def published(story: Story, **facts: object) -> Message:
    message = a_message(MAILBOX, **facts)  # type: ignore[arg-type]
    story.given(*message.new_facts())
    return message


def test_a_message_is_looked_at_when_its_reminder_is_due(story: Story) -> None:
    message = published(story)
    assert due(story, NOON + 15 * DAY - timedelta(microseconds=1)) == []
    assert due(story, NOON + 15 * DAY) == [(NOON + 15 * DAY, message.id)]


def test_then_when_it_is_to_be_warned_of_and_then_when_it_expires(story: Story) -> None:
    message = published(story, expires_at=NOON + 60 * DAY)
    message.remind(NOON + 15 * DAY)
    story.given(*message.new_facts())
    assert due(story, NOON + 59 * DAY) == [(NOON + 53 * DAY, message.id)]
    message.announce_expiry(NOON + 53 * DAY)
    story.given(*message.new_facts())
    assert due(story, NOON + 59 * DAY) == []
    assert due(story, NOON + 60 * DAY) == [(NOON + 60 * DAY, message.id)]


def test_an_opened_message_is_left_alone_until_it_expires(story: Story) -> None:
    message = published(story, expires_at=NOON + 60 * DAY)
    story.given(*opening(message, a_citizen(), NOON + DAY))
    assert due(story, NOON + 60 * DAY) == [(NOON + 60 * DAY, message.id)]


def test_a_scheduled_message_is_looked_at_at_its_time(story: Story) -> None:
    message = published(story, visible_from=NOON + 2 * DAY)
    assert due(story, NOON + 3 * DAY) == [(NOON + 2 * DAY, message.id)]
    message.release(NOON + 2 * DAY)
    story.given(*message.new_facts())
    assert due(story, NOON + 3 * DAY) == []
    assert due(story, NOON + 17 * DAY) == [(NOON + 17 * DAY, message.id)]


def test_an_expired_message_keeps_its_documents_until_they_are_purged(story: Story) -> None:
    message = published(story, expires_at=NOON + 3 * DAY)
    message.expire(NOON + 3 * DAY)
    story.given(*message.new_facts())
    assert due(story, NOON + 99 * DAY) == []
    assert story.told(timetable.count_expired, NOON + 4 * DAY) == 1
    assert story.told(timetable.count_expired, NOON + 2 * DAY) == 0
    message.purge(NOON + 4 * DAY)
    story.given(*message.new_facts())
    assert story.told(timetable.count_expired, NOON + 4 * DAY) == 0


def test_a_message_without_documents_has_nothing_to_purge(story: Story) -> None:
    message = published(story, attachments=[], body={"nl": "Dag"}, expires_at=NOON + 3 * DAY)
    message.expire(NOON + 3 * DAY)
    story.given(*message.new_facts())
    assert story.told(timetable.count_expired, NOON + 4 * DAY) == 0


def test_pages_go_on_behind_the_last_one_also_where_many_fall_due_at_once(story: Story) -> None:
    ids = {published(story).id for _ in range(5)}
    seen: list[UUID] = []
    last: DueMessage | None = None
    while page := story.told(timetable.due, NOON + 15 * DAY, limit=2, after=last):
        seen += [one.message_id for one in page]
        last = page[-1]
    assert len(seen) == 5
    assert set(seen) == ids


def test_nothing_but_its_expiry_falls_due_of_a_message_taken_back(story: Story) -> None:
    for how in ("withdraw", "recall"):
        message = published(story, visible_from=NOON + DAY, expires_at=NOON + 60 * DAY)
        getattr(message, how)(None, registered(a_partner()), NOON)
        story.given(*message.new_facts())
        assert due(story, NOON + 59 * DAY) == [], how
    assert [at for at, _ in due(story, NOON + 60 * DAY)] == [NOON + 60 * DAY] * 2
