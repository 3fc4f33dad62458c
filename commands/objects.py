"""`ebox objects`: what lies in the object store."""
# ruff: noqa: PLC0415 - commands import what they need when they run

from __future__ import annotations

from datetime import timedelta
from typing import Annotated

import typer

from commands.console import settings
from commands.progress import progress_bar

app = typer.Typer(help="What lies in the object store.", no_args_is_help=True)


@app.callback()
def group() -> None:
    """What lies in the object store."""


@app.command()
def sweep(
    older_than: Annotated[
        int, typer.Option(min=1, help="Hours that an object must have lain there, by the store's own clock.")
    ] = 24,
    apply: Annotated[
        bool, typer.Option("--apply", help="Remove them. Without it nothing is removed.")
    ] = False,
    expect: Annotated[
        int | None,
        typer.Option(min=0, help="How many must be left over; otherwise it stops.", show_default=False),
    ] = None,
) -> None:
    """Find objects that no event names, and with `--apply` remove them.

    A process that is killed between putting a document and recording its publication leaves such an object.
    Nobody can read it: its key was never recorded. The event store is asked, never a read model; documents
    of messages that were purged and of parties that were erased count as left over too.

    It stops where the event store names no object at all. Where more than half of the objects would go, it
    wants their number with `--expect`: after one great purge that may be right; far more often the event
    store is not the one that the objects belong to.

    In a bucket that keeps versions the older versions stay: give it a lifecycle rule for them.
    """
    from bootstrap import safekeeping

    with progress_bar() as progress:
        age = timedelta(hours=older_than)
        found = safekeeping.sweep(settings(), age, remove=apply, expect=expect, progress=progress)
    typer.echo(f"looked at   {found.listed} objects, {older_than} hours old and more")
    typer.echo(f"left over   {found.left_over} objects, {found.size} bytes")
    typer.echo(f"removed     {found.removed}" + ("" if apply else " (a dry run; --apply removes them)"))
    if found.foreign:
        typer.echo(f"not ours    {found.foreign} objects that eBox did not put there; they stay")
