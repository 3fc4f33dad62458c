"""The totals tell what was lost and doubled, and the JSON names each finding."""

from __future__ import annotations

import json
from pathlib import Path

from tests.faults.faults import FAULTS, choose
from tests.faults.findings import Finding
from tests.faults.report import summary, write
from tests.faults.results import Round, Totals

FINDINGS = (
    Finding("lost", "a publication"),
    Finding("unrecorded", "a read"),
    Finding("told twice", "a notification"),
    Finding("unequal", "a row"),
)
ROUND = Round(1, "kill-api", 9, 2, 1, 1, 8, 7, 6, 1.5, 8.0, FINDINGS)


def test_the_totals_count_what_is_lost_and_what_is_doubled() -> None:
    line = summary(Totals(4, [ROUND, ROUND], list(FINDINGS)))
    assert "rounds 2, kinds of faults 1, acknowledged 18, retried 4" in line
    assert "lost 2, doubled 1, other findings 1" in line


def test_the_json_names_each_finding(tmp_path: Path) -> None:
    written = json.loads(write(Totals(4, [ROUND], list(FINDINGS)), {"cores": 2}, tmp_path).read_text())
    assert written["lost"] == 2
    assert written["findings"] == [str(finding) for finding in FINDINGS]
    assert written["results"][0]["fault"] == "kill-api"


def test_a_seed_decides_the_order_in_which_every_kind_comes_once_and_then_again() -> None:
    kinds = len(FAULTS)
    chosen = choose(2 * kinds, 1)
    assert chosen == choose(2 * kinds, 1)
    assert chosen != choose(2 * kinds, 2)
    for half in (chosen[:kinds], chosen[kinds:]):
        assert {fault.name for fault in half} == {fault.name for fault in FAULTS}
