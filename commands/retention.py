"""`ebox retention`: documents whose message's validity is over."""
# ruff: noqa: PLC0415 - commands import what they need when they run

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from commands.console import settings

app = typer.Typer(no_args_is_help=True)


@app.callback()
def group() -> None:
    """Remove the documents of messages whose validity is over."""


@app.command()
def run(
    grace_days: Annotated[
        int, typer.Option(min=0, max=36_500, help="How many days they stay after their message expired.")
    ] = 0,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say how many there are.")] = False,
) -> None:
    """Remove the documents of expired messages from the object store, and put that on record.

    Run it once a day, from a timer. `ebox schedule` is what makes messages expire; this follows it. It may
    be interrupted and run again. Access records stay: what was read by whom can be proved for longer.
    """
    from bootstrap.purging import purge

    asyncio.run(purge(settings(), grace_days, dry_run=dry_run))
