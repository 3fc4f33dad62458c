"""A mailbox that another one took the place of: where its messages are read from then on."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

from domain.events import Event
from domain.ids import message_id
from domain.message import Message
from projections import inbox, message_detail
from projections.inbox import InboxPage, MessageFilter
from tests.unit.projections.story import NOON, Story, a_citizen, a_mailbox, a_message, an_access, opening

OLD, NEW = uuid4(), uuid4()
LATER = NOON + timedelta(hours=1)
CHANGED: dict[str, Any] = {"is_hidden": None, "is_archived": None}


def merging(old: UUID = OLD, new: UUID = NEW) -> list[Event]:
    mailbox = a_mailbox(uuid4(), old)
    mailbox.merge_into(a_mailbox(uuid4(), new), LATER)
    return mailbox.new_facts()


def listed(story: Story, mailbox_id: UUID = NEW, page_size: int = 25, **wanted: Any) -> InboxPage:
    return story.told(inbox.page, mailbox_id, MessageFilter(**wanted), page=1, page_size=page_size)


def facts_of(*messages: Message) -> list[Event]:
    return [fact for message in messages for fact in message.new_facts()]


def test_its_messages_are_listed_counted_found_and_read_in_the_other(story: Story) -> None:
    mine, theirs = a_message(OLD), a_message(NEW, at=NOON + timedelta(minutes=1))
    story.given(*facts_of(mine, theirs)).when(*merging())
    assert [item.message_id for item in listed(story).items] == [theirs.id, mine.id]
    assert listed(story, words="pensioen", language="nl").total == 2
    assert story.told(inbox.counts, NEW).messages == 2
    assert story.told(message_detail.detail, NEW, mine.id) is not None


def test_nothing_is_left_where_it_was(story: Story) -> None:
    message = a_message(OLD)
    story.given(*message.new_facts()).when(*merging())
    assert listed(story, OLD).total == 0
    assert story.told(inbox.counts, OLD).messages == 0
    assert story.told(message_detail.detail, OLD, message.id) is None


def test_what_happens_to_them_later_counts_in_the_other(story: Story) -> None:
    message, late = a_message(OLD), a_message(OLD, at=LATER)
    story.given(*message.new_facts(), *merging()).when(*opening(message, a_citizen(), LATER))
    story.when(*late.new_facts(), *an_access(late, a_citizen(), LATER).new_facts())
    counts = story.told(inbox.counts, NEW)
    assert (counts.messages, counts.unread, counts.last_consultation) == (2, 1, LATER)


def test_the_mailbox_that_is_left_at_the_end_of_a_chain_has_everything(story: Story) -> None:
    newest = uuid4()
    message = a_message(OLD)
    story.given(*message.new_facts(), *merging()).when(*merging(NEW, newest))
    late = a_message(OLD, at=LATER)
    story.when(*late.new_facts())
    assert [item.message_id for item in listed(story, newest).items] == [late.id, message.id]
    assert story.told(message_detail.detail, newest, late.id) is not None


def test_a_publication_that_went_to_both_is_there_once(story: Story) -> None:
    first = a_message(OLD)
    [published] = first.new_facts()
    further = a_message(NEW)
    [linked] = further.new_facts()
    vars(linked).update(originator_id=message_id(first.id, NEW), publication_id=first.id)
    story.given(published, linked).when(*merging())
    assert [item.message_id for item in listed(story).items] == [first.id]
    assert story.told(inbox.counts, NEW).messages == 1
    found = story.told(message_detail.detail, NEW, first.id)
    assert found is not None
    assert found.message_id == first.id


def test_who_follows_changes_is_told_of_all_that_came_along_however_small_the_pages(story: Story) -> None:
    messages = [a_message(OLD) for _ in range(7)]
    story.given(*facts_of(*messages, a_message(NEW)))
    before = story.position
    story.when(*merging(), *a_message(NEW, at=LATER).new_facts())
    seen: set[UUID] = set()
    while (page := listed(story, page_size=3, changed_after=before, **CHANGED)).items:
        seen.update(item.message_id for item in page.items)
        before = page.items[-1].position
    assert len(seen) == 8
    assert {message.id for message in messages} <= seen
