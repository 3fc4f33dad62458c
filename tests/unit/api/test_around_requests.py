"""What holds for every request: tokens, ids, slashes, the log, health, the description."""

from __future__ import annotations

import asyncio
import re
from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any
from uuid import UUID

import httpx
import pytest
import structlog
from openapi_spec_validator import validate
from starlette.middleware import Middleware

from api.context import RequestContext
from api.services import ProjectionState
from api.status_messages import MESSAGE_REGISTRY_V2
from domain.actors import ActorKind
from domain.errors import NotFound, Unavailable
from tests.unit.api.doubles import ATTACHMENT_ID, MESSAGE_ID, Api
from tests.unit.api.forms import CONTENT_TYPE

LIST = "/messageRegistry/v3/ebox/messages"

PUBLIC = (
    "/health",
    "/messageRegistry/v3/referenceData",
    f"{MESSAGE_REGISTRY_V2}/referenceData",
    "/federation/v1/messageProviders",
    "/audit/checkpoint",
    "/audit/vkeys",
    "/audit/promises/vkeys",
    "/audit/proofs/consistency",
    "/audit/tile/{path}",
    "/audit/timestamps",
    "/audit/heads/{leaf}/tile/{path}",
)


@pytest.fixture
def caller() -> ActorKind:
    return ActorKind.CITIZEN


@pytest.mark.parametrize(
    ("authorization", "kind", "challenge"),
    [
        (None, "noAccessToken", 'Bearer realm="ebox"'),
        ("Bearer bad", "invalidAccessToken", 'Bearer realm="ebox", error="invalid_token"'),
        ("Bearer expired", "expiredAccessToken", 'Bearer realm="ebox", error="invalid_token"'),
    ],
)
async def test_without_a_good_token_nothing_is_told(
    api: Api, authorization: str | None, kind: str, challenge: str
) -> None:
    headers = {"Authorization": authorization} if authorization else {}
    async with httpx.AsyncClient(transport=httpx.ASGITransport(api.app), base_url="https://t") as anybody:
        response = await anybody.get(LIST, headers=headers)
    assert response.status_code == 401
    assert response.headers["www-authenticate"] == challenge
    assert response.json()["type"] == f"urn:problem-type:belgif:{kind}"
    assert "unknown kid" not in response.text


async def test_who_may_never_publish_is_refused_before_a_byte_is_read(client: httpx.AsyncClient) -> None:
    async def unread() -> AsyncIterator[bytes]:
        raise AssertionError("nobody needs this")
        yield b""

    response = await client.post(LIST, content=unread(), headers=CONTENT_TYPE)
    assert response.status_code == 403
    assert response.json()["type"] == "urn:problem-type:ebox:noAccess"


async def test_every_answer_has_a_request_id_of_its_own(client: httpx.AsyncClient) -> None:
    responses = [await client.get(path) for path in ("/health/live", "/health/live", "/nowhere")]
    assert len({UUID(response.headers["ebox-request-id"]) for response in responses}) == 3


async def test_one_request_too_many_is_asked_to_come_again(api: Api, client: httpx.AsyncClient) -> None:
    begun, may_end = asyncio.Event(), asyncio.Event()

    async def slow() -> None:
        begun.set()
        await may_end.wait()

    services = api.app.state.services
    api.app.state.services = replace(services, dependencies={"events": slow})
    api.app.user_middleware = [Middleware(RequestContext, at_once=1)]
    first = asyncio.create_task(client.get("/health/ready"))
    await asyncio.wait_for(begun.wait(), 10)
    refused = await client.get("/openapi.json")
    alive = await client.get("/health/live")
    may_end.set()
    assert (await first).status_code == alive.status_code == 200
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "2")
    assert refused.json()["type"] == "urn:problem-type:belgif:serviceUnavailable"
    assert "ebox-request-id" in refused.headers
    assert (await client.get("/openapi.json")).status_code == 200


async def test_addresses_that_do_not_exist_are_problems_too(client: httpx.AsyncClient) -> None:
    nowhere = await client.get("/nowhere")
    assert (nowhere.status_code, nowhere.headers["content-type"]) == (404, "application/problem+json")


@pytest.mark.parametrize(
    ("method", "path", "allowed"),
    [
        ("DELETE", LIST, "GET, PATCH, POST"),
        ("POST", f"{LIST}/{MESSAGE_ID}/attachments/{ATTACHMENT_ID}/content/", "GET, HEAD"),
        ("PUT", "/audit/mailboxes/search", "POST"),
        ("POST", "/health/live", "GET, HEAD"),
    ],
)
async def test_a_method_that_an_address_does_not_have_is_told_those_that_it_has(
    client: httpx.AsyncClient, method: str, path: str, allowed: str
) -> None:
    wrong = await client.request(method, path)
    assert (wrong.status_code, wrong.headers["content-type"]) == (405, "application/problem+json")
    assert wrong.headers["allow"] == allowed


@pytest.mark.parametrize("path", ["/health/live", "/health/ready", "/openapi.json", "/docs"])
async def test_what_is_public_can_be_asked_for_by_head(client: httpx.AsyncClient, path: str) -> None:
    got, head = await client.get(path), await client.head(path)
    assert head.status_code == got.status_code == 200
    assert head.headers["content-type"] == got.headers["content-type"]
    assert head.headers["content-length"] == got.headers["content-length"]


async def test_the_log_knows_routes_and_never_paths_or_queries(api: Api, client: httpx.AsyncClient) -> None:
    api.reading.views["message"] = NotFound("message")
    with structlog.testing.capture_logs() as lines:
        await client.get(f"{LIST}/{MESSAGE_ID}")
        await client.get(f"{LIST}?q=ontslag")
        await client.get("/nowhere/81050103522")
    assert [(line["route"], line["status"]) for line in lines] == [
        (LIST + "/{messageId}", 404),
        (LIST, 400),
        (None, 404),
    ]
    for secret in (str(MESSAGE_ID), "ontslag", "81050103522"):
        assert secret not in str(lines)


async def test_an_unexpected_error_is_logged_by_its_place_and_never_by_its_text(
    api: Api, client: httpx.AsyncClient
) -> None:
    api.reading.views["counts"] = RuntimeError("81050103522")
    with structlog.testing.capture_logs() as lines:
        response = await client.get("/messageRegistry/v3/ebox")
    assert response.status_code == 500
    assert "81050103522" not in response.text + str(lines)
    failure = lines[0]
    assert failure["error"] == ["builtins.RuntimeError"]
    assert failure["request_id"] == response.headers["ebox-request-id"]
    assert any("doubles.py" in frame for frame in failure["frames"])


async def test_ready_tells_of_each_part_and_each_read_model(api: Api, client: httpx.AsyncClient) -> None:
    async def works() -> None:
        return None

    async def fails() -> None:
        raise Unavailable("it")

    async def projections() -> dict[str, ProjectionState]:
        return {"inbox": ProjectionState(40, 2)}

    services = api.app.state.services
    api.app.state.services = replace(services, dependencies={"events": works}, projections=projections)
    good = await client.get("/health/ready")
    assert (good.status_code, good.json()) == (
        200,
        {
            "status": "UP",
            "dependencies": {"events": {"status": "UP"}},
            "projections": {"inbox": {"status": "UP", "position": 40, "lag": 2}},
        },
    )
    api.app.state.services = replace(services, dependencies={"events": works, "documents": fails})
    bad = await client.get("/health/ready/")
    assert bad.status_code == 503
    assert bad.json()["dependencies"] == {"events": {"status": "UP"}, "documents": {"status": "DOWN"}}


@pytest.mark.parametrize(
    ("state", "status"),
    [
        (ProjectionState(40, 100_000), 200),
        (ProjectionState(40, 2, is_moving=False), 200),
        (ProjectionState(0, 2, is_readable=False), 503),
    ],
    ids=["behind", "stuck", "not begun or not confirmed"],
)
async def test_a_read_model_that_cannot_be_read_alone_makes_a_process_unready(
    api: Api, client: httpx.AsyncClient, state: ProjectionState, status: int
) -> None:
    async def projections() -> dict[str, ProjectionState]:
        return {"inbox": state}

    api.app.state.services = replace(api.app.state.services, projections=projections)
    response = await client.get("/health/ready")
    assert (response.status_code, response.json()["status"]) == (status, "UP" if status == 200 else "DOWN")
    shown = "UP" if state.is_readable and state.is_moving else "DOWN"
    assert response.json()["projections"] == {
        "inbox": {"status": shown, "position": state.position, "lag": state.lag}
    }


async def test_the_description_is_valid_openapi_and_names_every_error(client: httpx.AsyncClient) -> None:
    document = (await client.get("/openapi.json")).json()
    assert document["openapi"].startswith("3.1")
    validate(document)
    for path, operations in document["paths"].items():
        for operation in operations.values():
            headers = {one.get("name") for one in operation.get("parameters", ())}
            assert "422" not in operation["responses"] or "Idempotency-Key" in headers
            assert operation["summary"]
            assert operation["description"]
            if not path.startswith(PUBLIC):
                assert operation["security"] == [{"accessToken": []}]
                # Version 2.1 knows no 403: who may not is an invalid sender, or finds nothing.
                refused = set() if path.startswith(MESSAGE_REGISTRY_V2) else {"403"}
                assert {"400", "401", "500", "503"} | refused <= set(operation["responses"])


async def test_the_description_says_what_head_and_the_access_history_are(client: httpx.AsyncClient) -> None:
    document = (await client.get("/openapi.json")).json()
    content = document["paths"][f"{LIST}/{{messageId}}/attachments/{{attachmentId}}/content"]
    assert {"200", "206", "416"} <= set(content["get"]["responses"])
    assert not {"206", "416"} & set(content["head"]["responses"])
    assert not any("content" in response for response in content["head"]["responses"].values())
    names = {method: {one["name"] for one in content[method]["parameters"]} for method in content}
    assert names["get"] - names["head"] == {"Range", "If-Range"}
    assert {"If-Match", "If-None-Match", "messageId", "attachmentId"} <= names["head"]

    line = document["components"]["schemas"]["HistoryLine"]
    assert "access.recorded" in line["properties"]["kind"]["enum"]
    assert {"position", "basis", "detail"} <= {
        name for name, shape in line["properties"].items() if "description" in shape
    }
    assert "MailboxSearch" in str(document["paths"]["/audit/mailboxes/search"]["post"]["requestBody"])


async def test_the_manual_asks_nobody_else_for_anything(client: httpx.AsyncClient) -> None:
    response = await client.get("/docs")
    assert response.status_code == 200
    assert "/ebox/messages" in response.text
    assert not re.search(r"(src|href)=[\"']?(https?:)?//", response.text)
    assert "<script" not in response.text
    assert "default-src 'none'" in response.headers["content-security-policy"]


async def test_the_shapes_in_the_description_exist(client: httpx.AsyncClient) -> None:
    document = (await client.get("/openapi.json")).json()

    def references(node: Any) -> set[str]:
        if isinstance(node, dict):
            own = {node["$ref"]} if isinstance(node.get("$ref"), str) else set()
            return own.union(*(references(one) for one in node.values()))
        return set().union(*(references(one) for one in node)) if isinstance(node, list) else set()

    names = {reference.rpartition("/")[2] for reference in references(document)}
    assert {"MessageToPublish", "Published", "Messages", "Problem"} <= names
    assert names <= {name for kept in document["components"].values() for name in kept}
