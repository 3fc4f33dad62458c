"""`ebox partners`: who is registered, and what a partners file would change."""
# ruff: noqa: PLC0415 - commands import what they need when they run

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from commands.console import settings

app = typer.Typer(no_args_is_help=True)

CHANGES = 2
"""The exit status of `plan` where there is something to change."""

File = Annotated[Path, typer.Argument(metavar="FILE.yaml", help="A partners file, as EBOX_PARTNERS_FILE is.")]
Name = Annotated[
    str,
    typer.Argument(
        metavar="ORGANISATION_OR_CLIENT_ID",
        help="An organisation's enterprise number, or the id of a client, a site or an auditor.",
    ),
]


@app.callback()
def group() -> None:
    """Register partner organisations, sites, auditors and receiving enterprises; suspend them.

    They are declared in a YAML file, which `docs/howto/register-partners.md` describes. Changes are events:
    nothing that was registered is ever forgotten.
    """


@app.command()
def plan(file: File) -> None:
    """Show what applying a file would change: `+` comes, `~` changes, `-` ends. Nothing is changed.

    The exit status is 0 where there is nothing to change, 2 where there is, and 1 where the file is wrong or
    something does not answer. Of people the last two digits are shown.
    """
    from bootstrap import registering

    if registering.plan(settings(), file):
        raise typer.Exit(CHANGES)


@app.command("apply")
def apply_file(
    file: File, yes: Annotated[bool, typer.Option("--yes", help="Do not ask whether to go on.")] = False
) -> None:
    """Show what would change, ask, and change it. Without a terminal it takes `--yes`.

    What is left out of the file stays as it is, but for the people of an enterprise that stands in it:
    whoever is not listed there any more loses the role. `ebox migrate` applies EBOX_PARTNERS_FILE in the same
    way, without asking: put what is to stay into that file.
    """
    from bootstrap import registering

    registering.apply(settings(), file, is_agreed=yes)


@app.command("list")
def list_registered(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")] = False,
) -> None:
    """List who is registered, and who is suspended and why."""
    from bootstrap import registering

    registering.list_registered(settings(), as_json=as_json)


@app.command()
def suspend(
    name: Name,
    reason: Annotated[str, typer.Option(help="Why: it goes on record, and into `ebox partners list`.")],
) -> None:
    """Suspend an organisation, one of its clients, a site or an auditor, at once.

    Nothing more is done with tokens that were issued before. It lasts until `ebox partners resume`, whatever
    a partners file says: applying the same file again does not lift it. Of an organisation's clients, the
    others go on:

    `ebox partners suspend demo-partner --reason "its key was stolen"`
    """
    from bootstrap import registering

    registering.suspend(settings(), name, reason)


@app.command()
def resume(name: Name) -> None:
    """End what `ebox partners suspend` began. What a file suspends, the file resumes."""
    from bootstrap import registering

    registering.resume(settings(), name)
