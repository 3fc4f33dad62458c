"""A history that is built anew is the one that was there: what left does not come back, the rest stays."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

from domain.events import Event
from domain.message import Message
from domain.retention import Horizon
from projections import access_history, access_history_retention
from projections.access_history import HistoryFilter, HistoryRow
from projections.database import ReadDatabase
from tests.unit.projections.story import (
    NOON,
    Story,
    a_citizen,
    a_look,
    a_mailbox,
    a_message,
    a_notification,
    an_auditor,
    opening,
)

DAY = timedelta(days=1)
HORIZON = NOON + 300 * DAY
LONG_AFTER = NOON + 3700 * DAY


def happened() -> list[Event]:
    """Two mailboxes of one person, one of them held for a while, and one mailbox beside them."""
    held, merged, beside = (a_mailbox(uuid4()) for _ in range(3))
    events = [event for one in (held, merged, beside) for event in one.new_facts()]
    for mailbox in (held, merged, beside):
        for ends in (NOON + 10 * DAY, NOON + 3650 * DAY):
            events += _of(a_message(mailbox.id, expires_at=ends))
        events += a_look(an_auditor(), mailbox.id, NOON + DAY).new_facts()
    merged.merge_into(held, NOON + 20 * DAY)
    held.freeze("a case", NOON + 20 * DAY)
    events += [*merged.new_facts(), *held.new_facts()]
    events += Horizon.move(NOON + 100 * DAY, LONG_AFTER).new_facts()
    events += Horizon.move(HORIZON, LONG_AFTER).new_facts()
    held.unfreeze(LONG_AFTER)
    return [*events, *held.new_facts()]


def _of(message: Message) -> list[Event]:
    told = a_notification(message, NOON)
    told.sent(1, NOON)
    events = [*message.new_facts(), *told.new_facts(), *opening(message, a_citizen(), NOON)]
    if message.published.expires_at < HORIZON:
        message.expire(message.published.expires_at)
        message.purge(message.published.expires_at)
    return [*events, *message.new_facts()]


def rows(story: Story) -> list[HistoryRow]:
    return story.told(access_history.page, HistoryFilter(), limit=500)


def test_live_and_rebuilt_the_same_rows_leave(database: ReadDatabase, fresh: ReadDatabase) -> None:
    events = happened()
    live, rebuilt = Story(database, 1), Story(fresh, 500)
    live.given(*events[:-1])
    assert len(rows(live)) > 30, "under the hold two mailboxes have all of it"
    live.given(events[-1])
    rebuilt.given(*events)
    assert rows(rebuilt) == rows(live)
    assert rebuilt.told(access_history_retention.horizon) == HORIZON
    kinds = [row.kind for row in rows(live)]
    assert (kinds.count("message.published"), kinds.count("message.opened")) == (3, 3)
    assert not {"access.recorded", "audit.replayed", "message.expired"} & set(kinds)
    left = rebuilt.told(access_history_retention.leaving, HORIZON)
    assert (left.accesses, left.messages) == (0, 0)
