"""From domain events to what is stored, and back: readable JSON with sealed personal fields, through the
library's `Mapper`.

Stream, version and topic are columns; everything else is the state. It is made in `construct_mapper` of the
library's application (`eventstore.library`) and not through `MAPPER_TOPIC`, because it needs the key ring
and a topic names only a class.

`class_version` and `upcast_vX_vY(state)` work as in the library, with one difference: an upcast is given the
JSON as it was stored (ids and times are texts, personal fields are sealed objects which it may move, rename
or drop, never open).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import timedelta
from threading import Lock
from typing import Any, Final
from uuid import UUID

import msgspec
from eventsourcing.persistence import JSONTranscoder, Mapper, StoredEvent

from domain.events import EVENTS, Event
from eventstore.codec import MetKeys, Place, owners_of, seal, sealed_in, unseal
from eventstore.errors import EventUnreadable
from eventstore.fields import Shape, shape_of
from eventstore.keys import KeyRing
from eventstore.personal import Altered

_COLUMNS = frozenset({"originator_id", "originator_version"})
_UTC_OFFSET = timedelta(0)
_encode = msgspec.json.Encoder().encode
_PLANNING: Final = Lock()
"""Held while a class is met for the first time. `msgspec` shows what it knows of a structure to other threads
before it knows all of it: a decoder that is made meanwhile of a class with the same record inside, and used,
ends the process with a segmentation fault.
"""


class _Header(msgspec.Struct, gc=False):
    class_version: int = 1


class _Plan:
    """Everything about one event class that does not change."""

    def __init__(self, event_class: type[Event]) -> None:
        self.event_class = event_class
        self.topic = event_class.TOPIC
        self.version: int = getattr(event_class, "class_version", 1)
        self.shape: Shape = shape_of(event_class, _COLUMNS)
        self.decoder = msgspec.json.Decoder(self.shape.wire)
        self._header = msgspec.json.Decoder(_Header)

    def decode(self, state: bytes) -> tuple[msgspec.Struct, bool]:
        """The stored JSON as the structure of the class as it is today, and whether it took an upcast."""
        if self.version > 1:
            stored_version = self._header.decode(state).class_version
            if stored_version < self.version:
                return self._upcast(stored_version, msgspec.json.decode(state)), True
        return self.decoder.decode(state), False

    def _upcast(self, version: int, state: dict[str, Any]) -> msgspec.Struct:
        _remember_places(state, "")
        state.pop("class_version", None)
        for old in range(version, self.version):
            getattr(self.event_class, f"upcast_v{old}_v{old + 1}")(state)
        return msgspec.convert(state, self.shape.wire)


class EventMapper(Mapper[UUID]):
    """The one way events get into and out of the store. Safe among threads."""

    def __init__(self, keys: KeyRing, events: Mapping[str, type[Event]] = EVENTS) -> None:
        super().__init__(transcoder=JSONTranscoder())
        self._keys = keys
        self._events = events
        self._plans: dict[str, _Plan] = {}

    def to_stored_event(self, domain_event: Any) -> StoredEvent:
        """The event as it is stored. `KeyMissing` if an owner has no key; nothing personal is ever written
        readable.
        """
        return self._stored(domain_event, MetKeys(self._keys))

    def to_stored_events(self, domain_events: Sequence[Event]) -> list[StoredEvent]:
        """The same for all that is appended at once."""
        keys = MetKeys(self._keys)
        return [self._stored(one, keys) for one in domain_events]

    def _stored(self, domain_event: Any, keys: MetKeys) -> StoredEvent:
        plan = self._plan_of(type(domain_event))
        stream, version = domain_event.originator_id, domain_event.originator_version
        if domain_event.timestamp.utcoffset() != _UTC_OFFSET:
            raise ValueError(f"{plan.topic}: an event's time is in UTC")
        if plan.shape.is_plain:
            state = dict(vars(domain_event))
            del state["originator_id"], state["originator_version"]
        else:
            place = Place(stream, version, plan.topic, keys)
            state = seal(plan.shape, domain_event, domain_event, place)
        if plan.version > 1:
            state["class_version"] = plan.version
        encoded = _encode(state)
        try:
            plan.decoder.decode(encoded)
        except msgspec.ValidationError:
            raise TypeError(
                f"{plan.topic}: a field is not of its type; it could never be read again"
            ) from None
        return StoredEvent(originator_id=stream, originator_version=version, topic=plan.topic, state=encoded)

    def to_domain_event(self, stored_event: StoredEvent) -> Event:
        """The event. `EventUnreadable` if its bytes are not one, or were written at another place."""
        return self._event(stored_event, *self._decode(stored_event))

    def to_domain_events(self, stored_events: Sequence[StoredEvent]) -> list[Event]:
        """A page of events, with all their owners' keys fetched at once."""
        decoded = [(stored, *self._decode(stored)) for stored in stored_events]
        owners = {sealed.owner for _, plan, wire, _ in decoded for sealed in sealed_in(plan.shape, wire)}
        if owners:  # who reads nothing personal needs no key store
            self._keys.prefetch(owners)
        return [self._event(*parts) for parts in decoded]

    def owners(self, events: Sequence[Event]) -> set[UUID]:
        """The parties whose keys are needed to store these events."""
        return {
            owner for event in events for owner in owners_of(self._plan_of(type(event)).shape, event, event)
        }

    def _decode(self, stored: StoredEvent) -> tuple[_Plan, msgspec.Struct, bool]:
        event_class = self._events.get(stored.topic)
        if event_class is None:
            raise _unreadable(stored, "no event has this topic")
        plan = self._plan_of(event_class)
        try:
            return plan, *plan.decode(stored.state)
        except (msgspec.DecodeError, UnicodeDecodeError):
            # The library's text may quote what it found there.
            raise _unreadable(stored, "the state is not what the topic promises") from None

    def _event(self, stored: StoredEvent, plan: _Plan, wire: msgspec.Struct, upcast: bool) -> Event:
        stream, version = _stream(stored), stored.originator_version
        if plan.shape.is_plain:
            state = msgspec.structs.asdict(wire)
        else:
            place = Place(stream, version, plan.topic, MetKeys(self._keys), upcast)
            try:
                state = unseal(plan.shape, wire, place)
            except (Altered, msgspec.DecodeError):
                raise _unreadable(stored, "a personal field was altered or belongs elsewhere") from None
        state["originator_id"] = stream
        state["originator_version"] = version
        event = object.__new__(plan.event_class)
        object.__setattr__(event, "__dict__", state)
        return event

    def _plan_of(self, event_class: type[Event]) -> _Plan:
        topic = event_class.TOPIC
        plan = self._plans.get(topic)
        if plan is None or plan.event_class is not event_class:
            if self._events.get(topic) is not event_class:
                raise TypeError(f"{event_class.__name__} is not the event of topic {topic}")
            with _PLANNING:
                plan = self._plans[topic] = _Plan(event_class)
        return plan


def _remember_places(value: Any, path: str) -> None:
    """Note on each sealed field where it was written, before an upcast moves it."""
    if isinstance(value, dict):
        if value.keys() >= {"owner", "sealed", "commitment"}:
            value["path"] = path
        else:
            for name, inner in value.items():
                _remember_places(inner, f"{path}.{name}" if path else name)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            _remember_places(inner, f"{path}.{index}")


def _stream(stored: StoredEvent) -> UUID:
    if isinstance(stored.originator_id, UUID):
        return stored.originator_id
    raise TypeError("streams are named by UUIDs")


def _unreadable(stored: StoredEvent, why: str) -> EventUnreadable:
    return EventUnreadable(_stream(stored), stored.originator_version, stored.topic, why)
