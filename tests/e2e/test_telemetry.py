"""What eBox tells of itself while the whole story and many mishaps run: enough for operators, and nothing
personal, in no log line, meter or span of any process.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
from prometheus_client.parser import text_string_to_metric_families

from application.demo.people import ADDRESS_OF_AN
from tests.e2e import indiscretions
from tests.e2e.caller import MESSAGES, announcement, form, publish, with_document
from tests.e2e.collector import Collector
from tests.e2e.installation import Installation
from tests.e2e.real_parts import RealParts
from tests.e2e.story import Story
from tests.servers.ceph import Ceph
from tests.servers.ports import LOOPBACK, free_port
from tests.servers.postfix import Postfix
from tests.servers.postgres import Postgres
from tests.servers.process import wait_until

LOOK_SECONDS = 30.0
STEPS = ("publish", "read content", "event store append", "object put", "object get", "inspection")
WORK = ("projection page", "notification delivery")


@pytest.fixture(scope="module")
def collector() -> Iterator[Collector]:
    """Of the roles on real parts; the embedded one brings its own."""
    collector = Collector()
    yield collector
    collector.stop()


def _telling(collector: Collector) -> dict[str, str]:
    """The settings under which everything is told."""
    return {"EBOX_LOG_LEVEL": "DEBUG", "EBOX_OTLP_URL": collector.url, "EBOX_TRACE_RATIO": "1.0"}


@pytest.fixture
def embedded(tmp_path: Path) -> Iterator[tuple[Installation, Collector]]:
    collector = Collector()
    installation = Installation(tmp_path / "embedded", _telling(collector))
    try:
        installation.start("run")
        installation.wait_until_ready()
        yield installation, collector
    finally:
        installation.kill()
        collector.stop()


class Roles:
    """Each role in processes of its own on real parts, with ports for their meters."""

    def __init__(self, parts: RealParts) -> None:
        self.parts = parts
        self.installation = parts.installation
        self.ports = {role: free_port() for role in ("project", "notify", "schedule")}

    def start(self) -> None:
        self.parts.bring_the_demo_people()
        self.installation.start("api", "--processes", "2")
        for role, port in self.ports.items():
            self.installation.start(role, EBOX_METRICS_PORT=str(port))
        self.installation.wait_until_ready()

    def meters(self) -> dict[str, str]:
        """What each role answers to Prometheus."""
        urls = {role: f"http://{LOOPBACK}:{port}/metrics" for role, port in self.ports.items()}
        urls["api"] = f"{self.installation.url}/metrics"
        return {role: httpx.get(url, timeout=10).raise_for_status().text for role, url in urls.items()}


@pytest.fixture(scope="module")
def roles(
    durable_postgres: Postgres,
    ceph: Ceph,
    postfix_server: Postfix,
    tmp_path_factory: pytest.TempPathFactory,
    collector: Collector,
) -> Iterator[Roles]:
    folder = tmp_path_factory.mktemp("telling")
    parts = RealParts(durable_postgres, ceph, folder, postfix_server.url, _telling(collector))
    roles = Roles(parts)
    try:
        roles.start()
        yield roles
    finally:
        parts.installation.kill()


def _value(text: str, series: str, **labels: str) -> float:
    """The sum over all that have these labels; 0 where there is none."""
    samples = (one for family in text_string_to_metric_families(text) for one in family.samples)
    return sum(one.value for one in samples if one.name == series and labels.items() <= one.labels.items())


def _assert_discreet(log: str, meters: str, collector: Collector) -> None:
    for what, output in {"log": log, "meters": meters, "spans": collector.text}.items():
        assert len(output) > 1_000, f"there is hardly any {what}"
        assert indiscretions.found_in(output) == set(), f"in the {what}"


def _request_lines(log: str) -> list[dict[str, Any]]:
    lines = (json.loads(line) for line in log.splitlines() if line.startswith("{"))
    return [line for line in lines if line["message"] == "request"]


def test_nothing_personal_is_told_on_embedded_parts_even_by_a_fault_of_ours(
    embedded: tuple[Installation, Collector],
) -> None:
    installation, collector = embedded
    story = Story(installation)
    message = story.the_partner_publishes()
    story.the_inbox_lists_it(message)
    story.an_reads_it(message)
    story.the_auditor_sees_it(message)
    indiscretions.commit_them_all(installation)

    for document in (installation.data / "objects").rglob("*"):
        if document.is_file():
            document.write_bytes(bytes(document.stat().st_size))
    detail = story.an.get(f"{MESSAGES}/{message.message_id}")
    spoilt = story.an.request("GET", detail["attachments"]["items"][0]["contentHref"])
    assert spoilt.status_code == httpx.codes.INTERNAL_SERVER_ERROR

    meters = httpx.get(f"{installation.url}/metrics", timeout=10).text
    assert _value(meters, "ebox_http_request_duration_seconds_count", status="5xx") == 1
    assert _value(meters, "ebox_http_refusals_total", reason="not-a-pdf") == 1
    assert _value(meters, "ebox_inspection_refusals_total", reason="not-a-pdf") == 1
    installation.stop()  # what is left of the spans is sent

    log = installation.log()
    _assert_discreet(log, meters, collector)
    assert {span.name for span in collector.spans} >= {*STEPS, *WORK, f"POST {MESSAGES}"}
    (failure,) = (json.loads(line) for line in log.splitlines() if '"failed"' in line)
    assert failure["error"][0] == "storage.errors.DocumentCorrupt"
    assert failure["request_id"] == spoilt.headers["Ebox-Request-Id"]
    traces = {span.trace_id.hex() for span in collector.spans}
    assert {line["trace_id"] for line in _request_lines(log) if line["route"] == MESSAGES} <= traces
    assert "ab" * 16 in traces, "a caller's trace is continued"


def test_the_scan_finds_what_it_looks_for() -> None:
    assert indiscretions.found_in('{"subject": "zeldzaam KWIKSTAARTJE"}') == {"kwikstaartje"}
    assert indiscretions.found_in("ssin=81.05.01-035.22") == {"81.05.01-035.22"}


def test_every_role_tells_what_it_does(roles: Roles, postfix: Postfix) -> None:
    story = Story(roles.installation)
    before = _value(roles.meters()["api"], "ebox_events_appended_total", topic="message.published")
    for _ in range(6):  # each over a connection of its own, so that both processes have some
        publish(story.partner, announcement())
    postfix.wait_for_messages(6, to=ADDRESS_OF_AN)

    for _ in range(6):  # whichever of the two answers
        api = roles.meters()["api"]
        assert _value(api, "ebox_events_appended_total", topic="message.published") == before + 6
        assert _value(api, "ebox_http_requests_in_flight") == 1
    assert _value(api, "process_resident_memory_bytes") > 50_000_000
    _wait_for(roles, "api", "ebox_dependency_up", 4)
    _wait_for(roles, "notify", "ebox_notification_attempts_total", 6, outcome="sent")
    _wait_for(roles, "notify", "ebox_leader", 1, role="outbox-filler")
    _wait_for(roles, "project", "ebox_leader", 1, role="projector")
    _wait_for(roles, "schedule", "ebox_leader", 1, role="scheduler")
    _wait_for(roles, "project", "ebox_projection_lag_positions", 0)
    assert _value(roles.meters()["project"], "ebox_projection_events_total") > 0


def test_nothing_personal_is_told_on_real_parts_while_they_go_and_come(
    roles: Roles, collector: Collector, postfix: Postfix, durable_postgres: Postgres, ceph: Ceph
) -> None:
    installation = roles.installation
    story = Story(installation)
    message = story.the_partner_publishes()
    postfix.wait_for_messages(1, to=ADDRESS_OF_AN)
    story.an_reads_it(message)
    indiscretions.commit_them_all(installation)

    ceph.stop_gateway()
    refused = story.partner.request("POST", MESSAGES, **form(with_document(), b"%PDF-"))
    assert refused.status_code in {400, 503}
    detail = story.an.get(f"{MESSAGES}/{message.message_id}")
    lost = story.an.request("GET", detail["attachments"]["items"][0]["contentHref"])
    assert lost.status_code == httpx.codes.SERVICE_UNAVAILABLE
    ceph.start_gateway()
    durable_postgres.halt()
    try:
        away = story.partner.request("POST", MESSAGES, **form(announcement()))
        assert away.status_code == httpx.codes.SERVICE_UNAVAILABLE
        _wait_for(roles, "api", "ebox_dependency_up", 0, dependency="event_store")
    finally:
        durable_postgres.start()
    installation.wait_until_ready()
    publish(story.partner, announcement())

    meters = "\n".join(roles.meters().values())
    collector.wait_for(*STEPS, *WORK)
    installation.stop()
    _assert_discreet(installation.log(), meters, collector)


def _wait_for(roles: Roles, process: str, series: str, value: float, **labels: str) -> None:
    def now() -> float:
        return _value(roles.meters()[process], series, **labels)

    wait_until(lambda: now() == value, LOOK_SECONDS, lambda: f"{series} of {process} is {now()}, not {value}")
