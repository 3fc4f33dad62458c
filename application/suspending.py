"""An operator suspends an organisation, one of its clients, a site or an auditor at once, and ends that.

It is apart from what a partners file suspends: applying a file again does not lift it.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Final

from application.reference import Reference
from domain.clock import Clock
from domain.errors import NotFound
from domain.events import Event
from domain.identifiers import EnterpriseNumber, IdentifierInvalid
from domain.ids import auditor_id, sender_id, site_id
from domain.partner import Sender
from domain.registration import Registration
from eventstore.errors import AggregateNotFound, VersionConflict
from eventstore.store import EventStore

ATTEMPTS: Final = 3


class Suspending:
    """Suspends and resumes by an organisation's enterprise number or a client's id. Blocks."""

    def __init__(self, events: EventStore, reference: Reference, clock: Clock) -> None:
        self._events = events
        self._reference = reference
        self._clock = clock

    def suspend(self, name: str, reason: str) -> int:
        """Suspend it; the position of that on record, 0 where it was suspended by command already.

        Raises `NotFound` where nothing is registered under that name.
        """

        def decide(registration: Registration, client: str | None, at: datetime) -> None:
            if client is not None and isinstance(registration, Sender):
                registration.suspend_client(client, reason, at)
            else:
                registration.suspend(reason, at)

        return self._change(name, decide)

    def resume(self, name: str) -> int:
        """End that; the position of that on record. Raises `NotFound`, and `Conflict` where there is nothing
        to end.
        """

        def decide(registration: Registration, client: str | None, at: datetime) -> None:
            if client is not None and isinstance(registration, Sender):
                registration.resume_client(client, at)
            else:
                registration.resume(at)

        return self._change(name, decide)

    def _change(self, name: str, decide: Callable[[Registration, str | None, datetime], None]) -> int:
        for attempt in range(1, ATTEMPTS + 1):
            registration, client = self._find(name)
            decide(registration, client, self._clock.now())
            facts: list[Event] = registration.new_facts()
            if not facts:
                return 0
            try:
                return self._events.append_now(*facts)
            except VersionConflict:
                if attempt == ATTEMPTS:
                    raise
        raise AssertionError("unreachable")

    def _find(self, name: str) -> tuple[Registration, str | None]:
        """The registration of that name, and the client's id where it is one of an organisation's.

        Only for an organisation's client are the read models asked: the rest has its name from its stream.
        """
        try:
            streams = [sender_id(EnterpriseNumber(name).number)]
        except IdentifierInvalid:
            streams = [site_id(name), auditor_id(name)]
        for stream in streams:
            try:
                found = self._events.load(stream)
            except AggregateNotFound:
                continue
            if isinstance(found, Registration):
                return found, None
        client = self._reference.now().clients.get(name)
        if client is None or client.organisation is None:
            raise NotFound("no organisation has this number, and no client this id")
        return self._events.load(sender_id(client.organisation)), name
