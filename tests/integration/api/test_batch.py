"""Partners publish many messages with one request, through the whole of eBox."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from api.batch import MAX_BYTES
from bench.publications import national_numbers
from domain.message import Message
from tests.integration.api.embedded import AN, Embedded
from tests.pdfs import make_pdf

pytestmark = pytest.mark.asyncio(loop_scope="module")

V3 = "/messageRegistry/v3"
BATCH = f"{V3}/ebox/messages/batch"
NDJSON = {"Content-Type": "application/x-ndjson"}


def message(number: str = AN.number, **wanted: Any) -> dict[str, Any]:
    return {
        "recipient": {"eboxType": "citizen", "ssin": number},
        "subject": {"nl": "Uw overzicht"},
        "messageTypeId": "PENSION_STATEMENT",
        "senderApplicationId": "demo.pensions",
        "isBodyMainContent": True,
        "bodyContent": {"nl": "Beste"},
        **wanted,
    }


def item(key: str | None = None, number: str = AN.number, **wanted: Any) -> dict[str, Any]:
    return {"idempotencyKey": key or str(uuid4()), "messageToPublish": message(number, **wanted)}


async def send(ebox: Embedded, *items: Any, **headers: str) -> httpx.Response:
    headers = ebox.as_("partner") | {name.replace("_", "-"): value for name, value in headers.items()}
    return await ebox.http.post(BATCH, json={"items": list(items)}, headers=headers)


async def answers(ebox: Embedded, *items: Any, **headers: str) -> list[dict[str, Any]]:
    response = await send(ebox, *items, **headers)
    assert response.status_code == 200, response.text
    document = response.json()
    assert document["totalItems"] == len(document["items"]) == len(items)
    found: list[dict[str, Any]] = document["items"]
    return found


def issues(answer: dict[str, Any]) -> dict[str, str]:
    assert answer["status"] == answer["problem"]["status"] == 400
    return {one["name"]: one["title"] for one in answer["problem"]["issues"]}


async def published(ebox: Embedded, answer: dict[str, Any]) -> Message:
    found: Message = await ebox.system.events.get(UUID(answer["messageId"]))
    return found


async def test_each_item_is_published_and_answered_in_order(ebox: Embedded) -> None:
    found = await answers(
        ebox, item(subject={"nl": "Een"}), item(number=national_numbers(1)[0], subject={"nl": "Twee"})
    )
    assert [one["status"] for one in found] == [201, 201]
    assert [(await published(ebox, one)).published.subject for one in found] == [
        {"nl": "Een"},
        {"nl": "Twee"},
    ]
    assert "code" not in found[0]
    assert (found[1]["code"], "isReplayed" in found[1]) == ("NO_DIGITAL_USER", False)


async def test_a_line_each_is_answered_with_a_line_each(ebox: Embedded) -> None:
    lines = [json.dumps(item()), "", "no json", json.dumps([1]), json.dumps(item())]
    body = "\r\n".join(lines).encode()
    response = await ebox.http.post(BATCH, content=body, headers=ebox.as_("partner") | NDJSON)
    assert response.headers["content-type"] == "application/x-ndjson"
    found = [json.loads(line) for line in response.text.splitlines()]
    assert [one["status"] for one in found] == [201, 400, 400, 201]
    assert [issues(one) for one in found[1:3]] == [{"item": "notJson"}, {"item": "schemaViolation"}]


async def test_an_item_that_is_wrong_fails_alone_and_by_name(ebox: Embedded) -> None:
    wrong = [
        item(subject={}),
        item(messageTypeId="NONE"),
        item(recipient={"eboxType": "citizen", "ssin": "81050103523"}),
        item(attachments=[{"httpPartName": "upfile1", "isMainContent": False}]),
        item(surprise=1),
        {"messageToPublish": message()},
        {"idempotencyKey": "", "messageToPublish": message()},
        {"idempotencyKey": "k"},
        item() | {"extra": 1},
    ]
    found = await answers(ebox, item(), *wrong, item())
    assert (found[0]["status"], found[-1]["status"]) == (201, 201)
    assert [issues(one) for one in found[1:-1]] == [
        {"messageToPublish.subject": "required"},
        {"messageToPublish.messageTypeId": "unknown"},
        {"messageToPublish.recipient.ssin": "invalidIdentifier"},
        {"messageToPublish.attachments[0].httpPartName": "partMissing"},
        {"messageToPublish.surprise": "unknownInput"},
        {"idempotencyKey": "required"},
        {"idempotencyKey": "schemaViolation"},
        {"messageToPublish": "required"},
        {"extra": "unknownInput"},
    ]


async def test_somebody_elses_name_is_refused_for_that_item_alone(ebox: Embedded) -> None:
    sender = {"eboxType": "enterprise", "enterpriseNumber": "0884303369"}
    found = await answers(ebox, item(sender=sender), item())
    assert [one["status"] for one in found] == [403, 201]


async def test_a_repeated_batch_adds_nothing_and_answers_the_same(ebox: Embedded) -> None:
    items = [item() for _ in range(5)]
    first = await answers(ebox, *items)
    before = await ebox.system.events.latest_position()
    again = await answers(ebox, *items)
    assert await ebox.system.events.latest_position() == before
    assert again == [one | {"isReplayed": True} for one in first]
    more = await answers(ebox, *items, item())
    assert [one.get("isReplayed", False) for one in more] == [True] * 5 + [False]


async def test_one_key_for_the_whole_batch_stands_for_each_place(ebox: Embedded) -> None:
    items = [{"messageToPublish": message()} for _ in range(3)]
    key = str(uuid4())
    first = await answers(ebox, *items, Idempotency_Key=key)
    again = await answers(ebox, *items, Idempotency_Key=key)
    assert len({one["messageId"] for one in first}) == 3
    assert [one["messageId"] for one in again] == [one["messageId"] for one in first]
    assert all(one["isReplayed"] for one in again)


async def test_what_a_repeat_adds_is_published_in_its_order(ebox: Embedded) -> None:
    first, *rest = [item() for _ in range(40)]
    await answers(ebox, first)
    before = await ebox.system.events.latest_position()
    found = await answers(ebox, first, *rest)
    facts = [one for one in ebox.events_since(before) if one.TOPIC == "message.published"]
    assert [str(one.originator_id) for one in facts] == [one["messageId"] for one in found[1:]]


async def test_the_same_key_twice_in_a_batch_meets_itself(ebox: Embedded) -> None:
    key = str(uuid4())
    first, again, other = await answers(ebox, item(key), item(key), item(key, subject={"nl": "Ander"}))
    assert (first["status"], again["isReplayed"]) == (201, True)
    assert again["messageId"] == first["messageId"]
    assert (other["status"], other["problem"]["type"]) == (422, "urn:problem-type:ebox:idempotencyKeyReused")


async def test_an_item_published_alone_before_is_the_same_message(ebox: Embedded) -> None:
    key, said = str(uuid4()), message()
    files = {"messageToPublish": (None, json.dumps(said), "application/json")}
    headers = ebox.as_("partner") | {"Idempotency-Key": key}
    alone = await ebox.http.post(f"{V3}/ebox/messages", files=files, headers=headers)
    [found] = await answers(ebox, {"idempotencyKey": key, "messageToPublish": said})
    assert (found["messageId"], found["isReplayed"]) == (alone.json()["messageId"], True)


async def test_a_thousand_to_new_recipients_reach_each_once(ebox: Embedded) -> None:
    numbers = national_numbers(501)[1:]
    items = [item(number=number) for number in numbers * 2]
    before = await ebox.system.events.latest_position()
    halves = await asyncio.gather(answers(ebox, *items[250:750]), answers(ebox, *items))
    assert {one["status"] for half in halves for one in half} == {201}
    facts = ebox.events_since(before)
    assert sum(one.TOPIC == "message.published" for one in facts) == 1000
    assert sum(one.TOPIC == "mailbox.created" for one in facts) == 500


async def test_kept_documents_are_carried(ebox: Embedded) -> None:
    files = {"upfile1": ("brochure.pdf", make_pdf(), "application/pdf")}
    kept = await ebox.http.post(f"{V3}/documents", files=files, headers=ebox.as_("partner"))
    attachments = [{"documentId": kept.json()["documentId"], "isMainContent": True}]
    wanted: dict[str, Any] = {"isBodyMainContent": False, "bodyContent": None, "attachments": attachments}
    unknown = [{"documentId": str(uuid4()), "isMainContent": True}]
    good, also, bad = await answers(
        ebox, item(**wanted), item(**wanted), item(**wanted | {"attachments": unknown})
    )
    keys = {(await published(ebox, one)).published.attachments[0].object_key for one in (good, also)}
    assert len(keys) == 1
    assert issues(bad) == {"messageToPublish.attachments[0].documentId": "unknown"}


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b'{"items": 1}', b'{"items": [], "more": 1}', b"\xff"])
async def test_a_body_that_is_no_batch_is_refused_whole(ebox: Embedded, body: bytes) -> None:
    headers = ebox.as_("partner") | {"Content-Type": "application/json"}
    response = await ebox.http.post(BATCH, content=body, headers=headers)
    assert response.status_code == 400
    assert [one["name"] for one in response.json()["issues"]] == ["body"]


async def test_an_empty_batch_is_answered_emptily(ebox: Embedded) -> None:
    assert await answers(ebox) == []


async def test_another_media_type_is_refused(ebox: Embedded) -> None:
    headers = ebox.as_("partner") | {"Content-Type": "text/plain"}
    assert (await ebox.http.post(BATCH, content=b"{}", headers=headers)).status_code == 415


async def test_the_item_past_the_thousandth_ends_it_before_more_is_read(ebox: Embedded) -> None:
    async def lines() -> AsyncIterator[bytes]:
        for _ in range(5000):
            yield b"{}\n"

    before = await ebox.system.events.latest_position()
    response = await ebox.http.post(BATCH, content=lines(), headers=ebox.as_("partner") | NDJSON)
    assert response.status_code == 400
    assert {one["name"]: one["title"] for one in response.json()["issues"]} == {"items": "tooMany"}
    assert response.headers["connection"] == "close"
    too_many = await send(ebox, *[{}] * 1001)
    assert too_many.status_code == 400
    assert await ebox.system.events.latest_position() == before


async def test_a_byte_too_many_ends_it(ebox: Embedded) -> None:
    async def spaces() -> AsyncIterator[bytes]:
        for _ in range(2 * MAX_BYTES // 2**20):
            yield b" " * 2**20

    headers = ebox.as_("partner") | {"Content-Type": "application/json"}
    response = await ebox.http.post(BATCH, content=spaces(), headers=headers)
    assert response.status_code == 413
    assert response.headers["connection"] == "close"


async def test_citizens_publish_nothing(ebox: Embedded) -> None:
    response = await ebox.http.post(BATCH, json={"items": [item()]}, headers=ebox.as_("an"))
    assert response.status_code == 403
