"""The dashboard and the alert rules ask for meters that exist."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
import yaml
from prometheus_client import REGISTRY, Counter, Gauge, Histogram

import domain.events
from domain.events.base import EVENTS
from telemetry import meters

DEPLOY = Path(__file__).parents[2] / "deploy"
ALERTS = yaml.safe_load((DEPLOY / "prometheus" / "alerts.yml").read_text())
DASHBOARD = json.loads((DEPLOY / "grafana" / "ebox.json").read_text())
FROM_PROMETHEUS = {"up"}


def _queries() -> Iterator[str]:
    for panel in DASHBOARD["panels"]:
        yield from (target["expr"] for target in panel.get("targets", ()))


def _rules() -> list[dict[str, Any]]:
    return [rule for group in ALERTS["groups"] for rule in group["rules"]]


def _known() -> dict[str, set[str]]:
    """Each series' name with the labels it may have."""
    known: dict[str, set[str]] = {}
    ours = [one for one in vars(meters).values() if isinstance(one, Counter | Gauge | Histogram)]
    for collector in ours:
        for metric in collector.describe():
            labels = set(collector._labelnames)
            endings = {"histogram": ("_bucket", "_sum", "_count"), "counter": ("_total",)}
            for ending in endings.get(metric.type, ("",)):
                known[metric.name + ending] = labels | ({"le"} if ending == "_bucket" else set())
    process = {sample.name for metric in REGISTRY.collect() for sample in metric.samples}
    known.update({name: set() for name in process if name.startswith("process_")})
    return known | {name: {"job"} for name in FROM_PROMETHEUS}


EXPRESSIONS = [*_queries(), *(rule["expr"] for rule in _rules())]


@pytest.mark.parametrize("expression", EXPRESSIONS)
def test_an_expression_asks_for_series_that_exist(expression: str) -> None:
    known = _known()
    series = re.findall(r"\b((?:ebox|process)_\w+|up)\b(?:\{([^}]*)\})?", expression)
    assert series
    for name, selector in series:
        assert name in known, name
        assert set(re.findall(r"(\w+)\s*=", selector)) <= known[name], expression


def test_all_meters_are_on_the_dashboard_or_in_an_alert() -> None:
    everything = " ".join(EXPRESSIONS)
    assert [name for name in _known() if name.startswith("ebox_") and name.endswith("_total")]
    ours = {re.sub("_(bucket|sum|count)$", "", name) for name in _known() if name.startswith("ebox_")}
    assert {name for name in ours if name not in everything} == set()


def test_the_topics_that_are_asked_for_exist() -> None:
    asked = {topic for one in EXPRESSIONS for topic in re.findall(r'topic="([^"]+)"', one)}
    assert asked
    assert domain.events, "importing them puts them on the list"
    assert asked <= set(EVENTS)
    patterns = {one for each in EXPRESSIONS for one in re.findall(r'topic=~"([^"]+)"', each)}
    for pattern in {one for each in patterns for one in each.split("|")}:
        assert any(re.fullmatch(pattern, topic) for topic in EVENTS), pattern


def test_an_alert_says_what_it_is_and_how_bad() -> None:
    names = [rule["alert"] for rule in _rules()]
    assert len(names) == len(set(names)) >= 6
    for rule in _rules():
        assert rule["labels"]["severity"] in {"critical", "warning"}
        assert rule["annotations"].keys() == {"summary", "description"}
    how_to = (DEPLOY.parent / "docs" / "howto" / "watch-it.md").read_text()
    assert [name for name in names if f"`{name}`" not in how_to] == []


def test_the_panels_do_not_overlap_and_have_ids_of_their_own() -> None:
    ids = [panel["id"] for panel in DASHBOARD["panels"]]
    assert len(ids) == len(set(ids))
    taken: set[tuple[int, int]] = set()
    for panel in DASHBOARD["panels"]:
        at = panel["gridPos"]
        cells = {(at["x"] + x, at["y"] + y) for x in range(at["w"]) for y in range(at["h"])}
        assert not cells & taken, panel["title"]
        assert at["x"] + at["w"] <= 24
        taken |= cells
