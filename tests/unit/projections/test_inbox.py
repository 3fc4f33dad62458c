"""The inbox: what a mailbox lists and counts after these events."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import uuid4

import pytest

from domain.access import Access, Basis, BasisKind
from domain.events.access import What
from domain.events.message import Addressee, BusinessDatum
from domain.message import Message
from domain.personal import ERASED
from projections import inbox, inbox_filter
from projections.inbox import InboxPage, MailboxCounts, MessageFilter
from tests.unit.projections.story import (
    NOON,
    SENDER,
    Story,
    a_citizen,
    a_message,
    an_attachment,
    as_erased,
    opening,
)

MAILBOX = uuid4()


def listed(story: Story, *, page: int = 1, page_size: int = 25, **wanted: Any) -> InboxPage:
    return story.told(inbox.page, MAILBOX, MessageFilter(**wanted), page=page, page_size=page_size)


def counted(story: Story) -> MailboxCounts:
    return story.told(inbox.counts, MAILBOX)


def messages(count: int) -> list[Message]:
    return [a_message(MAILBOX, at=NOON + timedelta(minutes=number)) for number in range(count)]


def test_nothing_is_listed_before_anything_is_published(story: Story) -> None:
    assert listed(story) == InboxPage([], 0, is_total_capped=False)
    assert counted(story) == MailboxCounts(0, 0, 0, None, None)


def test_a_published_message_is_listed_with_everything_a_list_shows(story: Story) -> None:
    message = a_message(
        MAILBOX,
        business_data=[BusinessDatum("year", {"nl": "Jaar"}, [{"nl": "2026"}])],
        attention_of=Addressee(None, "Dienst pensioenen"),
        non_sensitive_title={"nl": "Bericht"},
        body={"nl": "Beste"},
        attachments=[an_attachment(1000), an_attachment(500, is_main=False)],
    )
    story.when(*message.new_facts())
    [item] = listed(story).items
    assert item.message_id == item.publication_id == message.id
    assert item.subject == {"nl": "Uw pensioen", "fr": "Votre pension"}
    assert item.business_data == [{"key": "year", "name": {"nl": "Jaar"}, "values": [{"nl": "2026"}]}]
    assert item.attention_of == {"ssin": None, "label": "Dienst pensioenen"}
    assert item.non_sensitive_title == {"nl": "Bericht"}
    assert (item.attachment_count, item.size, item.has_body, item.is_body_main) == (2, 1500, True, False)
    assert (item.received_at, item.expires_at) == (NOON, NOON + timedelta(days=3650))
    assert item.opened_at is None
    assert not item.is_erased


def test_the_newest_message_comes_first_and_pages_follow_one_another(story: Story) -> None:
    published = messages(5)
    story.when(*(fact for message in published for fact in message.new_facts()))
    newest_first = [message.id for message in reversed(published)]
    pages = [
        [item.message_id for item in listed(story, page=page, page_size=2).items] for page in (1, 2, 3, 4)
    ]
    assert pages == [newest_first[:2], newest_first[2:4], newest_first[4:], []]
    assert listed(story, page=4, page_size=2).total == 5


def test_another_mailboxs_messages_are_neither_listed_nor_counted(story: Story) -> None:
    story.when(*a_message(uuid4()).new_facts())
    assert listed(story).total == 0
    assert counted(story).messages == 0


def test_an_opened_message_is_read_from_the_moment_it_was_opened(story: Story) -> None:
    message, other = messages(2)
    at = NOON + timedelta(minutes=30)
    story.given(*message.new_facts(), *other.new_facts()).when(*opening(message, a_citizen(), at))
    assert [item.opened_at for item in listed(story).items] == [None, at]
    read, unread = listed(story, read_status=True), listed(story, read_status=False)
    assert ([item.message_id for item in read.items], read.total) == ([message.id], 1)
    assert ([item.message_id for item in unread.items], unread.total) == ([other.id], 1)
    assert (counted(story).messages, counted(story).unread) == (2, 1)


def test_a_message_published_and_opened_in_one_page_is_read(story: Story) -> None:
    message = a_message(MAILBOX)
    story.when(*message.new_facts(), *opening(message, a_citizen(), NOON))
    assert [item.opened_at for item in listed(story).items] == [NOON]
    assert (counted(story).messages, counted(story).unread) == (1, 0)


def test_an_expired_message_is_not_listed_and_not_counted(story: Story) -> None:
    at = NOON + timedelta(minutes=30)
    stays = messages(1)[0]
    unread, read = (a_message(MAILBOX, expires_at=at) for _ in range(2))
    story.given(*(fact for message in (stays, unread, read) for fact in message.new_facts()))
    story.given(*opening(read, a_citizen(), NOON))
    assert (listed(story).total, counted(story).size) == (3, 3000)
    for message in (unread, read):
        message.expire(at)
        story.when(*message.new_facts())
    assert [item.message_id for item in listed(story).items] == [stays.id]
    totals = [listed(story, read_status=status).total for status in (None, True, False)]
    assert totals == [1, 0, 1]
    assert counted(story) == MailboxCounts(1, 1, 1000, NOON, NOON)


def test_a_scheduled_message_is_listed_and_counted_from_its_release_and_on_top(story: Story) -> None:
    visible_from = NOON + timedelta(days=1)
    scheduled, other = a_message(MAILBOX, visible_from=visible_from), messages(2)[1]
    story.when(*scheduled.new_facts())
    assert listed(story) == InboxPage([], 0, is_total_capped=False)
    assert counted(story) == MailboxCounts(0, 0, 0, None, None)
    scheduled.release(visible_from)
    story.when(*other.new_facts(), *scheduled.new_facts())
    assert [item.message_id for item in listed(story).items] == [scheduled.id, other.id]
    assert counted(story) == MailboxCounts(2, 2, 2000, visible_from, None)


def test_the_counts_say_when_something_last_came_and_was_last_read(story: Story) -> None:
    first, last = messages(2)
    consulted = NOON + timedelta(minutes=20)
    reader = a_citizen()
    looked = Access.of(MAILBOX, What.LIST, reader, Basis(BasisKind.SELF, reader.party_id, 1), consulted)
    story.when(*first.new_facts(), *last.new_facts(), *looked.new_facts())
    assert counted(story) == MailboxCounts(2, 2, 2000, NOON + timedelta(minutes=1), consulted)


def test_a_total_is_exact_up_to_its_limit_and_capped_beyond(story: Story) -> None:
    story.given(*messages(1)[0].new_facts())
    with story.database.writing() as connection:
        connection.exec_driver_sql("UPDATE inbox_counters SET messages = 10000, unread = 10001")
    assert (listed(story).total, listed(story).is_total_capped) == (10_000, False)
    unread = listed(story, read_status=False)
    assert (unread.total, unread.is_total_capped) == (10_000, True)


def test_an_erased_owners_message_keeps_its_frame_and_loses_what_was_personal(story: Story) -> None:
    [published] = a_message(MAILBOX, business_data=[BusinessDatum("year", None, [])]).new_facts()
    story.when(as_erased(published, subject=ERASED, business_data=ERASED, body=ERASED))
    [item] = listed(story).items
    assert item.is_erased
    assert (item.subject, item.business_data) == (None, None)
    assert item.message_type == "PENSION_STATEMENT"


def test_expiry_narrows_to_the_right_messages_however_long_each_is_listed(story: Story) -> None:
    days = (1, 400, 30, 3650)
    published = [
        a_message(MAILBOX, at=NOON + timedelta(days=number), expires_at=NOON + timedelta(days=number + valid))
        for number, valid in enumerate(days)
    ]
    story.when(*(fact for message in published for fact in message.new_facts()))
    one, other, third, _ = (message.id for message in published)
    before = listed(story, expired_before=NOON + timedelta(days=33))
    assert {item.message_id for item in before.items} == {one, third}
    between = listed(story, expired_after=NOON + timedelta(days=2), expired_before=NOON + timedelta(days=402))
    assert {item.message_id for item in between.items} == {other, third}


def test_the_ends_of_time_are_moments_to_ask_about_too(story: Story) -> None:
    story.when(*a_message(MAILBOX).new_facts())
    first, last = datetime.min.replace(tzinfo=UTC), datetime.max.replace(tzinfo=UTC)
    assert listed(story, expired_after=first, expired_before=last).total == 1
    assert listed(story, expired_before=first).total == listed(story, expired_after=last).total == 0


def test_an_exact_total_has_no_limit(story: Story, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(inbox_filter, "TOTAL_LIMIT", 2)
    story.when(*(fact for message in messages(4) for fact in message.new_facts()))
    organisation = MessageFilter(sender_organisation=SENDER)
    for exact, told in ((False, (2, True)), (True, (4, False))):
        page = story.told(inbox.page, MAILBOX, organisation, page=1, page_size=1, exact_total=exact)
        assert (page.total, page.is_total_capped) == told
