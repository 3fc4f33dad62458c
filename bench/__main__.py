"""`python -m bench`: runs scenarios and prints what they found."""

from __future__ import annotations

from typing import Annotated

import typer
from rich.console import Console

from bench.failure import BenchmarkFailed
from bench.machine import describe_machine
from bench.report import print_machine, print_outcome, write_outcome
from bench.scenarios import SCENARIOS
from tests.servers.process import ServerError


def main(
    scenario: Annotated[
        str, typer.Option(help=f"Which ones, separated by commas: {', '.join(SCENARIOS)}.")
    ] = ",".join(SCENARIOS),
    rounds: Annotated[int, typer.Option(min=1, help="How often every contender takes its turn.")] = 5,
) -> None:
    """Measure eBox beside peers that do less; tables on standard output, JSON under var/bench/.

    A goal that is missed is shown, and fails nothing; wrong answers or wrong counts end with status 1.
    """
    console = Console()
    names = [name.strip() for name in scenario.split(",") if name.strip()]
    if unknown := [name for name in names if name not in SCENARIOS]:
        raise typer.BadParameter(f"no scenario {', '.join(unknown)}; there are {', '.join(SCENARIOS)}")
    machine = describe_machine()
    print_machine(console, machine)
    failed = []
    for name in names:
        try:
            outcome, servers = SCENARIOS[name](rounds)
        except (BenchmarkFailed, ServerError) as error:
            console.print(f"[red]{name} failed[/red]: {error}", markup=True)
            failed.append(name)
            continue
        print_machine(console, servers)
        print_outcome(console, outcome)
        console.print(f"  → {write_outcome(outcome, {**machine, **servers})}\n")
    if failed:
        raise typer.Exit(1)


if __name__ == "__main__":
    typer.run(main)
