"""The `ebox` command: the roles, and the groups of commands in `commands/`.

Each command imports what it needs: a token is made without loading the servers.
"""
# ruff: noqa: PLC0415 - for the reason above

from __future__ import annotations

import sys
from typing import Annotated

import typer

from bootstrap.errors import CannotStart
from commands import (
    audit,
    backup,
    dev,
    doctor,
    erase,
    keys,
    objects,
    parties,
    partners,
    projections,
    publish,
    retention,
    webhooks,
)
from commands.console import settings, tell
from domain.errors import DomainError, InvalidInput

app = typer.Typer(
    help="The document mailbox: partner organisations publish, citizens read, auditors can prove it.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="markdown",
    pretty_exceptions_enable=False,
)
app.add_typer(audit.app, name="audit")
app.add_typer(dev.app, name="dev")
app.add_typer(projections.app, name="projections")
app.add_typer(retention.app, name="retention")
app.add_typer(keys.app, name="keys")
app.add_typer(erase.app, name="erase")
app.add_typer(objects.app, name="objects")
app.add_typer(webhooks.app, name="webhooks")
app.add_typer(parties.app, name="parties")
app.add_typer(partners.app, name="partners")
app.command()(backup.backup)
app.command()(backup.restore)
app.command()(doctor.doctor)
app.command()(publish.publish)


@app.command()
def run() -> None:
    """Run everything in one process: the way to try eBox, and to develop.

    Without any setting it needs nothing else: SQLite and files under `./var`, demo people, and a mail
    catcher at `/demo/mail`. Each `EBOX_…` setting can replace a part by a real one. It prints the
    addresses, the demo people and a `curl` that publishes a PDF.
    """
    from bootstrap import roles

    roles.run_everything(settings())


@app.command()
def api(
    processes: Annotated[int, typer.Option(min=1, max=64, help="How many processes share the port.")] = 1,
) -> None:
    """Serve the HTTP API and the authorization server. Any number of these may run.

    `docs/howto/run-in-production.md` lists the settings it needs. `ebox migrate` must have run once, and
    one `ebox project` somewhere: without it lists stay as they are.
    """
    from bootstrap import roles

    roles.serve_api(settings(), processes)


@app.command()
def project() -> None:
    """Follow the event store and keep the read models up to date.

    It takes the same settings as `ebox api`. One does the work; a second one waits as hot standby and takes
    over when the first is gone.
    """
    from bootstrap import roles

    roles.project(settings())


@app.command()
def notify() -> None:
    """Tell owners by e-mail that something awaits them. Any number of these may run.

    It takes the same settings as `ebox api`, of which EBOX_SMTP_URL and EBOX_MAIL_FROM matter most. One of
    them fills the outbox from the event store, all of them send.
    """
    from bootstrap import roles

    roles.notify(settings())


@app.command()
def schedule() -> None:
    """Put on record what the clock decides: messages released, reminders due, messages expired.

    It takes the same settings as `ebox api`. One does the work; a second one waits as hot standby. Without
    it, messages with a publish time stay out of sight, and nobody is reminded.
    """
    from bootstrap import roles

    roles.schedule(settings())


@app.command("audit-log")
def audit_log() -> None:
    """Make the verifiable audit log: a leaf for each event, published and signed within a second.

    It takes the same settings as `ebox api`, and EBOX_AUDIT_KEY, which only it may read and which
    `ebox audit keys new` makes. One does the work; a second one waits as hot standby. Rather than sign what
    contradicts what it signed before, it ends and says what to do. `ebox audit verify` checks its work.
    """
    from bootstrap import roles

    roles.make_audit_log(settings())


@app.command()
def migrate() -> None:
    """Make or change tables, prepare the object store, and apply `EBOX_PARTNERS_FILE`.

    Run it before the first start and after each upgrade or change of that file. May be repeated, also by
    two at once; what is there already stays.
    """
    from bootstrap import roles

    for line in roles.migrate_now(settings()):
        typer.echo(line)


def main() -> None:
    """The entry point: errors that a person can act upon are told in a line, not in a stack of calls."""
    try:
        app()
    except InvalidInput as refused:
        for issue in refused.issues:
            tell(f"{issue.field}: {issue.detail}")
        sys.exit(1)
    except (DomainError, CannotStart) as error:
        tell(str(error))
        sys.exit(1)
