"""Which leaves of a mailbox have a line in its owner's history: what hides one is found out by that."""

from __future__ import annotations

from typing import get_type_hints

from audit.proving.export_check import OF_EBOX_ITSELF
from domain.events.base import EVENTS
from projections.access_history_fold import HANDLES


def test_whatever_is_in_a_mailboxs_chain_has_a_line_unless_it_is_known_to_have_none() -> None:
    of_mailboxes = {
        topic
        for topic, event in EVENTS.items()
        if topic.startswith(("mailbox.", "message.")) or "mailbox_id" in get_type_hints(event)
    }
    assert of_mailboxes - {event.TOPIC for event in HANDLES} == OF_EBOX_ITSELF
