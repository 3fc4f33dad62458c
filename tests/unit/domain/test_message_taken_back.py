"""What senders and readers may still do to a message: given, when, then."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from domain.changes import CHANGES
from domain.errors import Conflict, LimitReached
from domain.message import Message
from tests.unit.projections.story import NOON, a_message, a_partner, registered

DAY = timedelta(days=1)
ACCESS = registered(a_partner())


def facts(message: Message) -> list[str]:
    return [fact.TOPIC for fact in message.new_facts()]


def published(**with_facts: object) -> Message:
    message = a_message(a_partner().party_id, **with_facts)  # type: ignore[arg-type]
    message.new_facts()
    return message


def test_a_withdrawn_message_is_out_of_sight_and_withdrawn_once() -> None:
    message = published()
    message.withdraw("a mistake", ACCESS, NOON)
    message.withdraw(None, ACCESS, NOON + DAY)
    assert facts(message) == ["message.withdrawn"]
    assert not message.is_readable


def test_what_was_opened_recalled_or_has_expired_cannot_be_withdrawn() -> None:
    opened, recalled, expired = published(), published(), published(expires_at=NOON + DAY)
    opened.open(uuid4(), NOON)
    recalled.recall(None, ACCESS, NOON)
    expired.expire(NOON + DAY)
    for message in (opened, recalled, expired):
        message.new_facts()
        with pytest.raises(Conflict):
            message.withdraw(None, ACCESS, NOON + DAY)
        assert facts(message) == []


def test_an_opened_message_is_recalled_once_and_stays_in_sight() -> None:
    message = published()
    message.open(uuid4(), NOON)
    message.recall("another person's", ACCESS, NOON)
    message.recall(None, ACCESS, NOON + DAY)
    assert facts(message) == ["message.opened", "message.recalled"]
    assert message.is_readable
    assert message.is_recalled


def test_what_was_withdrawn_or_has_expired_cannot_be_recalled() -> None:
    withdrawn, expired = published(), published(expires_at=NOON + DAY)
    withdrawn.withdraw(None, ACCESS, NOON)
    expired.expire(NOON + DAY)
    for message in (withdrawn, expired):
        with pytest.raises(Conflict):
            message.recall(None, ACCESS, NOON + DAY)


@pytest.mark.parametrize("how", ["withdraw", "recall"])
def test_what_was_taken_back_is_neither_released_nor_reminded_of(how: str) -> None:
    message = published(visible_from=NOON + DAY, expires_at=NOON + 60 * DAY)
    getattr(message, how)(None, ACCESS, NOON)
    message.new_facts()
    message.release(NOON + DAY)
    message.remind(NOON + 20 * DAY)
    message.announce_expiry(NOON + 55 * DAY)
    assert facts(message) == []
    assert not message.is_readable


def test_a_message_is_confirmed_once_where_that_is_asked_for() -> None:
    message = published(confirmation_needed=True)
    message.confirm(uuid4(), NOON)
    message.confirm(uuid4(), NOON + DAY)
    assert facts(message) == ["message.confirmed"]
    assert message.confirmed_at == NOON


def test_there_is_nothing_to_confirm_where_nobody_asked_or_it_was_recalled() -> None:
    recalled = published(confirmation_needed=True)
    recalled.recall(None, ACCESS, NOON)
    for message in (published(), recalled):
        with pytest.raises(Conflict):
            message.confirm(uuid4(), NOON)


def test_replies_where_they_are_taken_and_not_without_end() -> None:
    message = published(reply_authorised=True)
    for _ in range(CHANGES):
        message.reply(uuid4(), ACCESS, NOON)
    with pytest.raises(LimitReached):
        message.reply(uuid4(), ACCESS, NOON)
    with pytest.raises(Conflict):
        published().reply(uuid4(), ACCESS, NOON)
