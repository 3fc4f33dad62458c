"""What a merge means to those who were logged in, to the survivor, and to whoever asks how it was."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest

from application.parties import mailbox_of
from application.progress import Silent
from application.replacing import Replacing
from domain.identifiers import EnterpriseNumber, Identifier, Ssin
from domain.ids import message_id as further_message
from domain.message import Message
from eventstore.parties import Party
from projections import access_history
from projections.access_history import HistoryFilter
from tests.integration.application.post import MESSAGES, Post

AN, NEW = Ssin("81050103522"), Ssin("92521506931")


@pytest.fixture
async def survivor(post: Post) -> Party:
    """Who goes on: An, with the number that she has now."""
    return await post.ebox.system.mailboxes.activate(NEW)


async def merge(post: Post, old: Identifier = AN, new: Identifier = NEW) -> None:
    system = post.ebox.system
    replacing = Replacing(
        events=system.events,
        parties=system.parties,
        replacements=system.key_store.replacements,
        threads=system._key_store_threads,
        clock=system.clock,
        settling_seconds=0.0,
    )
    await replacing.merge(old, new, Silent())
    await post.ebox.caught_up()


async def replayed(post: Post, mailbox_id: UUID, at: str) -> list[str]:
    answer = await post.ebox.http.get(
        f"/audit/mailboxes/{mailbox_id}/as-of", params={"at": at}, headers=post.ebox.as_("auditor")
    )
    assert answer.status_code == 200, answer.text
    return [item["messageId"] for item in answer.json()["items"]]


async def test_the_tokens_of_before_are_refused_and_publications_reach_the_survivor(
    post: Post, survivor: Party
) -> None:
    assert (await post.ebox.http.get(MESSAGES, headers=post.ebox.as_("an"))).status_code == 200
    await merge(post)
    assert (await post.ebox.http.get(MESSAGES, headers=post.ebox.as_("an"))).status_code == 401
    message_id = await post.publish()
    assert post.events_of(message_id)[0].mailbox_id == survivor.mailbox_id  # type: ignore[attr-defined]


async def test_a_replay_has_the_messages_from_the_merge_on(post: Post, survivor: Party) -> None:
    old = await post.ebox.system.parties.find(AN)
    assert old is not None
    first = await post.publish()
    await post.content(first)
    await post.pass_time(timedelta(hours=1))
    before = post.at()
    await post.pass_time(timedelta(hours=1))
    await merge(post)
    second = await post.publish()
    mailbox_id = mailbox_of(survivor)
    assert await replayed(post, mailbox_id, before) == []
    assert await replayed(post, mailbox_of(old), before) == [str(first)]
    assert await replayed(post, mailbox_id, post.at()) == [str(second), str(first)]
    assert await replayed(post, mailbox_of(old), post.at()) == [str(first)]


async def test_the_history_is_that_of_both(post: Post, survivor: Party) -> None:
    first = await post.publish()
    await merge(post)
    second = await post.publish()
    await post.ebox.caught_up()
    party = await post.ebox.system.parties.find(AN)
    assert party is not None
    rows = await post.ebox.system.read_database.run(
        access_history.page,
        HistoryFilter(mailbox_id=mailbox_of(survivor)),
        limit=50,
        merged=party.merged_mailboxes,
    )
    published = [row.message_id for row in rows if row.kind == "message.published"]
    assert published == [second, first]
    assert "mailbox.merged_into" in {row.kind for row in rows}
    assert [row.position for row in rows] == sorted((row.position for row in rows), reverse=True)


async def test_the_event_feed_goes_on_with_the_number_of_the_survivor(post: Post) -> None:
    old, new = EnterpriseNumber("0884303369"), EnterpriseNumber("0400000086")
    system = post.ebox.system
    await system.mailboxes.activate(new)
    enterprise = {"eboxType": "enterprise", "enterpriseNumber": old.number}
    message_id = await post.publish(recipient=enterprise, messageTypeId="A1_CERTIFICATE")
    await merge(post, old, new)
    feed = await post.ebox.http.get(
        "/events/v1/ebox/enterprise/document/events", headers=post.ebox.as_("partner")
    )
    [item] = feed.json()["EboxEnterpriseDocumentEvents"]
    assert item["eventData"]["messageId"] == str(message_id)
    assert item["eventData"]["enterpriseId"] == new.number


async def test_what_both_had_is_taken_back_from_both(post: Post, survivor: Party) -> None:
    """The survivor sees An's copy: recalling its own alone would leave that to be read."""
    first = await post.publish()
    recipient = {"eboxType": "citizen", "ssin": NEW.number}
    headers = post.ebox.as_("partner")
    linked = await post.ebox.http.post(
        f"{MESSAGES}/{first}/recipients", json={"items": [recipient]}, headers=headers
    )
    assert linked.status_code == 200, linked.text
    await post.content(first)
    await merge(post)

    searched = await post.ebox.http.post(
        f"{MESSAGES}/status/search",
        json={"items": [{"messageId": str(first), "recipient": recipient}]},
        headers=headers,
    )
    assert searched.json()["items"][0]["readStatus"] is True
    answer = await post.ebox.http.post(
        f"{MESSAGES}/{first}/recall", json={"recipient": recipient}, headers=headers
    )
    assert answer.status_code == 200, answer.text
    assert answer.json()["mailboxes"] == 2
    system = post.ebox.system
    further: Message = await system.events.get(further_message(first, mailbox_of(survivor)))
    shown: Message = await system.events.get(first)
    assert (further.is_recalled, shown.is_recalled) == (True, True)
