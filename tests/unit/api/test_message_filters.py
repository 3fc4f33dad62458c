"""What a list may be asked for: the same in an address as in a body; what is wrong is named."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from application.changes import MessageChange
from application.views import MessageList, MessagesNotFound
from domain.actors import ActorKind
from projections.inbox import MessageFilter
from tests.unit.api.doubles import MAILBOX_ID, MESSAGE_ID, Api

LIST = "/messageRegistry/v3/ebox/messages"
SEARCH = f"{LIST}/search"
NOON = datetime(2026, 7, 1, 12, 0, tzinfo=UTC)
FILTERS: list[tuple[dict[str, Any], MessageFilter]] = [
    ({}, MessageFilter()),
    ({"receivedBefore": "2026-07-01T14:00:00+02:00"}, MessageFilter(received_before=NOON)),
    ({"receivedAfter": "2026-07-01"}, MessageFilter(received_after=datetime(2026, 6, 30, 22, tzinfo=UTC))),
    ({"expiredBefore": "2026-07-01T12:00:00Z"}, MessageFilter(expired_before=NOON)),
    ({"expiredAfter": "2026-01-01"}, MessageFilter(expired_after=datetime(2025, 12, 31, 23, tzinfo=UTC))),
    ({"readStatus": True}, MessageFilter(read_status=True)),
    ({"visible": False}, MessageFilter(is_hidden=True)),
    ({"archived": True}, MessageFilter(is_archived=True)),
    ({"messageTypeId": "unknown"}, MessageFilter(message_type="unknown")),
    ({"senderOrganizationId": "0206731645"}, MessageFilter(sender_organisation="0206731645")),
    ({"senderApplicationId": "demo"}, MessageFilter(sender_application="demo")),
    ({"isRegisteredMail": False}, MessageFilter(registered=False)),
    ({"q": "100% Élan", "qlang": "fr"}, MessageFilter(words="100% Élan", language="fr")),
    ({"qlang": "fr"}, MessageFilter()),
    (
        {"changedAfterPosition": 7},
        MessageFilter(is_hidden=None, is_archived=None, changed_after=7),
    ),
    (
        {"changedAfterPosition": 0, "visible": True},
        MessageFilter(is_hidden=False, is_archived=None, changed_after=0),
    ),
]
WRONG: list[tuple[dict[str, Any], str]] = [
    ({"q": "pensioen"}, "qlang"),
    ({"q": "pensioen", "qlang": "es"}, "qlang"),
    ({"q": "", "qlang": "nl"}, "q"),
    ({"q": "\N{COMBINING ACUTE ACCENT}", "qlang": "nl"}, "q"),
    ({"q": "x" * 257, "qlang": "nl"}, "q"),
    ({"q": "a\x00b", "qlang": "nl"}, "q"),
    ({"messageTypeId": "a\x00b"}, "messageTypeId"),
    ({"receivedBefore": "2026-13-01"}, "receivedBefore"),
    ({"receivedAfter": "2026-07-01T12:00:00"}, "receivedAfter"),
    ({"expiredBefore": "yesterday"}, "expiredBefore"),
    ({"expiredAfter": ""}, "expiredAfter"),
    ({"changedAfterPosition": -1}, "changedAfterPosition"),
    ({"changedAfterPosition": 5, "page": 2}, "page"),
    ({"pageSize": 101}, "pageSize"),
    ({"subject": "x"}, "subject"),
]


@pytest.fixture
def caller() -> ActorKind:
    return ActorKind.CITIZEN


def in_address(asked: dict[str, Any]) -> dict[str, Any]:
    return {name: str(value).lower() if isinstance(value, bool) else value for name, value in asked.items()}


@pytest.mark.parametrize(("asked", "wanted"), FILTERS)
async def test_a_filter_means_the_same_in_an_address_and_in_a_body(
    api: Api, client: httpx.AsyncClient, asked: dict[str, Any], wanted: MessageFilter
) -> None:
    empty: Any = None
    api.reading.views["list_messages"] = MessageList([], 0, False, empty, 12)
    headers = {"Ebox-Mailbox": str(MAILBOX_ID)}
    for response in (
        await client.get(LIST, params=in_address(asked), headers=headers),
        await client.post(SEARCH, json=asked, headers=headers),
    ):
        assert response.json() == {"items": [], "totalItems": 0, "isTotalCapped": False}
        assert response.headers["ebox-position"] == "12"
    assert api.reading.arguments == [(wanted,), (wanted,)]
    expected = {"page": 1, "page_size": 25, "at_least": None, "mailbox": MAILBOX_ID}
    assert [options for _, options in api.reading.calls] == [expected, expected]


@pytest.mark.parametrize(("asked", "name"), WRONG)
async def test_what_is_wrong_is_named_and_not_repeated(
    client: httpx.AsyncClient, asked: dict[str, Any], name: str
) -> None:
    for response, where in (
        (await client.get(LIST, params=in_address(asked)), "query"),
        (await client.post(SEARCH, json=asked), "body"),
    ):
        assert response.status_code == 400, response.text
        assert [(one["name"], one["in"]) for one in response.json()["issues"]] == [(name, where)]
        assert "pensioen" not in response.text


async def test_every_filter_is_described(client: httpx.AsyncClient) -> None:
    document = (await client.get("/openapi.json")).json()
    parameters = document["paths"][LIST]["get"]["parameters"]
    described = {one["name"] for one in parameters if one["in"] == "query" and one["description"]}
    assert described == set(document["components"]["schemas"]["MessageSearch"]["properties"])
    assert {name for asked, _ in FILTERS for name in asked} <= described


async def test_messages_are_changed_by_a_merge_patch(api: Api, client: httpx.AsyncClient) -> None:
    api.reading.views["change_each"] = 41
    items = [{"messageId": str(MESSAGE_ID), "archived": True}]
    response = await client.patch(LIST, json={"items": items})
    assert (response.status_code, response.headers["ebox-position"], response.content) == (200, "41", b"")
    assert api.reading.arguments == [([MessageChange(MESSAGE_ID, None, True)],)]
    api.reading.views["change_each"] = MessagesNotFound([2])
    response = await client.patch(LIST, json={"items": items})
    assert response.status_code == 404
    assert [one["name"] for one in response.json()["issues"]] == ["items[2].messageId"]


@pytest.mark.parametrize(
    ("items", "name"),
    [
        ([], "items"),
        ([{"messageId": str(MESSAGE_ID)}] * 2, "items[1].messageId"),
        ([{"messageId": "81050103522"}], "items[0].messageId"),
        ([{"messageId": str(MESSAGE_ID), "visible": None}], "items[0].visible"),
        ([{"messageId": str(MESSAGE_ID), "subject": "x"}], "items[0].subject"),
        ([{"messageId": str(MESSAGE_ID)}] * 101, "items"),
    ],
)
async def test_a_change_that_cannot_be_read_is_named(
    client: httpx.AsyncClient, items: list[dict[str, Any]], name: str
) -> None:
    response = await client.patch(LIST, json={"items": items})
    assert response.status_code == 400
    assert [one["name"] for one in response.json()["issues"]] == [name]
