"""What the clock decides becomes true by an event, once, whoever keeps the time and however often."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from functools import partial

import pytest

from application.timekeeping import Timekeeper
from tests.integration.application.post import Post
from tests.waiting import until

DAY = timedelta(days=1)


async def test_a_message_with_a_publish_time_is_out_of_sight_until_then(post: Post) -> None:
    message_id = await post.publish(requestedPublishTime=post.at(hours=2))
    assert message_id not in await post.inbox()
    assert (await post.content(message_id)).status_code == 404

    await post.pass_time(timedelta(hours=1, minutes=59))
    assert await post.keep_time() == 0
    assert message_id not in await post.inbox()

    await post.pass_time(timedelta(minutes=1))
    assert await post.keep_time() == 1
    assert message_id in await post.inbox()
    assert (await post.content(message_id)).status_code == 200


async def test_a_publish_time_that_is_over_means_now(post: Post) -> None:
    message_id = await post.publish(requestedPublishTime=post.at(hours=-1))
    assert message_id in await post.inbox()
    assert await post.keep_time() == 0


async def test_a_publish_time_too_far_ahead_is_refused_by_its_name(post: Post) -> None:
    refused = await post.ask_to_publish(requestedPublishTime=post.at(days=367))
    assert refused.status_code == 400
    assert "messageToPublish.requestedPublishTime" in refused.text


async def test_a_message_that_expires_before_it_comes_into_sight_is_refused(post: Post) -> None:
    refused = await post.ask_to_publish(requestedPublishTime=post.at(days=9), expirationDate=post.at(days=8))
    assert refused.status_code == 400
    assert "messageToPublish.expirationDate" in refused.text


async def test_an_unopened_message_is_due_one_reminder_and_one_warning(post: Post) -> None:
    message_id = await post.publish(expirationDate=post.at(days=60))
    await post.pass_time(15 * DAY - timedelta(minutes=1))
    assert await post.keep_time() == 0
    await post.pass_time(timedelta(minutes=1))
    assert await post.keep_time() == 1
    assert await post.keep_time() == 0
    await post.pass_time(40 * DAY)
    assert await post.keep_time() == 1
    assert await post.keep_time() == 0
    assert post.topics(message_id) == [
        "message.published",
        "message.reminder_due",
        "message.expiry_announced",
    ]


async def test_nobody_is_reminded_of_what_they_opened(post: Post) -> None:
    message_id = await post.publish(expirationDate=post.at(days=60))
    assert (await post.content(message_id)).status_code == 200
    await post.pass_time(58 * DAY)
    assert await post.keep_time() == 0
    assert post.topics(message_id) == ["message.published", "message.opened"]


async def test_an_expired_message_is_gone_for_its_reader(post: Post) -> None:
    message_id = await post.publish(expirationDate=post.at(days=3))
    assert message_id in await post.inbox()
    await post.pass_time(4 * DAY)
    assert await post.keep_time() == 1
    assert message_id not in await post.inbox()
    assert (await post.content(message_id)).status_code == 404


async def test_after_a_long_standstill_a_message_expires_without_reminders(post: Post) -> None:
    message_id = await post.publish(expirationDate=post.at(days=60), requestedPublishTime=post.at(days=1))
    await post.pass_time(61 * DAY)
    await post.keep_time()
    assert post.topics(message_id) == ["message.published", "message.released", "message.expired"]


async def test_two_schedulers_at_once_make_each_fact_once(post: Post) -> None:
    ids = [await post.publish(expirationDate=post.at(days=3)) for _ in range(20)]
    await post.pass_time(4 * DAY)
    await post.ebox.caught_up()
    system = post.ebox.system
    keepers = [Timekeeper(system.events, system.read_database, post.clock) for _ in range(3)]
    counts = await asyncio.gather(*(asyncio.to_thread(one.keep_up) for one in keepers))
    assert sum(counts) == len(ids)
    assert all(post.topics(one) == ["message.published", "message.expired"] for one in ids)


async def test_the_role_does_it_by_itself_and_ends_when_told(post: Post) -> None:
    message_id = await post.publish(requestedPublishTime=post.at(hours=1))
    keeper = post.ebox.system.timekeeper
    running = asyncio.create_task(asyncio.to_thread(keeper.run))
    try:
        await post.pass_time(timedelta(hours=1))
        await until(lambda: "message.released" in post.topics(message_id), within=20)
    finally:
        keeper.stop()
        await asyncio.wait_for(running, 10)


async def test_retention_removes_the_documents_of_what_expired_and_of_nothing_else(post: Post) -> None:
    old = await post.publish(expirationDate=post.at(days=3))
    young = await post.publish()
    await post.pass_time(4 * DAY)
    await post.keep_time()
    system = post.ebox.system
    assert [one async for one in system.retention(30 * DAY).run()] == []
    kept = {entry.key for entry in system.objects.list()}

    retention = system.retention(timedelta())
    assert await retention.due() == 1
    [purged] = [one async for one in retention.run()]
    assert (purged.stream, purged.documents) == (old, 1)

    gone = kept - {entry.key for entry in system.objects.list()}
    [attachment] = post.events_of(old)[0].attachments  # type: ignore[attr-defined]
    assert gone == {attachment.object_key}
    assert post.topics(old)[-1] == "message.documents_purged"
    await post.ebox.caught_up()
    assert await retention.due() == 0
    assert (await post.content(young)).status_code == 200


async def test_retention_goes_on_where_a_killed_one_stopped(post: Post) -> None:
    old = await post.publish(expirationDate=post.at(days=3))
    await post.pass_time(4 * DAY)
    await post.keep_time()
    [attachment] = post.events_of(old)[0].attachments  # type: ignore[attr-defined]
    post.ebox.system.objects.delete(attachment.object_key)  # it was killed before it could say so
    [purged] = [one async for one in post.ebox.system.retention(timedelta()).run()]
    assert purged.stream == old
    assert post.topics(old)[-1] == "message.documents_purged"


async def test_nothing_expires_while_two_clocks_disagree(post: Post) -> None:
    message_id = await post.publish(expirationDate=post.at(days=3))
    other = post.clock.now()
    await post.pass_time(4 * DAY)
    await post.ebox.caught_up()
    system = post.ebox.system
    keeper = Timekeeper(system.events, system.read_database, post.clock, lambda: other)
    assert keeper.keep_up() == 0
    agreed = Timekeeper(system.events, system.read_database, post.clock, post.clock.now)
    assert agreed.keep_up() == 1
    assert post.topics(message_id)[-1] == "message.expired"


async def test_a_standing_projector_does_not_hold_the_scheduler_up(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("application.timekeeping.CATCH_UP_SECONDS", 0.2)
    system = post.ebox.system
    first = await post.publish(requestedPublishTime=post.at(hours=1))
    second = await post.publish(requestedPublishTime=post.at(hours=2))
    await post.ebox.caught_up()
    system.projector.stop()
    running = asyncio.create_task(asyncio.to_thread(system.timekeeper.run))
    try:
        for message_id in (first, second):
            post.clock.advance(timedelta(hours=1))
            await until(partial(lambda one: "message.released" in post.topics(one), message_id), within=20)
    finally:
        system.timekeeper.stop()
        await asyncio.wait_for(running, 10)
