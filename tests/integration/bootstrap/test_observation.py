"""How a process begins and ends to tell of itself."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest
import structlog

from bootstrap.errors import CannotStart
from bootstrap.observation import observed, shared_meters
from settings import Settings
from telemetry import spans
from tests.servers.ports import LOOPBACK, free_port


@pytest.fixture(autouse=True)
def usual_logging(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Iterator[None]:
    """Afterwards logging is as it was. And nobody's `.env` has a say in here."""
    monkeypatch.chdir(tmp_path)
    usual = structlog.get_config()
    root, libraries = logging.getLogger(), logging.getLogger("urllib3")
    kept = root.handlers[:], root.level, libraries.level
    yield
    structlog.configure(**usual)
    root.handlers[:], root.level = kept[0], kept[1]
    libraries.setLevel(kept[2])


def test_every_line_names_the_role_that_wrote_it(capsys: pytest.CaptureFixture[str]) -> None:
    with observed(Settings(), "project"):
        structlog.get_logger("ours").warning("trouble", cause="Unavailable")
        logging.getLogger("theirs").warning("trouble too")
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert [(line["role"], line["message"], line["level"]) for line in lines] == [
        ("project", "trouble", "warning"),
        ("project", "trouble too", "warning"),
    ]


def test_meters_are_on_a_port_of_their_own_until_the_process_ends() -> None:
    port = free_port()
    url = f"http://{LOOPBACK}:{port}/metrics"
    with observed(Settings(metrics_port=port), "notify"):
        assert "process_cpu_seconds_total" in httpx.get(url, timeout=10).text
    with pytest.raises(httpx.ConnectError):
        httpx.get(url, timeout=10)


def test_without_a_port_or_with_http_of_its_own_none_is_opened() -> None:
    port = free_port()
    for settings, serves_http in ((Settings(), False), (Settings(metrics_port=port), True)):
        with (
            observed(settings, "api", serves_http=serves_http),
            pytest.raises(httpx.ConnectError),
        ):
            httpx.get(f"http://{LOOPBACK}:{port}/metrics", timeout=10)


def test_a_port_that_is_taken_is_told_with_what_to_do() -> None:
    port = free_port()
    with (
        observed(Settings(metrics_port=port), "notify"),
        pytest.raises(CannotStart, match="EBOX_METRICS_PORT"),
        observed(Settings(metrics_port=port), "schedule"),
    ):
        pass


def test_tracing_ends_with_the_process_also_where_nobody_takes_the_spans() -> None:
    nobody = f"http://{LOOPBACK}:{free_port()}"
    with observed(Settings(otlp_url=nobody, trace_ratio=1.0), "api"):
        assert spans.is_tracing()
        with spans.request("GET", None) as span:
            assert span.is_recording()
    assert not spans.is_tracing()


@pytest.mark.parametrize("url", ["collector:4318", "http://user:secret@collector:4318", "http://c:1?key=1"])
def test_an_address_of_a_collector_holds_no_secret(url: str) -> None:
    with pytest.raises(ValueError, match="otlp_url") as refused:
        Settings(otlp_url=url)
    assert "secret" not in str(refused.value)


def test_the_shared_meters_are_gone_at_the_end() -> None:
    with shared_meters() as folder:
        (Path(folder) / "gauge_1.db").write_bytes(b"")
    assert not Path(folder).exists()
