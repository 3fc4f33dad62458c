"""Whose two mailboxes became one reads what came into either, by the same addresses."""

from __future__ import annotations

import json

from application.parties import mailbox_of
from domain.events.access import AccessRecorded
from domain.ids import message_id as further_message
from eventstore.parties import Party
from tests.integration.api.publishing import body_only
from tests.integration.application.post import MESSAGES, Post
from tests.integration.application.test_after_a_merge import AN, NEW, merge, survivor

__all__ = ["survivor"]


async def test_a_message_of_the_former_mailbox_is_read_in_the_surviving_one(
    post: Post,
    survivor: Party,
) -> None:
    message_id = await post.publish()
    await merge(post)
    await post.ebox.log_in()
    assert await post.inbox() == {message_id}
    an = post.ebox.as_("an")
    counts = (await post.ebox.http.get("/messageRegistry/v3/ebox", headers=an)).json()
    assert counts["numberOfUnreadMessages"] == 1
    position = await post.position()
    assert (await post.ebox.http.get(f"{MESSAGES}/{message_id}", headers=an)).status_code == 200
    assert (await post.content(message_id)).status_code == 200
    accesses = [one for one in post.ebox.events_since(position) if isinstance(one, AccessRecorded)]
    assert {one.mailbox_id for one in accesses} == {survivor.mailbox_id}
    change = {"items": [{"messageId": str(message_id), "archived": True}]}
    assert (await post.ebox.http.patch(MESSAGES, headers=an, json=change)).status_code == 200
    assert await post.inbox() == set()


async def test_what_was_withdrawn_from_one_of_the_two_is_read_as_the_others(
    post: Post, survivor: Party
) -> None:
    message_id = await post.publish()
    partner = post.ebox.as_("partner")
    there, here = ({"eboxType": "citizen", "ssin": one.number} for one in (AN, NEW))
    path = f"{MESSAGES}/{message_id}"
    linked = await post.ebox.http.post(f"{path}/recipients", json={"items": [here]}, headers=partner)
    assert linked.status_code == 200, linked.text
    withdrawn = await post.ebox.http.post(f"{path}/withdraw", json={"recipient": there}, headers=partner)
    assert withdrawn.status_code == 200, withdrawn.text
    await merge(post)
    await post.ebox.log_in()
    assert await post.inbox() == {message_id}
    copy = further_message(message_id, mailbox_of(survivor))
    [attachment] = post.events_of(copy)[0].attachments  # type: ignore[attr-defined]
    content = await post.ebox.http.get(
        f"{path}/attachments/{attachment.id}/content", headers=post.ebox.as_("an")
    )
    assert content.status_code == 200
    assert "message.opened" in post.topics(copy)


async def test_what_came_into_both_is_opened_where_the_list_shows_it(post: Post, survivor: Party) -> None:
    lea = {"eboxType": "citizen", "ssin": "19082416188"}
    both = [{"eboxType": "citizen", "ssin": one.number} for one in (AN, NEW)]
    answer = await post.ebox.http.post(
        MESSAGES,
        headers=post.ebox.as_("partner"),
        files={
            "messageToPublish": (None, json.dumps(body_only("Aan allen", recipient=lea)), "application/json")
        },
    )
    path = f"{MESSAGES}/{answer.json()['messageId']}"
    linked = await post.ebox.http.post(
        f"{path}/recipients", json={"items": both}, headers=post.ebox.as_("partner")
    )
    assert linked.status_code == 200, linked.text
    await merge(post)
    await post.ebox.log_in()
    an = post.ebox.as_("an")
    assert (await post.ebox.http.get(f"{path}/body", headers=an)).status_code == 200
    await post.ebox.caught_up()
    [item] = (await post.ebox.http.get(MESSAGES, headers=an)).json()["items"]
    assert item["readStatus"] is True
