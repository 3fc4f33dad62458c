"""Sessions of the portal: how long they last, and what a thief of the database has of them."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from sqlalchemy import Engine, select

from domain.actors import AssuranceLevel, DigitalKey
from identity.ports import ProvenPerson
from identity.sessions import Sessions
from identity.tables import sessions
from tests.integration.identity.world import World


@pytest.fixture
def person() -> ProvenPerson:
    return ProvenPerson(uuid4(), DigitalKey.TOTP)


def test_a_session_is_that_of_who_logged_in(engine: Engine, person: ProvenPerson) -> None:
    world = World(engine)
    secret, begun = world.sessions.begin(person)
    found = World(engine, like=world).sessions.find(secret)
    assert found == begun
    assert found is not None
    assert (found.party_id, found.digital_key) == (person.party_id, DigitalKey.TOTP)
    assert found.assurance_level is AssuranceLevel.SUBSTANTIAL


def test_a_session_ends_half_an_hour_after_its_last_use(engine: Engine, person: ProvenPerson) -> None:
    world = World(engine)
    secret, _ = world.sessions.begin(person)
    for _ in range(3):
        world.clock.advance(timedelta(minutes=29))
        assert world.sessions.find(secret) is not None
    world.clock.advance(timedelta(minutes=30))
    assert world.sessions.find(secret) is None


def test_a_session_ends_after_eight_hours_however_busy(engine: Engine, person: ProvenPerson) -> None:
    world = World(engine)
    secret, _ = world.sessions.begin(person)
    for _ in range(8 * 3 - 1):
        world.clock.advance(timedelta(minutes=20))
        assert world.sessions.find(secret) is not None
    world.clock.advance(timedelta(minutes=20))
    assert world.sessions.find(secret) is None


def test_a_session_that_was_ended_is_gone(world: World, person: ProvenPerson) -> None:
    secret, _ = world.sessions.begin(person)
    other, _ = world.sessions.begin(person)
    world.sessions.end(secret)
    world.sessions.end(secret)
    assert world.sessions.find(secret) is None
    assert world.sessions.find(other) is not None


@pytest.mark.parametrize("cookie", [None, "", "x" * 43, "' OR 1=1 --", "é" * 43])
def test_no_other_cookie_opens_anything(world: World, person: ProvenPerson, cookie: str | None) -> None:
    world.sessions.begin(person)
    assert world.sessions.find(cookie) is None


def test_the_table_holds_nothing_that_logs_in(world: World, person: ProvenPerson) -> None:
    secret, _ = world.sessions.begin(person)
    with world.engine.connect() as connection:
        row = connection.execute(select(sessions)).one()
    assert secret.encode() not in row.session_hash
    assert secret not in [str(value) for value in row]
    assert isinstance(row.party_id, UUID)


def test_over_https_the_cookie_is_for_this_host_alone(world: World) -> None:
    assert Sessions(world.engine, world.clock, "https://ebox.test").cookie_name == "__Host-ebox-session"
