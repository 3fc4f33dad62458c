"""`ebox dev`: for development, in the embedded mode alone."""
# ruff: noqa: PLC0415 - commands import what they need when they run

from __future__ import annotations

import asyncio
from enum import StrEnum
from typing import Annotated

import typer

from commands.console import settings

app = typer.Typer(help="For development, in the embedded mode alone.", no_args_is_help=True)


class Role(StrEnum):
    """As whom a development token speaks."""

    PARTNER = "partner"
    CITIZEN = "citizen"
    EMPLOYEE = "employee"
    AUDITOR = "auditor"
    SITE = "site"


@app.command()
def token(
    role: Annotated[Role, typer.Option("--as", help="As whom.")],
    subject: Annotated[
        str | None,
        typer.Option(
            help="Which demo person: `an`, `lea`, `kim`, `marc`, or their number. Citizens (else `an`) and "
            "employees (else `marc`) only.",
        ),
    ] = None,
    enterprise: Annotated[
        str | None,
        typer.Option(help="The number of the enterprise, where they need a role. Employees only."),
    ] = None,
) -> None:
    """Print an access token for the running instance, and nothing else, for use in scripts:

    `curl -H "Authorization: Bearer $(ebox dev token --as citizen)"
    http://127.0.0.1:8000/messageRegistry/v3/ebox`

    It goes through the real token endpoint: partners, sites and auditors prove their key, people log in
    with a demo login through `demo-site`, an employee into the mailbox of the enterprise. A token lives
    five minutes.
    """
    from bootstrap.development import development_token

    typer.echo(asyncio.run(development_token(settings(), role.value, subject, enterprise)))
