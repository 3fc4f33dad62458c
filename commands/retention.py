"""`ebox retention`: documents whose message's validity is over, and access records of long ago."""
# ruff: noqa: PLC0415 - commands import what they need when they run

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from commands.console import settings

app = typer.Typer(no_args_is_help=True)


@app.callback()
def group() -> None:
    """Remove what has been kept for as long as it is to be."""


@app.command()
def run(
    grace_days: Annotated[
        int, typer.Option(min=0, max=36_500, help="How many days they stay after their message expired.")
    ] = 0,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="Only say how much there is.")] = False,
) -> None:
    """Remove expired messages' documents, and let access records of long ago leave the access history.

    Run it once a day, from a timer. `ebox schedule` is what makes messages expire; this follows it, and puts
    each removal on record. Access records are kept for ten full calendar years: what was read on any day of
    2026 can be looked up to the end of 2036. A legal hold keeps them for longer. Their events, and the proof
    that nothing was removed or changed, stay in the log.

    It may be interrupted and run again. The projector must run meanwhile.
    """
    from bootstrap.purging import purge

    asyncio.run(purge(settings(), grace_days, dry_run=dry_run))
