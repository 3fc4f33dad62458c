"""Documents: whole, in ranges, described, and given up when nobody takes them."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from application.views import ContentRequest
from domain.actors import ActorKind
from tests.unit.api.doubles import ATTACHMENT_ID, DOCUMENT, MESSAGE_ID, SHA256, Api

CONTENT = f"/messageRegistry/v3/ebox/messages/{MESSAGE_ID}/attachments/{ATTACHMENT_ID}/content"


@pytest.fixture
def caller() -> ActorKind:
    return ActorKind.CITIZEN


async def test_a_document_comes_whole_and_only_as_a_download(api: Api, client: httpx.AsyncClient) -> None:
    response = await client.get(CONTENT)
    assert response.status_code == 200
    assert response.content == DOCUMENT
    headers = {
        "content-type": "application/pdf",
        "content-length": str(len(DOCUMENT)),
        "etag": f'"{SHA256}"',
        "accept-ranges": "bytes",
        "content-disposition": (
            "attachment; filename=\"Ao_t 2026.pdf\"; filename*=UTF-8''Ao%C3%BBt%202026.pdf"
        ),
        "x-content-type-options": "nosniff",
        "cache-control": "private, no-store",
        "content-security-policy": "default-src 'none'; sandbox",
        "ebox-position": "9",
    }
    assert headers.items() <= response.headers.items()
    assert api.reading.closed == 1


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [("bytes=0-0", 0, 1), ("bytes=1000-", 1000, 1024), ("bytes=-24", 1000, 1024), ("bytes=5-9999", 5, 1024)],
)
async def test_one_range_comes_alone(client: httpx.AsyncClient, asked: str, start: int, end: int) -> None:
    response = await client.get(CONTENT, headers={"Range": asked})
    assert response.status_code == 206
    assert response.content == DOCUMENT[start:end]
    assert response.headers["content-range"] == f"bytes {start}-{end - 1}/{len(DOCUMENT)}"
    assert response.headers["content-length"] == str(end - start)


@pytest.mark.parametrize("asked", ["bytes=0-1,5-6", "bytes=9-1", "lines=1-2", "bytes=0-"])
async def test_what_is_not_one_range_means_all(client: httpx.AsyncClient, asked: str) -> None:
    response = await client.get(CONTENT, headers={"Range": asked})
    assert response.content == DOCUMENT


@pytest.mark.parametrize(
    "asked", ["bytes=1024-", "bytes=-0", "bytes=" + "9" * 19 + "-", "bytes=" + "9" * 5000 + "-"]
)
async def test_a_range_beyond_the_end_is_not_satisfiable(client: httpx.AsyncClient, asked: str) -> None:
    response = await client.get(CONTENT, headers={"Range": asked})
    assert response.status_code == 416
    assert response.headers["content-range"] == f"bytes */{len(DOCUMENT)}"
    assert response.headers["content-type"] == "application/problem+json"


@pytest.mark.parametrize(("tag", "status"), [(f'"{SHA256}"', 206), ('"other"', 200), (f'W/"{SHA256}"', 200)])
async def test_a_range_of_another_version_means_all(client: httpx.AsyncClient, tag: str, status: int) -> None:
    response = await client.get(CONTENT, headers={"Range": "bytes=0-0", "If-Range": tag})
    assert response.status_code == status


@pytest.mark.parametrize("tags", [f'"x", W/"{SHA256}"', "*"])
async def test_a_document_the_caller_has_is_not_sent_again(client: httpx.AsyncClient, tags: str) -> None:
    response = await client.get(CONTENT, headers={"If-None-Match": tags})
    assert response.status_code == 304
    assert response.content == b""
    assert response.headers["etag"] == f'"{SHA256}"'
    assert "content-disposition" not in response.headers


@pytest.mark.parametrize(
    ("tags", "status"),
    [(f'"{SHA256}"', 206), ("*", 206), ('"other"', 412), (f'W/"{SHA256}"', 412), ("", 412)],
)
async def test_another_document_than_the_caller_wants_is_not_sent(
    api: Api, client: httpx.AsyncClient, tags: str, status: int
) -> None:
    headers = {"If-Match": tags, "If-None-Match": '"mine"', "Range": "bytes=0-0"}
    response = await client.get(CONTENT, headers=headers)
    assert response.status_code == status
    assert (response.content == DOCUMENT[:1]) == (status == 206)
    if status == 412:
        assert response.json()["type"] == "urn:problem-type:ebox:preconditionFailed"


async def test_head_describes_without_a_byte(api: Api, client: httpx.AsyncClient) -> None:
    response = await client.head(CONTENT, headers={"Range": "bytes=9999-", "If-Range": '"other"'})
    assert response.status_code == 200
    assert response.content == b""
    assert response.headers["content-length"] == str(len(DOCUMENT))
    assert api.reading.asked == [ContentRequest(if_range="other", describe_only=True)]
    assert api.reading.closed == 0


async def test_a_reader_who_goes_away_lets_the_document_go(api: Api) -> None:
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        sent.append(message)

    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "GET",
        "path": CONTENT,
        "query_string": b"",
        "headers": [(b"authorization", b"Bearer citizen")],
    }
    await api.app(scope, receive, send)
    assert sum(len(one.get("body", b"")) for one in sent) < len(DOCUMENT)
    assert api.reading.closed == 1
