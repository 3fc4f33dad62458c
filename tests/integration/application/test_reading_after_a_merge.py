"""Whose two mailboxes became one reads what came into either, by the same addresses."""

from __future__ import annotations

from domain.events.access import AccessRecorded
from eventstore.parties import Party
from tests.integration.application.post import MESSAGES, Post
from tests.integration.application.test_after_a_merge import merge, survivor

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
