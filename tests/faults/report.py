"""What the campaign says: a line for each round, a table by kind of fault, the totals; the same as JSON."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from statistics import median

from rich.console import Console
from rich.table import Table

from tests.faults.results import Round, Totals

FOLDER = Path("var/faults")
_COUNTED = ("acknowledged", "retried", "refused", "unknown", "reads", "mails", "unavailable")


def print_round(console: Console, one: Round, rounds: int) -> None:
    """One line, and one for each finding."""
    counts = ", ".join(f"{getattr(one, name)} {name}" for name in _COUNTED)
    console.print(
        f"{one.number:>3}/{rounds} {one.fault:<22} {counts}; recovered in {one.recovery:.1f} s"
        f" ({one.seconds:.1f} s)",
        highlight=False,
        soft_wrap=True,
    )
    for finding in one.findings:
        console.print(f"      [red]{finding}[/red]", highlight=False, soft_wrap=True)


def print_totals(console: Console, totals: Totals) -> None:
    """The table and the last line."""
    table = Table(title="By kind of fault", title_justify="left")
    for heading in ("fault", "rounds", *_COUNTED, "recovery, median s", "longest s"):
        table.add_column(heading, justify="left" if heading == "fault" else "right")
    for fault in sorted({one.fault for one in totals.rounds}):
        rounds = [one for one in totals.rounds if one.fault == fault]
        sums = [str(sum(getattr(one, name) for one in rounds)) for name in _COUNTED]
        waits = [one.recovery for one in rounds]
        table.add_row(fault, str(len(rounds)), *sums, f"{median(waits):.1f}", f"{max(waits):.1f}")
    console.print(table)
    for finding in totals.findings:
        console.print(f"[red]{finding}[/red]", highlight=False, soft_wrap=True)
    console.print(summary(totals), highlight=False, soft_wrap=True)


def summary(totals: Totals) -> str:
    """The totals in a line."""
    figures: dict[str, object] = {
        "rounds": len(totals.rounds),
        "kinds of faults": len({one.fault for one in totals.rounds}),
        **_sums(totals.rounds),
        "restarts": totals.restarts,
        "mails repeated": totals.repeats,
        "events": totals.events,
        "lost": totals.lost,
        "doubled": totals.doubled,
        "other findings": len(totals.findings) - totals.lost - totals.doubled,
        "seconds": round(totals.seconds),
        "seed": totals.seed,
    }
    return ", ".join(f"{name} {figure}" for name, figure in figures.items())


def write(totals: Totals, machine: Mapping[str, object], folder: Path = FOLDER) -> Path:
    """Keep it as JSON; returns where."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"seed-{totals.seed}.json"
    document = {
        "seed": totals.seed,
        "machine": machine,
        "rounds": len(totals.rounds),
        "faults": len({one.fault for one in totals.rounds}),
        **_sums(totals.rounds),
        "restarts": totals.restarts,
        "mailsRepeated": totals.repeats,
        "events": totals.events,
        "lost": totals.lost,
        "doubled": totals.doubled,
        "findings": [str(finding) for finding in totals.findings],
        "seconds": round(totals.seconds, 1),
        "results": [
            {**asdict(one), "findings": [str(finding) for finding in one.findings]} for one in totals.rounds
        ],
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    path.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n")
    return path


def _sums(rounds: Sequence[Round]) -> dict[str, int]:
    return {name: sum(getattr(one, name) for one in rounds) for name in _COUNTED}
