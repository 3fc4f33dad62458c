"""What happens to messages, as events: the mixture that a projector meets."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from itertools import cycle
from uuid import UUID

from domain.events import Event
from tests.unit.projections.story import (
    a_citizen,
    a_message,
    a_notification,
    a_partner,
    an_access,
    opening,
    registered,
)


def decisions(owners: list[tuple[UUID, UUID]], at: datetime) -> Iterator[list[Event]]:
    """Without end: a message is published, its owner told; they look at it, then open its document.

    `owners` are parties with their mailboxes, taken in turns. Six events for each message, in five decisions.
    """
    partner = a_partner(owners[0][0])
    for party_id, mailbox_id in cycle(owners):
        message = a_message(mailbox_id, party_id=party_id, at=at, access=registered(partner))
        yield message.new_facts()
        notification = a_notification(message, at)
        yield notification.new_facts()
        notification.sent(1, at)
        yield notification.new_facts()
        reader = a_citizen(party_id)
        yield an_access(message, reader, at).new_facts()
        yield opening(message, reader, at)
