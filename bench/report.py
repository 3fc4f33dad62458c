"""A scenario's outcome as a table for people and as JSON for programs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from rich.console import Console
from rich.table import Table

from bench.measurement import Goal, Outcome

FOLDER = Path("var/bench")


def print_machine(console: Console, machine: Mapping[str, object]) -> None:
    """One line on where the figures are from."""
    console.print("[bold]Machine[/bold] " + " · ".join(f"{name} {value}" for name, value in machine.items()))


def print_outcome(console: Console, outcome: Outcome) -> None:
    """The figures, then what they are held against."""
    figures = Table(title=f"{outcome.scenario}: {outcome.rounds} rounds", title_justify="left")
    for heading in ("figure", "median", "min", "max", "unit"):
        figures.add_column(heading, justify="left" if heading in {"figure", "unit"} else "right")
    for series in outcome.series.values():
        numbers = (series.median, min(series.values), max(series.values))
        figures.add_row(series.name, *map(_number, numbers), series.unit)
    goals = Table()
    for heading in ("goal", "wanted", "measured", "range by round", ""):
        goals.add_column(heading)
    for goal in outcome.goals:
        goals.add_row(*_judged(outcome, goal))
    console.print(figures, goals, *(f"  {note}" for note in outcome.notes))


def write_outcome(outcome: Outcome, machine: Mapping[str, object], folder: Path = FOLDER) -> Path:
    """Keep the outcome as `<scenario>.json`; returns where."""
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / f"{outcome.scenario}.json"
    document = {
        "scenario": outcome.scenario,
        "machine": machine,
        "rounds": outcome.rounds,
        "results": [
            {
                "name": series.name,
                "median": series.median,
                "min": min(series.values),
                "max": max(series.values),
                "unit": series.unit,
            }
            for series in outcome.series.values()
        ],
        "ratios": {goal.name: round(outcome.value_of(goal), 4) for goal in outcome.goals if goal.relative_to},
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
    }
    path.write_text(json.dumps(document, indent=2, ensure_ascii=False) + "\n")
    return path


def _judged(outcome: Outcome, goal: Goal) -> tuple[str, ...]:
    value = outcome.value_of(goal)
    by_round = outcome.ratios_by_round(goal) or outcome.series[goal.figure].values
    verdict = "[green]met[/green]" if goal.is_met(value) else "[red]missed[/red]"
    spread = f"{_number(min(by_round))} to {_number(max(by_round))}"
    return goal.name, goal.wanted, _number(value), spread, verdict


def _number(value: float) -> str:
    return f"{value:,.0f}" if abs(value) >= 100 else f"{value:.3g}"
