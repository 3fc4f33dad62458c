"""What a sender and an owner still do to a message, as lists, counts and the detail show it."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import uuid4

from domain.events.message import Addressee, BusinessDatum
from projections import inbox, message_detail
from projections.inbox import InboxPage, MailboxCounts, MessageFilter
from projections.message_detail import MessageDetail
from tests.unit.projections.story import NOON, Story, a_citizen, a_message, a_partner, an_access, registered

MAILBOX = uuid4()
LATER = NOON + timedelta(hours=1)
BY_SENDER = registered(a_partner())


def listed(story: Story, **wanted: Any) -> InboxPage:
    return story.told(inbox.page, MAILBOX, MessageFilter(**wanted), page=1, page_size=25)


def read(story: Story, message_id: Any) -> MessageDetail | None:
    return story.told(message_detail.detail, MAILBOX, message_id)


def a_full_message() -> Any:
    return a_message(
        MAILBOX,
        subject={"nl": "Geheim"},
        body={"nl": "Geheim"},
        business_data=[BusinessDatum("k", None, [{"nl": "Geheim"}])],
        attention_of=Addressee(None, "Geheim"),
        non_sensitive_title={"nl": "Geheim"},
        payment={"iban": "Geheim"},
        confirmation_needed=True,
        reply_authorised=True,
    )


def test_a_withdrawn_message_is_neither_listed_nor_counted_nor_found_nor_read(story: Story) -> None:
    message = a_full_message()
    story.given(*message.new_facts())
    message.withdraw("mistake", BY_SENDER, LATER)
    story.when(*message.new_facts())
    assert listed(story).total == listed(story, words="geheim", language="nl").total == 0
    assert story.told(inbox.counts, MAILBOX) == MailboxCounts(0, 0, 0, None, None)
    assert read(story, message.id) is None


def test_who_follows_changes_is_told_that_a_message_was_withdrawn_and_not_what_it_said(story: Story) -> None:
    message = a_full_message()
    story.given(*message.new_facts())
    before = story.position
    message.withdraw(None, BY_SENDER, LATER)
    story.when(*message.new_facts())
    [item] = listed(story, changed_after=before, is_hidden=None).items
    assert (item.is_gone, item.is_withdrawn, item.subject) == (True, True, None)


def test_a_recalled_message_stays_without_what_it_held_and_waits_for_nobody(story: Story) -> None:
    message = a_full_message()
    story.given(*message.new_facts())
    message.recall("wrong mailbox", BY_SENDER, LATER)
    story.when(*message.new_facts())
    [item] = listed(story, read_status=True).items
    assert (item.is_recalled, item.recalled_at, item.is_unread) == (True, LATER, False)
    assert (item.has_body, item.has_payment, item.attachment_count, item.size) == (False, False, 0, 0)
    assert listed(story, words="geheim", language="nl").total == 0
    assert story.told(inbox.counts, MAILBOX) == MailboxCounts(1, 0, 0, NOON, None)
    found = read(story, message.id)
    assert found is not None
    assert (found.is_recalled, found.body, found.payment, found.attachments) == (True, None, None, [])
    rows = [
        story.told(lambda connection, table=table: connection.exec_driver_sql(f"SELECT * FROM {table}").all())  # type: ignore[misc]
        for table in ("inbox", "inbox_texts", "message_detail")
    ]
    assert "Geheim" not in str(rows)
    assert "geheim" not in str(rows)


def test_a_confirmed_and_answered_message_says_since_when(story: Story) -> None:
    message = a_full_message()
    access = an_access(message, a_citizen(), LATER)
    message.confirm(access.id, LATER)
    message.reply(uuid4(), registered(a_citizen()), LATER)
    message.reply(uuid4(), registered(a_citizen()), LATER + timedelta(minutes=1))
    story.when(*access.new_facts(), *message.new_facts())
    [item] = listed(story).items
    found = read(story, message.id)
    assert found is not None
    expected = (LATER, LATER + timedelta(minutes=1))
    assert (item.confirmed_at, item.replied_at) == (found.confirmed_at, found.replied_at) == expected


def test_a_reply_says_whose_it_is_and_a_message_what_is_to_be_paid(story: Story) -> None:
    replier = registered(a_citizen())
    reply = a_message(MAILBOX, sender_kind="citizen", access=replier, payment={"iban": "BE68"})
    story.when(*reply.new_facts())
    [item] = listed(story).items
    assert (item.sender_kind, item.sender_number, item.has_payment) == ("citizen", replier.actor, True)
    found = read(story, reply.id)
    assert found is not None
    assert (found.sender_number, found.payment) == (replier.actor, {"iban": "BE68"})
