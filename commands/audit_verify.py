"""`ebox audit verify` and `reconcile`: whether the access history is what it always was."""
# ruff: noqa: PLC0415 - commands import what they need when they run

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from commands.console import tell
from commands.progress import progress_bar

if TYPE_CHECKING:
    from audit.verifier.checkpoints import Trusted
    from audit.verifier.findings import Report

Log = Annotated[
    str, typer.Option(help="The log: a directory with a copy of it, or its address (http://…/audit).")
]
VkeyFile = Annotated[
    Path, typer.Option(help="The log's verifier keys, one a line, from somebody other than the log.")
]
Pinned = Annotated[
    list[Path] | None,
    typer.Option(help="A file with one or more checkpoints seen earlier. May be repeated."),
]
PolicyFile = Annotated[
    Path | None,
    typer.Option(
        "--policy", "--witness", help="Witnesses and the quorum wanted of them: a C2SP tlog-policy."
    ),
]
TokenFile = Annotated[
    Path | None, typer.Option(help="A file with an auditor's token: over HTTP entries need one.")
]
AsJson = Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")]


def verify(
    log: Log,
    vkey_file: VkeyFile,
    pinned: Pinned = None,
    policy: PolicyFile = None,
    event_store: Annotated[
        str | None,
        typer.Option(
            help="Compare with the rows of this event store too, read-only: postgresql://… or sqlite:///path."
        ),
    ] = None,
    tsa_certificate: Annotated[
        Path | None,
        typer.Option(
            help="Check the log's timestamps (RFC 3161): the root certificate of their authority, PEM."
        ),
    ] = None,
    token_file: TokenFile = None,
    as_json: AsJson = False,
) -> None:
    """Verify the whole log: every entry, every tile, every signature, every mailbox's chain.

    It works on a copy, offline, without an installation. Each finding names the leaf or the mailbox and says
    what to do:

    `ebox audit verify --log audit-log --vkey-file log.vkey --pinned yesterday.checkpoint`

    A log can be whole and yet an old one, or one of two: only a checkpoint kept from earlier (`--pinned`), or
    witnesses (`--policy`), can tell.

    The exit status is 0 when nothing is wrong, 1 with findings, 2 for a wrong call, 3 when it cannot be told.
    """
    _run(log, vkey_file, pinned, policy, event_store, token_file, as_json, tsa_certificate)


def reconcile(
    log: Log,
    vkey_file: VkeyFile,
    event_store: Annotated[
        str, typer.Option(help="The event store, read-only: postgresql://… or sqlite:///path.")
    ],
    pinned: Pinned = None,
    policy: PolicyFile = None,
    token_file: TokenFile = None,
    as_json: AsJson = False,
) -> None:
    """Compare each row of the event store with its leaf, and each leaf with its row.

    The log is verified on the way: to compare rows with leaves that nobody checked would say nothing. Events
    that are newer than the checkpoint are counted.

    The exit status is 0 when nothing is wrong, 1 with findings, 2 for a wrong call, 3 when it cannot be told.
    """
    _run(log, vkey_file, pinned, policy, event_store, token_file, as_json)


def trusted_files(
    vkey_file: Path | None,
    pinned: list[Path] | None,
    policy: Path | None,
    tsa_certificate: Path | None = None,
) -> Trusted:
    """What the caller believes, from these files. Raises `WrongUse`."""
    from audit.verifier.checkpoints import Trusted, authorities_of, keys_in, notes_in, policy_in
    from audit.verifier.findings import WrongUse

    try:
        keys = keys_in(vkey_file.read_text(encoding="utf-8")) if vkey_file else []
        notes = [note for path in pinned or () for note in notes_in(path.read_bytes())]
        wanted = policy_in(policy.read_bytes()) if policy else None
        authorities = authorities_of(tsa_certificate.read_bytes()) if tsa_certificate else ()
        return Trusted(keys, notes, wanted, authorities)
    except (OSError, UnicodeError) as error:
        raise WrongUse(f"a file that was named cannot be read: {error}") from error


def _run(
    log: str,
    vkey_file: Path,
    pinned: list[Path] | None,
    policy: Path | None,
    event_store: str | None,
    token_file: Path | None,
    as_json: bool,
    tsa_certificate: Path | None = None,
) -> None:
    from audit.verifier.findings import USAGE, Report, WrongUse
    from audit.verifier.telling import as_json as as_object
    from audit.verifier.telling import lines

    try:
        trusted = trusted_files(vkey_file, pinned, policy, tsa_certificate)
        report = _verified(log, trusted, event_store, token_file, Report())
    except WrongUse as error:
        tell(str(error))
        sys.exit(USAGE)
    if as_json:
        typer.echo(json.dumps(as_object(report), indent=2))
    else:
        for line in lines(report):
            typer.echo(line)
    sys.exit(report.exit_code)


def _verified(
    log: str, trusted: Trusted, event_store: str | None, token_file: Path | None, report: Report
) -> Report:
    from audit.verifier.findings import Unreachable
    from audit.verifier.verifying import verify_log

    try:
        with progress_bar() as progress:
            return verify_log(
                log, trusted, event_store=event_store, token_file=token_file, report=report, progress=progress
            )
    except Unreachable as error:
        report.cannot_tell.append(str(error))
        return report
