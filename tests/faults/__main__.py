"""`python -m tests.faults`: the fault campaign."""

from __future__ import annotations

import sys
from random import SystemRandom
from typing import Annotated

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from bench.machine import describe_machine, describe_postgres
from tests.faults.campaign import Campaign
from tests.faults.faults import BY_NAME, choose
from tests.faults.report import print_round, print_totals, write
from tests.faults.results import Round
from tests.faults.stage import Stage
from tests.servers.ceph import Ceph
from tests.servers.postfix import Postfix

REPORT_WIDTH = 160
"""Columns of the table where nobody's terminal decides."""


def main(
    rounds: Annotated[int, typer.Option(min=1, help="How many faults, one after the other.")] = 100,
    seed: Annotated[
        int | None, typer.Option(help="Decides which fault comes when. Random unless given; it is printed.")
    ] = None,
    faults: Annotated[str, typer.Option(help=f"Only these, separated by commas: {', '.join(BY_NAME)}.")] = "",
) -> None:
    """Break what eBox stands on while it is at work, and compare what it told with what is there.

    A line for each round and the totals on standard output, JSON under var/faults/. Status 1 where anything
    was lost, doubled, unrecorded or unequal; each finding is named.
    """
    names = [name.strip() for name in faults.split(",") if name.strip()]
    if unknown := [name for name in names if name not in BY_NAME]:
        raise typer.BadParameter(f"no fault {', '.join(unknown)}; there are {', '.join(BY_NAME)}")
    seed = SystemRandom().randrange(1_000_000) if seed is None else seed
    console, bar = Console(width=None if sys.stdout.isatty() else REPORT_WIDTH), _progress()
    with bar, Ceph() as ceph, Postfix() as postfix, Stage(ceph, postfix) as stage:
        task = bar.add_task("rounds", total=rounds)

        def tell(one: Round) -> None:
            print_round(console, one, rounds)
            bar.advance(task)

        machine = {**describe_machine(), **describe_postgres(stage.postgres.admin_url)}
        console.print(f"{rounds} rounds, seed {seed}", highlight=False)
        campaign = Campaign(stage, seed, tell)
        try:
            campaign.run(choose(rounds, seed, names))
            campaign.settle(lambda count: bar.update(task, description=f"{count} mails are to come"))
        except BaseException:
            console.print(stage.last_words(), markup=False, highlight=False)
            raise
    print_totals(console, campaign.totals)
    console.print(f"→ {write(campaign.totals, machine)}", highlight=False)
    if campaign.totals.findings:
        raise typer.Exit(1)


def _progress() -> Progress:
    """On standard error, and only on a terminal."""
    terminal = Console(stderr=True)
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    return Progress(*columns, console=terminal, disable=not terminal.is_terminal)


if __name__ == "__main__":
    typer.run(main)
