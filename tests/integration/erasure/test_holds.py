"""What is in a mailbox under a legal hold stays; whoever was logged in as an erased person is so no more."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

import pytest

from application.progress import Silent
from domain.actors import DigitalKey
from domain.clock import FixedClock
from identity.ports import ProvenPerson
from tests.integration.api.embedded import AN, embedded_ebox
from tests.integration.application.post import Post
from tests.integration.application.test_shared_retention import DAY, expire, linked_to_lea, purged
from tests.integration.erasure.stage import Stage
from tests.waiting import until


@pytest.fixture
async def post(tmp_path: Path) -> AsyncIterator[Post]:
    """By a clock that the test moves."""
    clock = FixedClock(datetime.now(UTC))
    async with embedded_ebox(tmp_path, clock) as ebox:
        yield Post(ebox, clock)


async def hold(post: Post, mailbox_id: UUID, *, is_on: bool) -> None:
    mailbox = post.ebox.system.events.load(mailbox_id)
    if is_on:
        mailbox.freeze("investigation", post.clock.now())
    else:
        mailbox.unfreeze(post.clock.now())
    await post.ebox.system.events.append(*mailbox.new_facts())
    await post.ebox.caught_up()


async def test_retention_leaves_a_held_mailbox_and_what_it_shares_alone(post: Post) -> None:
    alone = await post.publish(expirationDate=post.at(days=3))
    first = await post.publish(expirationDate=post.at(days=3))
    further = await linked_to_lea(post, first)
    mailbox_id = post.events_of(alone)[0].mailbox_id  # type: ignore[attr-defined]
    await hold(post, mailbox_id, is_on=True)
    await post.pass_time(4 * DAY)
    for stream in (alone, first, further):
        expire(post, stream)
    before = {entry.key for entry in post.ebox.system.objects.list()}
    assert await purged(post) == [(further, 0)]  # An's copy of the shared document is held
    assert {entry.key for entry in post.ebox.system.objects.list()} == before
    await hold(post, mailbox_id, is_on=False)
    assert {stream for stream, _ in await purged(post)} == {alone, first}
    assert not before & {entry.key for entry in post.ebox.system.objects.list()}


async def test_whoever_was_logged_in_as_an_erased_person_is_logged_out(on_files: Stage) -> None:
    stage, system = on_files, on_files.ebox.system
    party = await system.parties.by_mailbox(stage.erased)
    assert party is not None
    secret, _ = await asyncio.to_thread(system.sessions.begin, ProvenPerson(party.party_id, DigitalKey.ITSME))
    assert await asyncio.to_thread(system.sessions.find, secret) is not None
    async with stage.operator(settling=0.0) as parts:
        erasure_id = await stage.approved()
        await parts.running.run(erasure_id, Silent())
    assert await asyncio.to_thread(system.sessions.find, secret) is None
    await until(lambda: system.key_store.keys.key_of(party.party_id) is None)
    refused = await stage.ebox.http.get("/me/profile", headers=stage.ebox.as_("an"))
    assert refused.status_code == 401
    assert AN.number not in refused.text


async def test_nothing_falls_due_of_an_erased_persons_messages(on_files: Stage) -> None:
    stage, system = on_files, on_files.ebox.system
    await stage.published(AN.number)
    async with stage.operator(settling=0.0) as parts:
        await parts.running.run(await stage.approved(), Silent())
    await stage.ebox.caught_up()
    before = await system.events.latest_position()
    system.clock = FixedClock(system.clock.now() + timedelta(days=20))
    assert await asyncio.to_thread(system.timekeeper.keep_up) == 0
    assert await system.events.latest_position() == before
