"""A request that came before, under the same `Idempotency-Key`: it is answered as the first time.

The log itself remembers: what the key stands for is a stream, and its first event has the fingerprint of the
request that began it.
"""

from __future__ import annotations

from typing import Protocol
from uuid import UUID

from application.accepted import Accepted
from application.parties import Parties
from domain.errors import Gone, IdempotencyKeyReused
from domain.events.message import MessagePublished
from eventstore.errors import AggregateNotFound, KeyMissing
from eventstore.store import EventStore


class Fingerprinted(Protocol):
    """An event that remembers which request it came of."""

    @property
    def party_id(self) -> UUID:
        """Under whose key."""
        ...

    @property
    def fingerprint(self) -> str:
        """The HMAC of that request."""
        ...


class Repeats:
    """Recognises requests."""

    def __init__(self, events: EventStore, parties: Parties) -> None:
        self._events = events
        self._parties = parties

    async def published(self, publication_id: UUID, request: bytes) -> MessagePublished | None:
        """What this request published before; None where nothing has this id.

        Raises `IdempotencyKeyReused` where another request did, `Gone` where its recipient was erased since.
        """
        try:
            message = await self._events.get(publication_id)
        except AggregateNotFound:
            return None
        published: MessagePublished = message.published
        await self.require_same(published, request)
        return published

    async def accepted(self, published: MessagePublished) -> Accepted:
        """Where the log has it."""
        position = await self._events.position_of(published.originator_id, published.originator_version)
        if position is None:
            raise AssertionError("what was read from the log is in it")
        return Accepted.of(published, position)

    async def require_same(self, earlier: Fingerprinted, request: bytes) -> None:
        """Raise `IdempotencyKeyReused`, or `Gone`, unless the request is the earlier one again."""
        try:
            fingerprint = await self._parties.fingerprint(earlier.party_id, request)
        except KeyMissing as erased:
            raise Gone("the recipient of that publication has been erased") from erased
        if fingerprint != earlier.fingerprint:
            raise IdempotencyKeyReused("this Idempotency-Key came before with another request")
