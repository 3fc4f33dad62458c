"""`ebox projections`: the read models, which can be built anew at any time."""
# ruff: noqa: PLC0415 - commands import what they need when they run

from __future__ import annotations

from enum import StrEnum
from typing import Annotated

import typer

from commands.console import settings

app = typer.Typer(no_args_is_help=True)


class Name(StrEnum):
    """A read model."""

    INBOX = "inbox"
    MESSAGE_DETAIL = "message_detail"
    PROFILE = "profile"
    ACCESS_HISTORY = "access_history"
    REFERENCE = "reference"
    TIMETABLE = "timetable"


@app.callback()
def group() -> None:
    """Look after the read models: lists, details and histories, all derived from the event store."""


@app.command()
def status() -> None:
    """Say how far each read model is, and whether this release made it."""
    from bootstrap.rebuilding import print_status

    print_status(settings())


@app.command()
def rebuild(
    name: Annotated[Name, typer.Argument(help="Which read model; `ebox projections status` lists them.")],
) -> None:
    """Build a read model anew from the first event, while the old one goes on serving.

    Nothing has to be stopped: the new tables take the old ones' place at once when they have caught up.
    Interrupted, nothing has changed. Needs room for the model a second time.
    """
    from bootstrap.rebuilding import rebuild_now

    rebuild_now(settings(), name.value)
