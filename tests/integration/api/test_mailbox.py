"""A citizen finds, hides and archives messages through the whole of eBox."""

from __future__ import annotations

import json
from typing import Any
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio

from domain.events.access import AccessRecorded
from tests.integration.api.embedded import AN, Embedded

pytestmark = pytest.mark.asyncio(loop_scope="module")

PATH = "/messageRegistry/v3/ebox/messages"


@pytest_asyncio.fixture(scope="module", loop_scope="module", autouse=True)
async def published(ebox: Embedded) -> None:
    """An has two messages."""
    for title in ("Uw pensioenoverzicht", "Une attestation"):
        message = {
            "recipient": {"eboxType": "citizen", "ssin": AN.number},
            "subject": {"nl": title},
            "messageTypeId": "PENSION_STATEMENT",
            "senderApplicationId": "demo.pensions",
            "isBodyMainContent": True,
            "bodyContent": {"nl": "Beste"},
        }
        files = {"messageToPublish": (None, json.dumps(message), "application/json")}
        response = await ebox.http.post(PATH, files=files, headers=ebox.as_("partner"))
        assert response.status_code == 201, response.text


async def list_of(ebox: Embedded, **query: Any) -> list[dict[str, Any]]:
    response = await ebox.http.get(PATH, params=query, headers=ebox.as_("an"))
    assert response.status_code == 200, response.text
    items: list[dict[str, Any]] = response.json()["items"]
    return items


async def change(ebox: Embedded, who: str, *items: dict[str, Any], **headers: str) -> httpx.Response:
    return await ebox.http.patch(
        PATH,
        json={"items": list(items)},
        headers=ebox.as_(who) | {"Content-Type": "application/merge-patch+json"} | headers,
    )


async def test_words_are_found_by_either_way_and_the_search_is_on_record(ebox: Embedded) -> None:
    await ebox.caught_up()
    [first, *_] = await list_of(ebox)
    word = first["subject"]["nl"][1:6].upper()
    before = await ebox.system.events.latest_position()
    in_address = await list_of(ebox, q=word, qlang="nl")
    body = {"q": word, "qlang": "nl", "pageSize": 25}
    response = await ebox.http.post(f"{PATH}/search", json=body, headers=ebox.as_("an"))
    assert response.json()["items"] == in_address
    assert first["messageId"] in {item["messageId"] for item in in_address}
    accesses = [one for one in ebox.events_since(before) if isinstance(one, AccessRecorded)]
    assert {one.what.value for one in accesses} == {"search"}
    assert await list_of(ebox, q="nowhere to be found", qlang="nl") == []


async def test_a_hidden_message_is_left_out_until_it_is_shown_again(ebox: Embedded) -> None:
    await ebox.caught_up()
    [first, *others] = await list_of(ebox)
    message_id = first["messageId"]
    response = await change(ebox, "an", {"messageId": message_id, "visible": False})
    position = response.headers["ebox-position"]
    awaited = ebox.as_("an") | {"Ebox-Position": position}
    after = (await ebox.http.get(PATH, headers=awaited)).json()
    assert [item["messageId"] for item in after["items"]] == [item["messageId"] for item in others]
    [hidden] = await list_of(ebox, visible="false")
    assert (hidden["messageId"], hidden["visible"], hidden["isArchived"]) == (message_id, False, False)
    changed = await list_of(ebox, changedAfterPosition=int(position) - 1)
    assert [item["messageId"] for item in changed] == [message_id]
    detail = await ebox.http.get(f"{PATH}/{message_id}", headers=ebox.as_("an"))
    assert detail.json()["visible"] is False
    await change(ebox, "an", {"messageId": message_id, "visible": True})
    await ebox.caught_up()
    assert (await list_of(ebox))[0]["messageId"] == message_id


async def test_of_changes_all_are_made_or_none(ebox: Embedded) -> None:
    await ebox.caught_up()
    [first, *_] = await list_of(ebox)
    before = await ebox.system.events.latest_position()
    mine = {"messageId": first["messageId"], "archived": True}
    refused = await change(ebox, "an", mine, {"messageId": str(uuid4()), "archived": True})
    assert refused.status_code == 404
    assert [issue["name"] for issue in refused.json()["issues"]] == ["items[1].messageId"]
    assert (await change(ebox, "lea", mine)).status_code == 404, (
        "somebody else's message and none look the same"
    )
    assert "message.archived" not in ebox.topics_since(before)


async def test_a_change_that_changes_nothing_leaves_no_event(ebox: Embedded) -> None:
    await ebox.caught_up()
    [first, *_] = await list_of(ebox)
    before = await ebox.system.events.latest_position()
    response = await change(ebox, "an", {"messageId": first["messageId"], "visible": True})
    assert (response.status_code, response.headers["ebox-position"]) == (200, str(before))


@pytest.mark.parametrize(
    "rest", ["", "/search", f"/{uuid4()}", f"/{uuid4()}/body", f"/{uuid4()}/attachments"]
)
async def test_only_ones_own_mailbox_may_be_named(ebox: Embedded, rest: str) -> None:
    method = "POST" if rest == "/search" else "GET"
    for mailbox, status in ((str(uuid4()), 403), ("mine", 400)):
        headers = ebox.as_("an") | {"Ebox-Mailbox": mailbox}
        body: dict[str, Any] | None = {} if method == "POST" else None
        response = await ebox.http.request(method, PATH + rest, json=body, headers=headers)
        assert response.status_code == status
    assert response.json()["issues"][0]["name"] == "Ebox-Mailbox"
