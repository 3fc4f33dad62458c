"""What was found, for a person or for a program."""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import asdict
from typing import Final

from rich.console import Console
from rich.text import Text

from bootstrap.doctor.findings import Finding, Verdict

_MARKS: Final = {Verdict.FINE: "✓", Verdict.WARNING: "!", Verdict.WRONG: "✗"}
_STYLES: Final = {Verdict.FINE: "green", Verdict.WARNING: "yellow", Verdict.WRONG: "bold red"}


def print_lines(findings: Iterable[Finding]) -> Verdict:
    """A line for each as it comes, in colour on a terminal; returns the worst verdict."""
    console = Console()
    seen = set()
    for one in findings:
        seen.add(one.verdict)
        mark = Text(_MARKS[one.verdict], style=_STYLES[one.verdict])
        console.print(mark + Text(f" {sentence(one)}"), soft_wrap=True)
    return _worst(seen)


def print_json(findings: Iterable[Finding]) -> Verdict:
    """One JSON object: the worst verdict, and all findings; returns the worst verdict."""
    found = list(findings)
    worst = _worst({one.verdict for one in found})
    Console().out(
        json.dumps({"verdict": worst, "findings": [asdict(one) for one in found]}, ensure_ascii=False),
        highlight=False,
    )
    return worst


def sentence(finding: Finding) -> str:
    """The part, what was found, and what to do."""
    advice = f"; {finding.advice}" if finding.advice else ""
    return f"{finding.part}: {finding.found}{advice}"


def _worst(seen: set[Verdict]) -> Verdict:
    return next((one for one in (Verdict.WRONG, Verdict.WARNING) if one in seen), Verdict.FINE)
