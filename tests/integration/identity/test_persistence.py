"""What the authorization server knows survives a restart, is shared by processes, and goes away in time."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from uuid import uuid4

import pytest
from sqlalchemy import Engine, create_engine, func, select, text

from domain.actors import DigitalKey
from identity.keys import SigningKeys, WrongKeyEncryptionKey
from identity.ports import ProvenPerson
from identity.store import IdentityStore, PendingLogin
from identity.tables import metadata, promise_keys, signing_keys, webhook_keys
from tests.integration.identity.world import KEY_ENCRYPTION_KEY, World, code_in
from tests.servers.ports import LOOPBACK, free_port

CLIENT_CREDENTIALS = {"grant_type": "client_credentials"}


async def test_a_code_survives_a_restart(engine: Engine) -> None:
    before = World(engine)
    code = code_in(await before.log_in())
    engine.dispose()

    after = World(engine, like=before)
    token = (await after.redeem(code)).json()["access_token"]
    assert (await after.validator().validate(f"Bearer {token}")).party_id is not None
    assert (await before.redeem(code)).json()["error"] == "invalid_grant"


async def test_a_login_begun_in_one_process_ends_in_another(engine: Engine) -> None:
    one = World(engine)
    other = World(engine, like=one)
    address = (await one.authorize()).headers["location"]
    other.http.cookies.update(one.http.cookies)

    assert (await other.http.get(address)).status_code == 200


async def test_an_assertion_used_in_one_process_is_refused_by_another(engine: Engine) -> None:
    one = World(engine)
    other = World(engine, like=one)
    proof = {**CLIENT_CREDENTIALS, **one.proof(one.assertion())}

    assert (await one.ask_token(proof)).status_code == 200
    assert (await other.ask_token(proof)).json()["error"] == "invalid_client"


async def test_of_many_who_redeem_a_code_at_once_one_gets_a_token(engine: Engine) -> None:
    world = World(engine)
    code = code_in(await world.log_in())

    answers = await asyncio.gather(*(world.redeem(code) for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [200] + [400] * 7


async def test_of_many_who_use_an_assertion_at_once_one_gets_a_token(engine: Engine) -> None:
    world = World(engine)
    proof = {**CLIENT_CREDENTIALS, **world.proof(world.assertion())}

    answers = await asyncio.gather(*(world.ask_token(proof) for _ in range(8)))
    assert sorted(answer.status_code for answer in answers) == [200] + [401] * 7


async def test_processes_that_start_together_agree_on_one_key(engine: Engine) -> None:
    clock = World(engine).clock
    processes = [SigningKeys(engine, KEY_ENCRYPTION_KEY, clock) for _ in range(6)]

    with ThreadPoolExecutor(6) as pool:
        kids = set(pool.map(lambda keys: keys.active().thumbprint(), processes))
    assert len(kids) == 1


async def test_a_token_of_one_process_is_believed_by_another(engine: Engine) -> None:
    one = World(engine)
    other = World(engine, like=one)
    token = await one.client("demo-partner").own_token()
    assert (await other.validator().validate(f"Bearer {token}")).client_id == "demo-partner"


async def test_a_new_key_takes_over_when_everyone_knows_it(engine: Engine) -> None:
    world = World(engine)
    old = world.keys.active().thumbprint()
    new = world.keys.rotate()

    published = (await world.http.get("/oauth/jwks")).json()["keys"]
    assert {key["kid"] for key in published} == {old, new}
    assert not any("d" in key for key in published)
    assert world.keys.active().thumbprint() == old

    world.clock.advance(timedelta(minutes=14, seconds=59))
    last_of_the_old = await world.client("demo-partner").own_token()
    world.clock.advance(timedelta(seconds=60))
    assert world.keys.active().thumbprint() == new
    await world.validator().validate(f"Bearer {last_of_the_old}")

    world.clock.advance(timedelta(minutes=10))
    assert [key["kid"] for key in world.keys.jwks()["keys"]] == [new]


async def test_the_private_key_is_not_readable_in_the_database(engine: Engine) -> None:
    world = World(engine)
    secret = str(world.keys.active().as_dict(private=True)["d"])
    with engine.connect() as connection:
        (row,) = connection.execute(select(signing_keys)).all()
    assert secret.encode() not in row.wrapped_private_key

    with pytest.raises(WrongKeyEncryptionKey):
        SigningKeys(engine, bytes(32), world.clock).active()


async def test_nothing_in_the_database_is_good_for_a_thief(engine: Engine) -> None:
    world = World(engine)
    page = await world.open_login()
    code = code_in(await world.log_in())
    secrets = (code, page.url.params["login"], world.http.cookies["ebox-login"])
    with engine.connect() as connection:
        stored = str([connection.execute(select(table)).all() for table in metadata.sorted_tables])
    assert not any(secret in stored for secret in secrets)


async def test_what_has_expired_is_swept_away(engine: Engine) -> None:
    world = World(engine)
    await world.client("demo-partner").own_token()
    await world.log_in()
    await world.open_login()
    world.sessions.begin(ProvenPerson(uuid4(), DigitalKey.ITSME))
    world.clock.advance(timedelta(minutes=31))

    assert world.server.store.sweep() == 4
    with engine.connect() as connection:
        left = [
            connection.scalar(select(func.count()).select_from(table))
            for table in metadata.sorted_tables
            if table not in (signing_keys, webhook_keys, promise_keys)
        ]
    assert left == [0, 0, 0, 0]


async def test_the_server_sweeps_while_it_works(engine: Engine) -> None:
    world = World(engine)
    store: IdentityStore = world.server.store
    store.begin_login(PendingLogin("demo-cli", "x", None, "y"), "browser")
    await world.client("demo-partner").own_token()
    world.clock.advance(timedelta(minutes=11))

    await world.client("demo-partner").own_token()
    with engine.connect() as connection:
        assert connection.scalar(text("SELECT count(*) FROM identity_logins")) == 0
        assert connection.scalar(text("SELECT count(*) FROM identity_used_assertions")) == 1


async def test_without_its_database_the_server_asks_to_come_back(world: World) -> None:
    nothing = create_engine(f"postgresql+psycopg://nobody@{LOOPBACK}:{free_port()}/nothing")
    away = World(nothing, like=world)

    answer = await away.ask_token(CLIENT_CREDENTIALS, "demo-partner")
    assert (answer.status_code, answer.json()["error"]) == (503, "temporarily_unavailable")
    assert "retry-after" in answer.headers
    assert (await away.http.get("/oauth/jwks")).status_code == 503
