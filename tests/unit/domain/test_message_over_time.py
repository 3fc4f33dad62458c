"""What time and its owner's hand do to a message: given, when, then."""

from __future__ import annotations

from datetime import timedelta

import pytest

from domain.changes import CHANGES
from domain.errors import Conflict, LimitReached
from domain.events.notification import NotificationKind
from domain.message import Message
from domain.notification import Notification
from tests.unit.projections.story import NOON, a_citizen, a_message, a_partner, opening, registered

DAY = timedelta(days=1)
ACCESS = registered(a_partner())


def facts(subject: Message | Notification) -> list[str]:
    return [fact.TOPIC for fact in subject.new_facts()]


def published(**with_facts: object) -> Message:
    message = a_message(a_partner().party_id, **with_facts)  # type: ignore[arg-type]
    message.new_facts()
    return message


def test_a_message_without_a_publish_time_can_be_read_at_once() -> None:
    assert published().is_readable


def test_a_message_is_released_at_its_time_and_only_once() -> None:
    message = published(visible_from=NOON + DAY)
    message.release(NOON + DAY - timedelta(microseconds=1))
    assert not message.is_readable
    message.release(NOON + DAY)
    message.release(NOON + 2 * DAY)
    assert facts(message) == ["message.released"]
    assert message.is_readable


def test_an_expired_message_cannot_be_read_and_expires_once() -> None:
    message = published(expires_at=NOON + DAY)
    message.expire(NOON + DAY - timedelta(microseconds=1))
    assert message.is_readable
    message.expire(NOON + DAY)
    message.expire(NOON + 2 * DAY)
    assert facts(message) == ["message.expired"]
    assert not message.is_readable


@pytest.mark.parametrize("days", [5, 14, 15])
def test_nobody_is_reminded_of_a_message_that_expires_first(days: int) -> None:
    message = published(expires_at=NOON + days * DAY)
    message.remind(NOON + 15 * DAY)
    assert facts(message) == []


@pytest.mark.parametrize("days", [3, 7])
def test_nobody_is_warned_of_a_message_that_never_had_longer_to_live(days: int) -> None:
    message = published(expires_at=NOON + days * DAY)
    message.announce_expiry(NOON + days * DAY)
    assert facts(message) == []


def test_an_opened_message_calls_for_neither_reminder_nor_warning() -> None:
    message = published(expires_at=NOON + 60 * DAY)
    opening(message, a_citizen(), NOON + DAY)
    message.remind(NOON + 20 * DAY)
    message.announce_expiry(NOON + 55 * DAY)
    assert facts(message) == []


def test_documents_stay_while_the_message_may_be_read() -> None:
    message = published(expires_at=NOON + DAY)
    with pytest.raises(Conflict):
        message.purge(NOON + DAY)
    message.expire(NOON + DAY)
    message.purge(NOON + DAY)
    message.purge(NOON + DAY)
    assert facts(message) == ["message.expired", "message.documents_purged"]


def test_hiding_and_archiving_are_each_recorded_where_they_change_something() -> None:
    message = published()
    message.change(ACCESS, NOON, is_visible=True, is_archived=False)
    assert facts(message) == []
    message.change(ACCESS, NOON, is_visible=False, is_archived=True)
    assert facts(message) == ["message.hidden", "message.archived"]
    message.change(ACCESS, NOON)
    assert facts(message) == []
    message.change(ACCESS, NOON, is_visible=True)
    assert facts(message) == ["message.shown"]
    message.change(ACCESS, NOON, is_archived=False)
    assert facts(message) == ["message.unarchived"]
    assert (message.is_hidden, message.is_archived) == (False, False)


class TestNotification:
    def queued(self) -> Notification:
        message = published()
        mailbox_id = message.published.mailbox_id
        notification = Notification.queue(mailbox_id, message.id, NotificationKind.NEW_DOCUMENT, NOON)
        notification.new_facts()
        return notification

    def test_what_is_cancelled_is_never_sent(self) -> None:
        notification = self.queued()
        notification.cancel("opened", NOON)
        notification.sent(1, NOON)
        notification.cancel("opened", NOON)
        assert facts(notification) == ["notification.cancelled"]

    def test_a_summary_says_what_it_told_of(self) -> None:
        notification = self.queued()
        notification.sent(1, NOON, told_of=[notification.id])
        assert facts(notification) == ["notification.sent", "notification.summarised"]

    def test_it_comes_back_once_and_after_it_was_sent(self) -> None:
        notification = self.queued()
        notification.sent(1, NOON)
        notification.delayed("4.4.1", NOON)
        notification.delayed("4.4.2", NOON + DAY)
        notification.bounced("5.1.1", NOON)
        notification.bounced("5.1.1", NOON)
        notification.delayed("4.4.1", NOON)
        assert facts(notification) == ["notification.sent", "notification.delayed", "notification.bounced"]


def test_a_streams_time_never_goes_back() -> None:
    """Whoever decided first and was stored second takes the moment of the fact before."""
    message = published()
    opening(message, a_citizen(), NOON + DAY)
    message.change(ACCESS, NOON, is_visible=False)
    [hidden] = message.new_facts()
    assert hidden.timestamp == NOON + DAY


def test_an_owner_changes_a_message_as_often_as_anybody_needs_and_no_more() -> None:
    message = published()
    for number in range(CHANGES):
        message.change(ACCESS, NOON + timedelta(minutes=number), is_visible=bool(number % 2))
    with pytest.raises(LimitReached) as refused:
        message.change(ACCESS, NOON + timedelta(hours=2), is_archived=True)
    assert 0 < refused.value.retry_after <= 22 * 3600 + 1
    message.change(ACCESS, NOON + DAY, is_archived=True)
    assert message.is_archived
