"""The access history after these events: who published, who was told, who read what, and who looked."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from uuid import uuid4

import pytest

from domain.events import Event
from domain.events.access import AccessRecorded
from domain.events.message import MessagePublished
from domain.message import Message
from domain.personal import ERASED
from projections import access_history
from projections.access_history import HistoryFilter, HistoryRow
from tests.unit.projections.story import (
    NOON,
    SENDER,
    Story,
    a_citizen,
    a_look,
    a_message,
    a_notification,
    an_access,
    an_auditor,
    as_erased,
    opening,
)

MAILBOX = uuid4()
EVERYTHING = HistoryFilter()


def rows(story: Story, wanted: HistoryFilter = EVERYTHING) -> list[HistoryRow]:
    """Oldest first, as a story is told."""
    return story.told(access_history.page, wanted, limit=100)[::-1]


def kinds(story: Story, wanted: HistoryFilter = EVERYTHING) -> list[str]:
    return [row.kind for row in rows(story, wanted)]


def test_a_publication_says_who_published_what_for_whom(story: Story) -> None:
    message = a_message(MAILBOX)
    [published] = message.new_facts()
    story.when(published)
    [row] = rows(story)
    assert (row.kind, row.at, row.event_id) == ("message.published", NOON, published.event_id)
    assert (row.mailbox_id, row.message_id, row.sender_organisation) == (MAILBOX, message.id, SENDER)
    assert (row.actor, row.actor_kind, row.basis_kind, row.basis_version) == (
        SENDER,
        "partner",
        "registration",
        2,
    )
    assert row.position == story.position
    assert row.detail == {
        "application": "demo.pensions",
        "message_type": "PENSION_STATEMENT",
        "attachments": 1,
        "recipient_activated": True,
    }


def test_an_access_says_who_read_what_through_which_site_and_on_which_basis(story: Story) -> None:
    message, reader = a_message(MAILBOX), a_citizen()
    access = an_access(message, reader, NOON, message.published.attachments[0].id)
    story.given(*message.new_facts()).when(*access.new_facts())
    row = rows(story)[1]
    assert (row.kind, row.what, row.access_id) == ("access.recorded", "attachment", access.id)
    assert (row.mailbox_id, row.message_id) == (MAILBOX, message.id)
    assert row.attachment_id == message.published.attachments[0].id
    assert (row.actor_party, row.actor, row.actor_kind) == (reader.party_id, reader.identity, "citizen")
    assert (row.site, row.digital_key, row.assurance_level) == ("demo-site", "itsme", "high")
    assert (row.basis_kind, row.basis_id, row.basis_version) == ("self", reader.party_id, 1)
    assert row.sender_organisation == SENDER


def test_an_opening_has_the_facts_of_the_access_that_opened_the_message(story: Story) -> None:
    message, reader = a_message(MAILBOX), a_citizen()
    story.given(*message.new_facts()).when(*opening(message, reader, NOON))
    _, access, opened = rows(story)
    assert (opened.kind, opened.access_id) == ("message.opened", access.access_id)
    same = replace(opened, position=access.position, event_id=access.event_id, kind=access.kind)
    assert same == access


def test_the_outcome_of_a_notification_is_on_record(story: Story) -> None:
    message, other = a_message(MAILBOX), a_message(MAILBOX)
    told, untold = a_notification(message, NOON), a_notification(other, NOON)
    told.sent(2, NOON)
    untold.failed(permanent=True, smtp_code=550, reason="unknown recipient", at=NOON)
    story.given(*message.new_facts(), *other.new_facts()).when(*told.new_facts(), *untold.new_facts())
    _, _, sent, failed = rows(story)
    assert (sent.kind, sent.message_id, sent.detail) == ("notification.sent", message.id, {"attempts": 2})
    assert failed.detail == {"permanent": True, "smtp_code": 550, "reason": "unknown recipient"}
    assert {sent.sender_organisation, failed.sender_organisation} == {SENDER}
    assert {sent.mailbox_id, failed.mailbox_id} == {MAILBOX}


def test_an_auditors_look_is_on_record_with_case_and_purpose(story: Story) -> None:
    auditor = an_auditor()
    story.when(*a_look(auditor, MAILBOX, NOON).new_facts(), *a_look(auditor, None, NOON).new_facts())
    at_one, at_all = rows(story)
    assert (at_one.kind, at_one.what, at_one.actor) == ("audit.replayed", "access_history", "auditor-1")
    assert (at_one.mailbox_id, at_all.mailbox_id) == (MAILBOX, None)
    assert at_all.detail == {
        "case": "2026/17",
        "purpose": "complaint",
        "asked": {"start": "2026-01-01T00:00:00Z", "end": "2026-02-01T00:00:00Z"},
    }


def test_an_erased_actor_is_told_apart_from_no_actor(story: Story) -> None:
    message = a_message(MAILBOX)
    [access] = an_access(message, a_citizen(), NOON).new_facts()
    assert isinstance(access, AccessRecorded)
    notification = a_notification(message, NOON)
    notification.sent(1, NOON)
    erased = as_erased(access, access=replace(access.access, actor=ERASED))
    story.when(*message.new_facts(), erased, *notification.new_facts())
    _, read, told = rows(story)
    assert (read.actor, read.is_actor_erased, read.actor_kind) == (None, True, "citizen")
    assert (told.actor, told.is_actor_erased, told.actor_kind) == (None, False, None)


def a_day(message: Message, days: int) -> list[Event]:
    """The reader reads the message so many days after its publication."""
    return [*an_access(message, READER, NOON + timedelta(days=days)).new_facts()]


READER = a_citizen()


@pytest.mark.parametrize(
    "narrow",
    ["mailbox_id", "message_id", "actor_party", "site", "sender_organisation", "kind"],
)
def test_each_filter_keeps_only_what_it_names(story: Story, narrow: str) -> None:
    message = a_message(MAILBOX, sender_organisation="0474028805")
    other = a_message(uuid4())
    story.given(*message.new_facts(), *other.new_facts(), *a_look(an_auditor(), None, NOON).new_facts())
    story.given(*a_day(message, 1))
    seen = rows(story)
    wanted = getattr(seen[-1], narrow)
    assert wanted is not None
    narrowed = rows(story, HistoryFilter(**{narrow: wanted}))
    assert narrowed == [row for row in seen if getattr(row, narrow) == wanted]
    assert 0 < len(narrowed) < len(seen)


def test_a_period_includes_its_start_and_not_its_end(story: Story) -> None:
    message = a_message(MAILBOX)
    story.given(*message.new_facts(), *a_day(message, 1), *a_day(message, 2), *a_day(message, 3))
    period = HistoryFilter(start=NOON + timedelta(days=1), end=NOON + timedelta(days=3))
    found = rows(story, period)
    assert [row.at - NOON for row in found] == [timedelta(days=1), timedelta(days=2)]


def test_pages_follow_one_another(story: Story) -> None:
    message = a_message(MAILBOX)
    story.given(*message.new_facts(), *(fact for day in range(4) for fact in a_day(message, day)))
    oldest_first = [row.position for row in rows(story)]
    newest, before = [], None
    while page := story.told(access_history.page, EVERYTHING, limit=2, before=before):
        newest += [row.position for row in page]
        before = page[-1].position
    assert newest == oldest_first[::-1]


def test_what_is_no_publication_telling_reading_or_look_is_not_in_it(story: Story) -> None:
    message = a_message(MAILBOX)
    story.when(*message.new_facts(), *a_notification(message, NOON).new_facts())
    assert kinds(story) == [MessagePublished.TOPIC]
