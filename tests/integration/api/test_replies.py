"""A reader replies, and the reply lies in the sender's own mailbox."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from domain.events.message import MessagePublished
from tests.integration.api.embedded import AN, LEA, Embedded
from tests.integration.api.publishing import PATH, body_only, publish
from tests.samples import SOUND

pytestmark = pytest.mark.asyncio(loop_scope="module")

REPLY = {
    "subject": {"nl": "Mijn antwoord"},
    "isBodyMainContent": True,
    "bodyContent": {"nl": "Ik ga niet akkoord."},
}


async def reply(
    ebox: Embedded, message_id: str, said: dict[str, Any], who: str = "an", **more: Any
) -> httpx.Response:
    files = {"messageToPublish": (None, json.dumps(said), "application/json")} | more.pop("files", {})
    headers = ebox.as_(who) | more
    return await ebox.http.post(f"{PATH}/{message_id}/replies", files=files, headers=headers)


async def test_a_reply_goes_to_the_senders_mailbox_and_says_whose_it_is(ebox: Embedded) -> None:
    message_id = await publish(ebox, body_only("Vraag", isReplyAuthorized=True))
    before = await ebox.system.events.latest_position()
    response = await reply(ebox, message_id, REPLY)
    assert response.status_code == 201, response.text
    published = [one for one in ebox.events_since(before) if isinstance(one, MessagePublished)]
    [answer] = published
    assert str(answer.publication_id) == response.json()["messageId"]
    assert (answer.sender_kind, answer.access.actor) == ("citizen", AN.number)
    assert str(answer.original_message) == message_id
    assert answer.sender_number is None  # nobody else's key opens it
    original = await ebox.system.events.get(UUID(message_id))
    assert answer.party_id != original.published.party_id
    assert "message.replied" in ebox.topics_since(before)


async def test_a_reply_can_carry_files(ebox: Embedded) -> None:
    message_id = await publish(ebox, body_only("Stuur bewijs", isReplyAuthorized=True))
    attachments = [{"httpPartName": "upfile1", "isMainContent": True}]
    said = {"subject": {"nl": "Bewijs"}, "attachments": attachments}
    files = {"upfile1": ("bewijs.pdf", SOUND["application/pdf"][1], "application/pdf")}
    before = await ebox.system.events.latest_position()
    response = await reply(ebox, message_id, said, files=files)
    assert response.status_code == 201, response.text
    [answer] = [one for one in ebox.events_since(before) if isinstance(one, MessagePublished)]
    assert [one.file_name for one in answer.attachments] == ["bewijs.pdf"]


async def test_a_repeat_of_a_reply_is_the_same_reply(ebox: Embedded) -> None:
    message_id = await publish(ebox, body_only("Nog een vraag", isReplyAuthorized=True))
    key = {"Idempotency-Key": str(uuid4())}
    first = await reply(ebox, message_id, REPLY, **key)
    again = await reply(ebox, message_id, REPLY, **key)
    other = await reply(ebox, message_id, REPLY | {"subject": {"nl": "Iets anders"}}, **key)
    assert again.json()["messageId"] == first.json()["messageId"]
    assert (again.status_code, again.headers["Idempotency-Replayed"]) == (201, "true")
    assert other.status_code == 422


async def test_no_reply_where_the_sender_takes_none(ebox: Embedded) -> None:
    message_id = await publish(ebox, body_only("Geen antwoord"))
    kept = await ebox.what_is_kept()
    response = await reply(ebox, message_id, REPLY)
    assert response.status_code == 409
    assert await ebox.what_is_kept() == kept


async def test_nobody_else_replies(ebox: Embedded) -> None:
    message_id = await publish(ebox, body_only("Van An alleen", isReplyAuthorized=True))
    response = await reply(ebox, message_id, REPLY, who=LEA.key)
    assert response.status_code == 404


async def test_what_is_wrong_in_a_reply_is_named(ebox: Embedded) -> None:
    message_id = await publish(ebox, body_only("Fout antwoord", isReplyAuthorized=True))
    for said, field in (
        ({"subject": {"nl": "x"}}, "messageToPublish.isBodyMainContent"),
        (REPLY | {"messageTypeId": "PENSION_STATEMENT"}, "messageToPublish.messageTypeId"),
        (REPLY | {"subject": {"nl": " "}}, "messageToPublish.subject.nl"),
    ):
        response = await reply(ebox, message_id, said)
        assert response.status_code == 400, said
        assert field in {issue["name"] for issue in response.json()["issues"]}, response.text
