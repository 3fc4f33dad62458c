"""`ebox parties`: numbers that change, and what the register says of one. No number is ever an argument."""
# ruff: noqa: PLC0415 - commands import what they need when they run

from __future__ import annotations

import asyncio
from typing import Annotated

import typer

from commands.console import settings
from commands.progress import progress_bar

app = typer.Typer(no_args_is_help=True)

Yes = Annotated[bool, typer.Option("--yes", help="Do not ask whether to go on.")]


@app.callback()
def group() -> None:
    """Replace numbers, merge mailboxes, ask the register.

    Numbers are asked for, unseen, or read from standard input, one a line: on a command line they would stay
    in the shell's history and in the list of processes.
    """


@app.command()
def replace(yes: Yes = False) -> None:
    """Give a person or an enterprise another number: the old one, then the new one.

    The mailbox stays, and both numbers lead to it. Where the new number has a mailbox already, this is
    refused: `ebox parties merge` makes one of the two. May be broken off, and run again.

    `docs/howto/replace-a-number.md` tells when to do which.
    """
    from bootstrap.renumbering import replace as replace_number

    asyncio.run(replace_number(settings(), is_agreed=yes))


@app.command()
def merge(yes: Yes = False) -> None:
    """Make one of two mailboxes of the same person or enterprise: the old number's, then the new number's.

    The new number's mailbox goes on, with the messages and the history of both; both numbers lead to it. It
    cannot be undone. It takes a little over two minutes, until every process has heard of it. May be broken
    off, and run again.
    """
    from bootstrap.renumbering import merge as merge_mailboxes

    asyncio.run(merge_mailboxes(settings(), is_agreed=yes, showing=progress_bar))


@app.command()
def check() -> None:
    """Print what the register of EBOX_PARTY_REGISTER_URL says of a number.

    The exit status is 0 where the number exists, 1 where it does not or the register does not answer.
    """
    from bootstrap.renumbering import check as check_number

    if not asyncio.run(check_number(settings())):
        raise typer.Exit(1)
