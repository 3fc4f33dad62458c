"""The `ebox` command: one line of help and a few lines of code for each thing it does.

Each command imports what it needs: a token is made without loading the servers.
"""
# ruff: noqa: PLC0415 - for the reason above

from __future__ import annotations

import asyncio
import sys
from enum import StrEnum
from typing import Annotated

import typer
from pydantic import ValidationError
from rich.console import Console

from bootstrap.errors import CannotStart
from domain.errors import DomainError, InvalidInput
from settings import Settings

app = typer.Typer(
    help="The document mailbox: partner organisations publish, citizens read, auditors can prove it.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
)
dev = typer.Typer(help="For development, in the embedded mode alone.", no_args_is_help=True)
app.add_typer(dev, name="dev")

errors = Console(stderr=True)


@app.command()
def run() -> None:
    """Run everything in one process: the way to try eBox, and to develop.

    Without any setting it needs nothing else: SQLite and files under `./var`, demo people, and a mail
    catcher at `/demo/mail`. Each `EBOX_…` setting can replace a part by a real one. It prints the
    addresses, the demo people and a `curl` that publishes a PDF.
    """
    from bootstrap import roles

    roles.run_everything(_settings())


@app.command()
def api(
    processes: Annotated[int, typer.Option(min=1, max=64, help="How many processes share the port.")] = 1,
) -> None:
    """Serve the HTTP API and the authorization server. Any number of these may run.

    `docs/howto/run-in-production.md` lists the settings it needs. `ebox migrate` must have run once, and
    one `ebox project` somewhere: without it lists stay as they are.
    """
    from bootstrap import roles

    roles.serve_api(_settings(), processes)


@app.command()
def project() -> None:
    """Follow the event store and keep the read models up to date.

    It takes the same settings as `ebox api`. One does the work; a second one waits as hot standby and takes
    over when the first is gone.
    """
    from bootstrap import roles

    roles.project(_settings())


@app.command()
def notify() -> None:
    """Tell owners by e-mail that something awaits them. Any number of these may run.

    It takes the same settings as `ebox api`, of which EBOX_SMTP_URL and EBOX_MAIL_FROM matter most. One of
    them fills the outbox from the event store, all of them send.
    """
    from bootstrap import roles

    roles.notify(_settings())


@app.command()
def migrate() -> None:
    """Make or change tables, prepare the object store, and apply `EBOX_PARTNERS_FILE`.

    Run it before the first start and after each upgrade or change of that file. May be repeated, also by
    two at once; what is there already stays.
    """
    from bootstrap import roles

    for line in roles.migrate_now(_settings()):
        typer.echo(line)


class Role(StrEnum):
    """As whom a development token speaks."""

    PARTNER = "partner"
    CITIZEN = "citizen"
    AUDITOR = "auditor"
    SITE = "site"


@dev.command()
def token(
    role: Annotated[Role, typer.Option("--as", help="As whom.")],
    subject: Annotated[
        str | None,
        typer.Option(help="Which demo person: `an`, `lea`, `kim`, or their number. Citizens only."),
    ] = None,
) -> None:
    """Print an access token for the running instance, and nothing else, for use in scripts:

    `curl -H "Authorization: Bearer $(ebox dev token --as citizen)"
    http://127.0.0.1:8000/messageRegistry/v3/ebox`

    It goes through the real token endpoint: partners, sites and auditors prove their key, people log in
    with a demo login through `demo-site`. A token lives five minutes.
    """
    from bootstrap.development import development_token

    typer.echo(asyncio.run(development_token(_settings(), role.value, subject)))


def _settings() -> Settings:
    try:
        return Settings()
    except ValidationError as error:
        for one in error.errors():
            name = ".".join(f"EBOX_{part}".upper() for part in one["loc"][:1]) or "settings"
            _tell(f"{name}: {one['msg']}")
        _tell("Every setting is described in docs/reference/configuration.md.")
        sys.exit(2)


def _tell(text: str) -> None:
    """A line as it is: not folded, and brackets in it are no markup."""
    errors.print(text, style="red", markup=False, highlight=False, soft_wrap=True)


def main() -> None:
    """The entry point: errors that a person can act upon are told in a line, not in a stack of calls."""
    try:
        app()
    except InvalidInput as refused:
        for issue in refused.issues:
            _tell(f"{issue.field}: {issue.detail}")
        sys.exit(1)
    except (DomainError, CannotStart) as error:
        _tell(str(error))
        sys.exit(1)
