"""A mailbox as it stood at a moment: the same answer whenever it is asked, and on record that it was."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from domain.events.mailbox import Frequency
from tests.integration.application.post import MESSAGES, Post

HOUR = timedelta(hours=1)


async def mailbox_of_an(post: Post) -> UUID:
    found = await post.ebox.http.post(
        "/audit/mailboxes/search", json={"ssin": "81050103522"}, headers=post.ebox.as_("auditor")
    )
    return UUID(found.json()["mailboxId"])


async def ask(post: Post, mailbox: UUID, at: str, **params: str) -> Any:
    answer = await post.ebox.http.get(
        f"/audit/mailboxes/{mailbox}/as-of", params={"at": at, **params}, headers=post.ebox.as_("auditor")
    )
    assert answer.status_code == 200, answer.text
    return answer.json()


async def test_a_replay_shows_what_was_there_then_and_not_what_came_since(post: Post) -> None:
    mailbox = await mailbox_of_an(post)
    first = await post.publish()
    await post.pass_time(HOUR)
    then = post.at()
    await post.pass_time(HOUR)
    second = await post.publish()
    await post.content(first)

    [message] = (await ask(post, mailbox, then))["items"]
    assert (message["messageId"], message["openedAt"], message["seen"]) == (str(first), None, [])

    now = await ask(post, mailbox, post.at())
    assert [one["messageId"] for one in now["items"]] == [str(second), str(first)]
    assert now["totalItems"] == 2
    opened = now["items"][1]
    assert opened["openedAt"] is not None
    [seen] = opened["seen"]
    assert opened["openedBy"] == seen["accessId"]
    assert (seen["what"], seen["site"], seen["digitalKey"]) == ("attachment", "demo-site", "itsme")
    assert (seen["actor"]["identity"], seen["basis"]["kind"]) == ("81050103522", "self")


async def test_a_replay_by_position_stops_there(post: Post) -> None:
    mailbox = await mailbox_of_an(post)
    first = await post.publish()
    there = await post.position()
    await post.content(first)
    then = await ask(post, mailbox, str(there))
    assert (then["at"], then["position"]) == (None, there)
    assert then["items"][0]["openedAt"] is None
    assert (await ask(post, mailbox, str(2**63 - 1)))["items"][0]["openedAt"] is not None


async def test_a_replay_tells_what_its_owner_and_time_did_to_a_message(post: Post) -> None:
    mailbox = await mailbox_of_an(post)
    message_id = await post.publish(expirationDate=post.at(days=3), requestedPublishTime=post.at(hours=1))
    scheduled = post.at()
    await post.pass_time(HOUR)
    await post.keep_time()
    await post.pass_time(timedelta(days=4))
    await post.keep_time()
    assert not (await ask(post, mailbox, scheduled))["items"][0]["isReleased"]
    [message] = (await ask(post, mailbox, post.at()))["items"]
    assert message["messageId"] == str(message_id)
    assert (message["isReleased"], message["isExpired"], message["isPurged"]) == (True, True, False)


async def test_a_replay_tells_whether_there_was_an_address_and_never_which(post: Post) -> None:
    mailbox = await mailbox_of_an(post)
    then = await ask(post, mailbox, post.at())
    assert then["owner"]["hasVerifiedAddress"]
    assert then["owner"]["termsVersion"]
    await post.ebox.system.mailboxes.prefer(mailbox, language="fr", frequency=Frequency.DAILY)
    answer = await post.ebox.http.get(
        f"/audit/mailboxes/{mailbox}/as-of", params={"at": post.at()}, headers=post.ebox.as_("auditor")
    )
    assert "example" not in answer.text


async def test_pages_go_on_at_the_moment_that_was_asked_for(post: Post) -> None:
    mailbox = await mailbox_of_an(post)
    published = [await post.publish() for _ in range(5)]
    there = str(await post.position())
    page = await ask(post, mailbox, there, limit="2")
    await post.publish()
    seen = [one["messageId"] for one in page["items"]]
    while cursor := page.get("nextCursor"):
        page = await ask(post, mailbox, there, limit="2", cursor=cursor)
        seen += [one["messageId"] for one in page["items"]]
    assert seen == [str(one) for one in reversed(published)]


async def test_however_often_a_message_was_read_its_mailbox_can_be_replayed(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("application.replaying.EVENTS_AT_ONCE", 4)
    mailbox = await mailbox_of_an(post)
    read, unread = await post.publish(), await post.publish()
    for _ in range(11):
        await post.content(read)
    found = {one["messageId"]: one for one in (await ask(post, mailbox, str(2**63 - 1)))["items"]}
    assert (found[str(read)]["accesses"], len(found[str(read)]["seen"])) == (11, 11)
    assert found[str(unread)]["accesses"] == 0


async def test_the_look_is_on_record_with_what_was_asked(post: Post) -> None:
    mailbox = await mailbox_of_an(post)
    at = post.at()
    await ask(post, mailbox, at)
    await post.ebox.caught_up()
    answer = await post.ebox.http.get(
        "/audit/access-history",
        params={"mailbox": str(mailbox), "kind": "audit.replayed"},
        headers=post.ebox.as_("auditor"),
    )
    look = next(one for one in answer.json()["items"] if one["what"] == "mailbox_as_of")
    assert look["detail"]["case"] == "DEMO-1"
    assert set(look["detail"]["asked"]) == {"mailboxId", "end"}


async def test_a_moment_to_come_is_refused_by_name(post: Post) -> None:
    mailbox = await mailbox_of_an(post)
    for at in (post.at(hours=1), "yesterday", "2026-01-01T00:00:00", "-1"):
        answer = await post.ebox.http.get(
            f"/audit/mailboxes/{mailbox}/as-of", params={"at": at}, headers=post.ebox.as_("auditor")
        )
        assert answer.status_code == 400, at
        assert answer.json()["issues"][0]["name"] == "at"


async def test_a_mailbox_that_was_not_on_record_yet_is_not_found(post: Post) -> None:
    mailbox = await mailbox_of_an(post)
    answer = await post.ebox.http.get(
        f"/audit/mailboxes/{mailbox}/as-of", params={"at": "1"}, headers=post.ebox.as_("auditor")
    )
    assert answer.status_code == 404


async def test_nobody_but_an_auditor_replays(post: Post) -> None:
    mailbox = await mailbox_of_an(post)
    for who in ("an", "partner"):
        answer = await post.ebox.http.get(
            f"/audit/mailboxes/{mailbox}/as-of", params={"at": post.at()}, headers=post.ebox.as_(who)
        )
        assert answer.status_code == 403


async def test_the_history_has_every_event_of_the_mailbox(post: Post) -> None:
    """What the log has about a mailbox, the index from a mailbox to positions has too: a replay needs it."""
    mailbox = await mailbox_of_an(post)
    message_id = await post.publish(expirationDate=post.at(days=30))
    await post.inbox()
    await post.content(message_id)
    changed = await post.ebox.http.patch(
        MESSAGES,
        json={"items": [{"messageId": str(message_id), "visible": False}]},
        headers={**post.ebox.as_("an"), "Content-Type": "application/merge-patch+json"},
    )
    assert changed.status_code < 300, changed.text
    await post.pass_time(timedelta(days=31))
    await post.keep_time()
    answer = await post.ebox.http.get(
        "/audit/access-history", params={"mailbox": str(mailbox)}, headers=post.ebox.as_("auditor")
    )
    kinds = {one["kind"] for one in answer.json()["items"]}
    assert set(post.topics(message_id)) | {"mailbox.activated", "access.recorded"} <= kinds
