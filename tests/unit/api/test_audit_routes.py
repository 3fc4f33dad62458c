"""The auditors' routes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import pytest

from api.pacing import Pace
from api.uploads import UploadLimits
from application.auditing import HistoryPage
from domain.actors import ActorKind
from domain.identifiers import EnterpriseNumber, Ssin
from projections.access_history import HistoryFilter, HistoryRow
from tests.unit.api.doubles import AT, ATTACHMENT_ID, MAILBOX_ID, MESSAGE_ID, PARTY_ID, Api

SEARCH = "/audit/mailboxes/search"
HISTORY = "/audit/access-history"


@pytest.fixture
def caller() -> ActorKind:
    return ActorKind.AUDITOR


@pytest.mark.parametrize(
    ("body", "identifier"),
    [
        ({"ssin": "81050103522"}, Ssin("81050103522")),
        ({"enterpriseNumber": "0884303369"}, EnterpriseNumber("0884303369")),
        ({"eboxType": "citizen", "ssin": "81050103522"}, Ssin("81050103522")),
    ],
)
async def test_a_mailbox_is_found_by_a_number_in_the_body(
    api: Api, client: httpx.AsyncClient, body: dict[str, str], identifier: Any
) -> None:
    response = await client.post(SEARCH, json=body)
    assert response.json() == {"mailboxId": str(MAILBOX_ID)}
    assert api.auditing.searches == [identifier]


@pytest.mark.parametrize(
    ("body", "issue"),
    [
        ({}, ("ssin", "required")),
        ({"ssin": "81050103522", "enterpriseNumber": "0884303369"}, ("ssin", "required")),
        ({"ssin": "81050103521"}, ("ssin", "invalidIdentifier")),
        ({"ssin": 81050103522}, ("ssin", "schemaViolation")),
        ({"name": "An"}, ("name", "unknownInput")),
        ({"eboxType": "enterprise", "ssin": "81050103522"}, ("eboxType", "invalidInput")),
        ([], ("body", "schemaViolation")),
    ],
)
async def test_a_search_that_names_no_number_is_refused(
    api: Api, client: httpx.AsyncClient, body: Any, issue: tuple[str, str]
) -> None:
    response = await client.post(SEARCH, json=body)
    assert response.status_code == 400
    assert issue in [(one["name"], one["title"]) for one in response.json()["issues"]]
    assert "8105010352" not in response.text
    assert api.auditing.searches == []


JSON = {"Content-Type": "application/json"}


@pytest.mark.parametrize(
    ("body", "code"),
    [
        (b"", "notJson"),
        (b"{", "notJson"),
        (b'{"ssin": NaN}', "notJson"),
        (b'{"ssin": "\xff"}', "notUtf8"),
        (b'{"ssin": ' + b"[" * 3000, "tooDeep"),
        (b'{"ssin": "92321506985", "ssin": "81050103522"}', "repeatedName"),
    ],
)
async def test_a_search_that_is_not_json_is_refused(
    api: Api, client: httpx.AsyncClient, body: bytes, code: str
) -> None:
    response = await client.post(SEARCH, content=body, headers=JSON)
    assert response.status_code == 400
    assert response.headers["content-type"] == "application/problem+json"
    assert [(one["name"], one["title"]) for one in response.json()["issues"]] == [("body", code)]
    assert api.auditing.searches == []


@pytest.mark.parametrize("media_type", [None, "text/plain", "application/x-www-form-urlencoded"])
async def test_a_search_of_another_media_type_is_refused(
    client: httpx.AsyncClient, media_type: str | None
) -> None:
    headers = {"Content-Type": media_type} if media_type else {}
    response = await client.post(SEARCH, content=b'{"ssin": "81050103522"}', headers=headers)
    assert response.status_code == 415
    assert response.headers["content-type"] == "application/problem+json"


async def test_a_search_is_short(client: httpx.AsyncClient) -> None:
    response = await client.post(SEARCH, json={"ssin": "8" * 10_000})
    assert response.status_code == 413
    assert response.headers["content-type"] == "application/problem+json"


async def test_a_search_without_an_announced_length_is_short_too(
    client: httpx.AsyncClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.lingering.LINGER_BYTES", 0)
    sent = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal sent
        while True:
            sent += 1000
            yield b"8" * 1000

    assert (await client.post(SEARCH, content=endless(), headers=JSON)).status_code == 413
    assert sent < 10_000


async def test_who_may_never_search_is_refused_before_a_byte_is_read(api: Api) -> None:
    async def unread() -> AsyncIterator[bytes]:
        raise AssertionError("nobody needs this")
        yield b""

    async with api.client(ActorKind.CITIZEN) as citizen:
        response = await citizen.post(SEARCH, content=unread(), headers=JSON)
    assert response.status_code == 403


async def test_a_search_that_does_not_arrive_is_given_up(tmp_path: Path) -> None:
    async def stalled() -> AsyncIterator[bytes]:
        yield b"{"
        await asyncio.Event().wait()

    api = Api(tmp_path, UploadLimits(pace=Pace(idle_seconds=0.05)))
    async with api.client(ActorKind.AUDITOR) as auditor, asyncio.timeout(10):
        response = await auditor.post(SEARCH, content=stalled(), headers=JSON)
    assert response.status_code == 408


async def test_every_filter_reaches_the_use_case(api: Api, client: httpx.AsyncClient) -> None:
    query = {
        "mailbox": str(MAILBOX_ID),
        "message": str(MESSAGE_ID),
        "actor": str(PARTY_ID),
        "site": "demo-site",
        "sender": "0206731645",
        "kind": "access.recorded",
        "from": "2026-01-01T00:00:00+01:00",
        "to": "2026-02-01T00:00:00Z",
        "limit": "10",
    }
    assert (await client.get(HISTORY, params=query)).status_code == 200
    expected = HistoryFilter(
        MAILBOX_ID,
        MESSAGE_ID,
        PARTY_ID,
        "demo-site",
        "0206731645",
        "access.recorded",
        datetime(2025, 12, 31, 23, tzinfo=UTC),
        datetime(2026, 2, 1, tzinfo=UTC),
    )
    assert api.auditing.filters == [(expected, {"before": None, "limit": 10, "at_least": None})]


def row() -> HistoryRow:
    return HistoryRow(
        position=77,
        event_id=UUID(int=1),
        at=AT,
        kind="access.recorded",
        mailbox_id=MAILBOX_ID,
        message_id=MESSAGE_ID,
        attachment_id=ATTACHMENT_ID,
        access_id=None,
        actor_party=PARTY_ID,
        actor="81050103522",
        is_actor_erased=False,
        actor_kind="citizen",
        site="demo-site",
        sender_organisation="0206731645",
        digital_key="itsme",
        assurance_level="high",
        basis_kind="self",
        basis_id=PARTY_ID,
        basis_version=1,
        what="attachment",
        detail=None,
    )


async def test_a_page_continues_where_the_last_one_ended(api: Api, client: httpx.AsyncClient) -> None:
    api.auditing.page = HistoryPage([row()], 77, 80)
    page = (await client.get(HISTORY)).json()
    await client.get(HISTORY, params={"cursor": page["nextCursor"]})
    assert [options["before"] for _, options in api.auditing.filters] == [None, 77]


async def test_a_line_says_who_did_what_through_which_site_on_which_basis(
    api: Api, client: httpx.AsyncClient
) -> None:
    api.auditing.page = HistoryPage([row()], None, 80)
    response = await client.get(HISTORY)
    assert response.headers["ebox-position"] == "80"
    assert response.json() == {
        "items": [
            {
                "position": 77,
                "eventId": str(UUID(int=1)),
                "at": "2026-01-02T03:04:05Z",
                "kind": "access.recorded",
                "mailboxId": str(MAILBOX_ID),
                "messageId": str(MESSAGE_ID),
                "attachmentId": str(ATTACHMENT_ID),
                "accessId": None,
                "what": "attachment",
                "actor": {
                    "partyId": str(PARTY_ID),
                    "kind": "citizen",
                    "identity": "81050103522",
                    "isErased": False,
                },
                "site": "demo-site",
                "senderOrganizationId": "0206731645",
                "digitalKey": "itsme",
                "assuranceLevel": "high",
                "basis": {"kind": "self", "id": str(PARTY_ID), "version": 1},
                "leaf": None,
                "detail": None,
            }
        ]
    }


@pytest.mark.parametrize(
    ("query", "name"),
    [
        ("cursor=!", "cursor"),
        ("cursor=AAAA", "cursor"),
        ("cursor=__________8", "cursor"),
        ("limit=101", "limit"),
        ("from=2026-01-01", "from"),
        ("to=x", "to"),
        ("mailbox=81050103522", "mailbox"),
        ("ssin=81050103522", "ssin"),
        ("site=demo%00site", "site"),
        ("site=Demo%20Site", "site"),
        ("sender=020673164%00", "sender"),
        ("sender=0206731646", "sender"),
        ("sender=2206731645", "sender"),
        ("sender=", "sender"),
        ("kind=%00", "kind"),
        ("kind=access.recordet", "kind"),
        ("kind=profile.changed", "kind"),
        ("from=2026-01-01T00:00:00Z%00", "from"),
        ("start=2026-01-01T00:00:00Z", "start"),
    ],
)
async def test_a_filter_that_is_wrong_or_unknown_is_named(
    client: httpx.AsyncClient, query: str, name: str
) -> None:
    response = await client.get(f"{HISTORY}?{query}")
    assert response.status_code == 400
    assert response.json()["issues"][0]["name"] == name
    assert "81050103522" not in response.text
