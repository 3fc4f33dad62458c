"""`ebox audit`: what auditors do from a command line, over HTTP, within their scope."""
# ruff: noqa: PLC0415 - commands import what they need when they run

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from commands import (
    audit_export,
    audit_keys,
    audit_promise,
    audit_prove,
    audit_scopes,
    audit_verify,
    audit_witness,
)
from commands.console import settings, tell

app = typer.Typer(no_args_is_help=True)
app.command()(audit_verify.verify)
app.command()(audit_verify.reconcile)
app.command()(audit_export.export)
app.command()(audit_prove.prove)
app.command()(audit_prove.check_proof)
app.command()(audit_promise.check_promise)
app.add_typer(audit_keys.app, name="keys")
app.add_typer(audit_scopes.app, name="scopes")
app.add_typer(audit_witness.app, name="witness")


@app.callback()
def group() -> None:
    """Prove who was told and who saw what. Every look is itself on record."""


@app.command()
def replay(
    mailbox: Annotated[
        UUID | None,
        typer.Argument(help="The mailbox's id. Left out, you are asked for the owner's number, unseen."),
    ] = None,
    at: Annotated[
        str | None,
        typer.Option(help="A time (RFC 3339, with offset) or a position in the event store. Default: now."),
    ] = None,
    url: Annotated[
        str | None, typer.Option(help="Where eBox answers. Default: the one that these settings describe.")
    ] = None,
    token_file: Annotated[
        Path | None,
        typer.Option(
            "--token-file", help="A file with an auditor's access token. The demo's auditor needs none."
        ),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")] = False,
) -> None:
    """Show a mailbox as it stood at a moment: its messages, how far each was read, who had seen what.

    It is rebuilt from the event store alone, and the look is recorded as `audit.replayed`. Two replays of one
    moment show the same, whatever has happened since:

    `ebox audit replay 5d1f… --at 2026-03-01T00:00:00+01:00`

    The exit status is 0, 1 where eBox refuses, 2 for a wrong call, 3 where it does not answer.
    """
    from audit.verifier.findings import CANNOT_TELL
    from bootstrap.auditors import NothingAnswers, print_replay

    try:
        asyncio.run(print_replay(settings(), mailbox, at, url=url, token_file=token_file, as_json=as_json))
    except NothingAnswers as error:
        tell(str(error))
        sys.exit(CANNOT_TELL)
