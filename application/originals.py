"""The message that another one answers to."""

from __future__ import annotations

from uuid import UUID

from domain.actors import Actor
from domain.draft import ROOT
from domain.errors import InvalidInput, Issue
from domain.message import Message
from eventstore.errors import AggregateNotFound
from eventstore.store import EventStore


async def check_original(events: EventStore, actor: Actor, publication_id: UUID | None) -> None:
    """Raise `InvalidInput` unless the sender may refer to it: one of its own, or one that it received.

    Somebody else's message and none at all look the same.
    """
    if publication_id is None:
        return
    try:
        message = await events.get(publication_id)
    except AggregateNotFound:
        message = None
    if not (isinstance(message, Message) and _is_theirs(actor, message)):
        detail = "neither a message that you published nor a reply that you received"
        raise InvalidInput(Issue(f"{ROOT}.originalMessageId", "unknown", detail))


def _is_theirs(actor: Actor, message: Message) -> bool:
    published = message.published
    is_own = published.sender_kind == "enterprise" and published.sender_organisation == actor.organisation
    return is_own or published.party_id == actor.party_id
