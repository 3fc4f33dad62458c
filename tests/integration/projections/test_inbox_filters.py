"""Every filter of the inbox, alone and with others, against a plain reading of the same events."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from sqlalchemy import select

from domain.events.message import Addressee, BusinessDatum
from domain.message import Message
from projections import inbox, inbox_texts
from projections.database import ReadDatabase
from projections.inbox import MailboxCounts, MessageFilter, Named
from projections.inbox_filter import InboxPage
from projections.inbox_tables import INBOX, TEXTS
from tests.integration.projections.oracle import matching
from tests.unit.projections.story import (
    NOON,
    Story,
    a_citizen,
    a_mailbox,
    a_message,
    a_partner,
    an_access,
    opening,
    registered,
)

WORDS = ("Pensioen", "Aperçu", "straße", "100%", "a_b", "back\\slash", "IJs", "zeldzaam", "Één")
NAMED = Named(frozenset({"T2"}), frozenset(), frozenset({"A1"}))
CHOICES: dict[str, list[Any]] = {
    "read_status": [True, False],
    "is_hidden": [True, None],
    "is_archived": [True, None],
    "received_before": [NOON + timedelta(minutes=30)],
    "received_after": [NOON + timedelta(minutes=20)],
    "expired_before": [NOON + timedelta(days=40)],
    "expired_after": [NOON + timedelta(days=30)],
    "message_type": ["T1", "T2", "unknown"],
    "sender_organisation": ["0206731645", "unknown"],
    "sender_application": ["A1", "unknown"],
    "registered": [True, False],
    "words": ["PENSIOEN", "apercu", "SS", "%", "_", "\\", "a_b", "ijs", "ee", "pe", "ol", "n a", "absent"],
    "changed_after": [0, 100, 10**6],
    "partitions": [frozenset({"P1"}), frozenset({"P1", "P2"}), frozenset({"", "P2"}), frozenset()],
    "recipient_partition": ["P1", "unknown"],
}


@pytest.fixture(params=[3, 1000], ids=["crowded", "not crowded"])
def story(request: pytest.FixtureRequest, database: ReadDatabase, monkeypatch: pytest.MonkeyPatch) -> Story:
    """A story in which mailboxes are crowded soon, or never."""
    monkeypatch.setattr(inbox_texts, "CROWDED", request.param)
    return Story(database, 7)


def lives(rnd: random.Random, *mailboxes: UUID) -> list[Message]:
    """Messages to which all kinds of things have happened; their facts are still new."""
    messages = []
    for number in range(50):
        at = NOON + timedelta(minutes=number)
        text = " ".join(rnd.sample(WORDS, 2))
        message = a_message(
            rnd.choice(mailboxes),
            at=at,
            visible_from=at + timedelta(minutes=15) if rnd.random() < 0.2 else at,
            expires_at=at + timedelta(days=rnd.choice([20, 35, 50])),
            subject={rnd.choice(["nl", "fr", "de", "en"]): text},
            business_data=[BusinessDatum("k", None, [{"nl": rnd.choice(WORDS)}])]
            if rnd.random() < 0.3
            else None,
            attention_of=Addressee(None, rnd.choice(WORDS)) if rnd.random() < 0.3 else None,
            message_type=rnd.choice(["T1", "T2", "T3"]),
            sender_application=rnd.choice(["A1", "A2"]),
            registered=rnd.random() < 0.3,
            confirmation_needed=True,
            recipient_partition=rnd.choice(["P1", "P2", None]),
        )
        messages.append(message)
    return messages


WHAT_HAPPENS = (
    *("release", "open", "hide", "show", "archive", "unarchive"),
    *("expire", "withdraw", "recall", "confirm", "nothing"),
)


def happen(rnd: random.Random, message: Message, story: Story) -> None:
    """Something happens to the message."""
    at = message.published.visible_from + timedelta(minutes=1)
    match rnd.choice([*WHAT_HAPPENS]):
        case "release":
            message.release(message.published.visible_from)
        case "open" if message.is_readable and message.opened_at is None:
            story.when(*opening(message, a_citizen(), at))
        case "hide" | "show" as what if message.is_readable:
            message.change(registered(a_citizen()), at, is_visible=what == "show")
        case "archive" | "unarchive" as what if message.is_readable:
            message.change(registered(a_citizen()), at, is_archived=what == "archive")
        case "withdraw" if message.opened_at is None and not message.is_recalled and not message.is_expired:
            message.withdraw(None, registered(a_partner()), at)
        case "recall" if message.is_readable:
            message.recall(None, registered(a_partner()), at)
        case "confirm" if message.is_readable and not message.is_recalled:
            access = an_access(message, a_citizen(), at)
            message.confirm(access.id, at)
            story.when(*access.new_facts())
        case "expire" if rnd.random() < 0.3:
            message.expire(message.published.expires_at)
    story.when(*message.new_facts())


def told(story: Story, mailbox_id: UUID, wanted: MessageFilter, **options: Any) -> InboxPage:
    return story.told(inbox.page, mailbox_id, wanted, **{"page": 1, "page_size": 100, **options}, named=NAMED)


def filters(rnd: random.Random) -> Iterator[MessageFilter]:
    yield MessageFilter()
    for name, values in CHOICES.items():
        for value in values:
            yield _with(MessageFilter(), {name: value}, rnd)
    for _ in range(30):
        names = rnd.sample(list(CHOICES), rnd.randint(2, 5))
        yield _with(MessageFilter(), {name: rnd.choice(CHOICES[name]) for name in names}, rnd)


def _with(wanted: MessageFilter, changes: dict[str, Any], rnd: random.Random) -> MessageFilter:
    if "words" in changes:
        changes["language"] = rnd.choice(["nl", "fr", "de", "en"])
    return replace(wanted, **changes)


@pytest.mark.parametrize("seed", range(2))
def test_every_filter_gives_what_a_plain_reading_of_the_events_gives(story: Story, seed: int) -> None:
    rnd, mailbox_id = random.Random(seed), uuid4()  # noqa: S311 - the same lives at every run
    merged = a_mailbox(uuid4())
    messages = lives(rnd, mailbox_id, merged.id)
    for message in messages[:40]:
        story.when(*message.new_facts(), *a_message(uuid4()).new_facts())
    for message in rnd.choices(messages[:40], k=60):
        happen(rnd, message, story)
    merged.merge_into(a_mailbox(uuid4(), mailbox_id), NOON)
    story.when(*merged.new_facts())
    for message in (*messages[40:], *rnd.choices(messages, k=60)):
        happen(rnd, message, story)
    query = select(INBOX.c.message_id, INBOX.c.position)
    with story.database.writing() as connection:
        positions = {row.message_id: row.position for row in connection.execute(query)}
    for wanted in filters(rnd):
        expected = matching(messages, positions, wanted, NAMED)
        found = told(story, mailbox_id, wanted)
        assert [item.message_id for item in found.items] == expected, _shown(wanted)
        assert (found.total, found.is_total_capped) == (len(expected), False), _shown(wanted)
        pages = [told(story, mailbox_id, wanted, page=number, page_size=7) for number in range(1, 10)]
        # What changed at once is shown at once, and again by the pages of the same question that follow.
        paged = dict.fromkeys(item.message_id for page in pages for item in page.items)
        assert list(paged) == expected, _shown(wanted)
    listed = matching(messages, positions, MessageFilter(), NAMED)
    shown = [message for message in messages if message.id in listed]
    counts: MailboxCounts = story.told(inbox.counts, mailbox_id)
    assert (counts.messages, counts.unread, counts.size) == (
        len(shown),
        sum(_is_unread(message) for message in shown),
        sum(0 if message.is_recalled else 1000 for message in shown),
    )
    seen = matching(messages, positions, MessageFilter(partitions=frozenset({"P1", ""})), NAMED)
    restricted: MailboxCounts = story.told(inbox.counts, mailbox_id, frozenset({"P1", ""}))
    assert restricted.messages == len(seen)
    assert restricted.unread == sum(_is_unread(message) for message in shown if message.id in seen)


def _is_unread(message: Message) -> bool:
    return message.opened_at is None and not message.is_recalled


def _shown(wanted: MessageFilter) -> dict[str, Any]:
    return {name: value for name in wanted.__slots__ if (value := getattr(wanted, name)) is not None}


def test_an_expired_message_is_among_the_changes_without_its_texts(story: Story) -> None:
    mailbox_id = uuid4()
    message = a_message(mailbox_id, subject={"nl": "Geheim"}, attention_of=Addressee(None, "Geheim"))
    story.given(*message.new_facts())
    message.expire(message.published.expires_at)
    before = story.position
    story.when(*message.new_facts())
    changed = MessageFilter(is_hidden=None, is_archived=None, changed_after=before)
    [item] = told(story, mailbox_id, changed).items
    assert (item.is_expired, item.subject, item.attention_of) == (True, None, None)
    with story.database.writing() as connection:
        stored = [connection.execute(select(table)).all() for table in (INBOX, TEXTS)]
    assert "eheim" not in str(stored)
