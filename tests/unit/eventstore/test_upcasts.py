"""An event that was stored long ago is read as its class is today."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, ClassVar
from uuid import UUID, uuid4

import msgspec
import pytest

from domain.events import Event
from domain.personal import ERASED, Personal
from eventstore.errors import EventUnreadable
from eventstore.keys import KeyRing
from eventstore.mapper import EventMapper
from tests.logbook import NOW, event_of, know


class EnteredOnce(Event):
    """As it was in version 1."""

    TOPIC: ClassVar[str] = "test.entered"

    party_id: UUID
    address: Personal[str]
    alias: Personal[str]


class EnteredNow(Event):
    """As it is in version 3: the field has another name, and a language beside it."""

    TOPIC: ClassVar[str] = "test.entered"
    class_version: ClassVar[int] = 3

    party_id: UUID
    email: Personal[str]
    alias: Personal[str]
    language: str

    @staticmethod
    def upcast_v1_v2(state: dict[str, Any]) -> None:
        """The address became an e-mail address."""
        state["email"] = state.pop("address")

    @staticmethod
    def upcast_v2_v3(state: dict[str, Any]) -> None:
        """A language was added."""
        state["language"] = "nl"


@pytest.fixture
def once(keys: KeyRing) -> EventMapper:
    """The mapper of the first release."""
    return EventMapper(keys, {"test.entered": EnteredOnce})


@pytest.fixture
def now(keys: KeyRing) -> EventMapper:
    """The mapper of today."""
    return EventMapper(keys, {"test.entered": EnteredNow})


def _entered(keys: KeyRing) -> EnteredOnce:
    party = know(keys, uuid4())
    return event_of(
        EnteredOnce,
        originator_id=uuid4(),
        originator_version=4,
        timestamp=NOW,
        event_id=uuid4(),
        party_id=party,
        address="a@example.org",
        alias="an",
    )


def test_an_old_event_reads_as_the_class_is_today(keys: KeyRing, once: EventMapper, now: EventMapper) -> None:
    found = now.to_domain_event(once.to_stored_event(_entered(keys)))
    assert isinstance(found, EnteredNow)
    assert (found.email, found.language, found.originator_version) == ("a@example.org", "nl", 4)


def test_a_field_that_an_upcast_moved_still_erases(
    keys: KeyRing, once: EventMapper, now: EventMapper
) -> None:
    event = _entered(keys)
    stored = once.to_stored_event(event)
    keys.learn(event.party_id, None)
    found = now.to_domain_event(stored)
    assert isinstance(found, EnteredNow)
    assert found.email is ERASED


def test_a_new_event_says_its_version_and_is_not_upcast(keys: KeyRing, now: EventMapper) -> None:
    event = event_of(
        EnteredNow,
        originator_id=uuid4(),
        originator_version=1,
        timestamp=NOW,
        event_id=uuid4(),
        party_id=know(keys, uuid4()),
        email="a@example.org",
        alias="an",
        language="fr",
    )
    stored = now.to_stored_event(event)
    assert b'"class_version":3' in stored.state
    assert now.to_domain_event(stored) == event


def test_an_old_event_cannot_claim_that_a_field_was_written_elsewhere(
    keys: KeyRing, once: EventMapper, now: EventMapper
) -> None:
    stored = once.to_stored_event(_entered(keys))
    state = msgspec.json.decode(stored.state)
    state["address"] = state["alias"] | {"path": "alias"}
    with pytest.raises(EventUnreadable):
        now.to_domain_event(replace(stored, state=msgspec.json.encode(state)))
