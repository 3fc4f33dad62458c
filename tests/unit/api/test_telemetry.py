"""What requests add to the meters, to the log and to traces, and that callers cannot make new series."""

from __future__ import annotations

import httpx
import pytest
import structlog
from prometheus_client import REGISTRY
from prometheus_client.parser import text_string_to_metric_families
from structlog.typing import EventDict

from domain.actors import ActorKind
from domain.errors import NotFound
from telemetry.correlation import REQUEST_ID, add_ids
from tests.unit.api.doubles import MESSAGE_ID, Api

LIST = "/messageRegistry/v3/ebox/messages"
ONE = LIST + "/{messageId}"


@pytest.fixture
def caller() -> ActorKind:
    return ActorKind.CITIZEN


def requests(method: str, route: str, status: str) -> float:
    labels = {"method": method, "route": route, "status": status}
    return REGISTRY.get_sample_value("ebox_http_request_duration_seconds_count", labels) or 0.0


def refusals(route: str, reason: str) -> float:
    labels = {"method": "GET", "route": route, "reason": reason}
    return REGISTRY.get_sample_value("ebox_http_refusals_total", labels) or 0.0


async def test_a_request_is_counted_under_its_template_and_its_refusal_under_its_reason(
    api: Api, client: httpx.AsyncClient
) -> None:
    api.reading.views["message"] = NotFound("message")
    before = requests("GET", ONE, "4xx"), refusals(ONE, "resourceNotFound"), refusals(LIST, "unknownInput")
    await client.get(f"{LIST}/{MESSAGE_ID}")
    await client.get(LIST, params={"81050103522": "x"})
    after = requests("GET", ONE, "4xx"), refusals(ONE, "resourceNotFound"), refusals(LIST, "unknownInput")
    assert [now - then for now, then in zip(after, before, strict=True)] == [1, 1, 1]


async def test_what_nobody_foresaw_makes_no_series_of_its_own(client: httpx.AsyncClient) -> None:
    before = requests("other", "none", "4xx")
    await client.request("BREW81050103522", "/people/81050103522")
    assert requests("other", "none", "4xx") == before + 1
    assert "81050103522" not in (await client.get("/metrics")).text


async def test_meters_are_public_and_in_prometheus_own_format(api: Api) -> None:
    async with httpx.AsyncClient(transport=httpx.ASGITransport(api.app), base_url="https://t") as anybody:
        answer, head = await anybody.get("/metrics"), await anybody.head("/metrics")
    assert (answer.status_code, head.status_code) == (200, 200)
    assert answer.headers["content-type"].startswith("text/plain")
    assert answer.headers["cache-control"] == "no-store"
    names = {family.name for family in text_string_to_metric_families(answer.text)}
    assert {
        "ebox_http_request_duration_seconds",
        "ebox_http_requests_in_flight",
        "python_gc_collections",
    } < names


async def test_whatever_is_logged_for_a_request_has_its_id(api: Api, client: httpx.AsyncClient) -> None:
    seen: list[EventDict] = []

    def keep(logger: object, method: str, event: EventDict) -> EventDict:
        seen.append(add_ids(logger, method, event))
        raise structlog.DropEvent

    api.reading.views["counts"] = NotFound("mailbox")
    usual = structlog.get_config()["processors"]
    structlog.configure(processors=[keep])
    try:
        answer = await client.get("/messageRegistry/v3/ebox")
    finally:
        structlog.configure(processors=usual)
    assert {line["request_id"] for line in seen} == {answer.headers["ebox-request-id"]}
    assert REQUEST_ID.get() is None
