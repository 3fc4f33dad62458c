"""`ebox audit scopes`: auditors ask each other for leave to look."""
# ruff: noqa: PLC0415 - commands import what they need when they run

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any
from uuid import UUID

import typer

from commands.console import settings

if TYPE_CHECKING:
    from bootstrap.audit_scopes import Clerk

app = typer.Typer(no_args_is_help=True)

Url = Annotated[
    str | None, typer.Option(help="Where eBox answers. Default: the one that these settings describe.")
]
TokenFile = Annotated[
    Path | None,
    typer.Option(help="A file with an auditor's access token, asked for without `authorization_details`."),
]
Demo = Annotated[
    str | None,
    typer.Option(
        "--as",
        help="In the demo: `demo-auditor-1` (asks, lists and withdraws) or `demo-auditor-2` (decides).",
    ),
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]
ScopeId = Annotated[UUID, typer.Argument(help="The scope's id, as `list` shows it.")]
Reason = Annotated[str, typer.Option(help="Why, on one line; no names of persons.")]


@app.callback()
def group() -> None:
    """Ask to look, and decide about what other auditors ask.

    An auditor looks at nothing before another one has approved it: for one case and purpose, at these
    mailboxes, in this period, until a day.

    `ebox audit scopes request --case 2026-117 --purpose "Missing letter" --mailbox 5d1f…`

    `ebox audit scopes approve 0198… --until 2026-12-31T23:59:59+01:00`

    Each exits with 0, 2 for a wrong call, and 1 where eBox refuses or does not answer.
    """


@app.command()
def request(
    case: Annotated[str, typer.Option(help="The case, as your registration grants it.")],
    purpose: Annotated[str, typer.Option(help="What for, as your registration grants it.")],
    mailbox: Annotated[
        list[UUID] | None, typer.Option(help="A mailbox's id; may be repeated. Left out: every mailbox.")
    ] = None,
    start: Annotated[
        str | None, typer.Option("--from", help="Nothing before this moment (RFC 3339, with offset).")
    ] = None,
    end: Annotated[
        str | None, typer.Option("--to", help="Nothing after this moment (RFC 3339, with offset).")
    ] = None,
    url: Url = None,
    token_file: TokenFile = None,
    demo: Demo = None,
    as_json: AsJson = False,
) -> None:
    """Ask for a scope, within what the operator granted; another auditor has to approve it."""
    from bootstrap.audit_scopes import request_scope

    period = {name: moment for name, moment in (("from", start), ("to", end)) if moment is not None}
    wanted = {
        "case": case,
        "purpose": purpose,
        "subject": [str(one) for one in mailbox] if mailbox else "*",
        "period": period,
    }
    asyncio.run(request_scope(_clerk(url, token_file, demo, as_json), wanted))


@app.command(name="list")
def list_(url: Url = None, token_file: TokenFile = None, demo: Demo = None, as_json: AsJson = False) -> None:
    """Show every auditor's scopes, newest first, and what became of each."""
    from bootstrap.audit_scopes import list_scopes

    asyncio.run(list_scopes(_clerk(url, token_file, demo, as_json)))


@app.command()
def approve(
    scope: ScopeId,
    until: Annotated[
        str, typer.Option(help="How long may be looked (RFC 3339, with offset); at most 366 days.")
    ],
    embargo_until: Annotated[
        str | None,
        typer.Option(
            help="Until then owners see that something was looked at, and not who looked or at what; at most "
            "731 days. Left out: they see each look at once."
        ),
    ] = None,
    url: Url = None,
    token_file: TokenFile = None,
    demo: Demo = None,
    as_json: AsJson = False,
) -> None:
    """Let the auditor who asked look. Nobody approves their own request."""
    body = {"validUntil": until} | ({"embargoUntil": embargo_until} if embargo_until else {})
    _decide(scope, "approval", body, _clerk(url, token_file, demo, as_json))


@app.command()
def refuse(
    scope: ScopeId,
    reason: Reason,
    url: Url = None,
    token_file: TokenFile = None,
    demo: Demo = None,
    as_json: AsJson = False,
) -> None:
    """Do not let the auditor who asked look."""
    _decide(scope, "refusal", {"reason": reason}, _clerk(url, token_file, demo, as_json))


@app.command()
def withdraw(
    scope: ScopeId,
    reason: Reason,
    url: Url = None,
    token_file: TokenFile = None,
    demo: Demo = None,
    as_json: AsJson = False,
) -> None:
    """End a scope at once, your own or another auditor's: the next look under it is refused.

    An embargo on what was looked at before stays as it was.
    """
    _decide(scope, "withdrawal", {"reason": reason}, _clerk(url, token_file, demo, as_json))


def _decide(scope: UUID, what: str, body: dict[str, Any], clerk: Clerk) -> None:
    from bootstrap.audit_scopes import decide

    asyncio.run(decide(clerk, scope, what, body))


def _clerk(url: str | None, token_file: Path | None, demo: str | None, as_json: bool) -> Clerk:
    from bootstrap.audit_scopes import Clerk

    return Clerk(settings(), url, token_file, demo, as_json)
