"""`ebox audit prove` and `check-proof`: that one event is in the log, for those who have not got it."""
# ruff: noqa: PLC0415 - commands import what they need when they run

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from commands.audit_verify import AsJson, Log, Pinned, PolicyFile, TokenFile, trusted_files
from commands.console import tell


def prove(
    log: Log,
    event: Annotated[UUID | None, typer.Option(help="The event's id.")] = None,
    index: Annotated[int | None, typer.Option(min=0, help="Or the leaf's index.")] = None,
    consistency: Annotated[
        Path | None,
        typer.Option(help="Or: that the log has only grown since the checkpoint in this file."),
    ] = None,
    out: Annotated[
        Path | None, typer.Option(help="Where to write the proof. Default: standard output.")
    ] = None,
    token_file: TokenFile = None,
) -> None:
    """Make the proof that an event is in the log, or that the log has only grown.

    The proof is a file of its own (C2SP tlog-proof) with the log's entry in it. Whoever gets it needs the
    log's verifier key and nothing else: `ebox audit check-proof`.

    `ebox audit prove --log audit-log --event 0190… --out event.tlog-proof`

    The exit status is 0, 1 when the log does not give the proof, 2 for a wrong call, 3 when it is away.
    """
    from audit.verifier.findings import CANNOT_TELL, FINDINGS, USAGE, Unreachable, WrongUse
    from audit.verifier.proving import NotProven, prove_consistency, prove_inclusion
    from audit.verifier.sources import source_of

    if [event, index, consistency].count(None) != 2:
        tell("give one of --event, --index and --consistency")
        sys.exit(USAGE)
    try:
        source = source_of(log, token_file)
        try:
            if consistency is not None:
                proof = prove_consistency(source, consistency.read_bytes())
            else:
                proof = prove_inclusion(source, index=index, event=str(event) if event else None)
        finally:
            source.close()
        if out is None:
            typer.echo(proof, nl=False)
        else:
            out.write_bytes(proof)
    except (WrongUse, OSError) as error:
        tell(str(error))
        sys.exit(USAGE)
    except Unreachable as error:
        tell(str(error))
        sys.exit(CANNOT_TELL)
    except NotProven as error:
        tell(str(error))
        sys.exit(FINDINGS)


def check_proof(
    file: Annotated[
        Path, typer.Argument(help="A tlog-proof, a proof of consistency, or a citizen's export.")
    ],
    vkey_file: Annotated[
        Path | None,
        typer.Option(
            help="The log's verifier keys, from somebody other than the log. Without them an export is only "
            "compared with itself."
        ),
    ] = None,
    pinned: Pinned = None,
    policy: PolicyFile = None,
    as_json: AsJson = False,
) -> None:
    """Check a proof, offline, and say in words what it proves.

    The exit status is 0 when it proves that, 1 when it does not, 2 for a wrong call.
    """
    from audit.verifier.exports import check_owners_export, is_export
    from audit.verifier.findings import FINDINGS, USAGE, WrongUse
    from audit.verifier.proving import NotProven, check_proof

    try:
        trusted = trusted_files(vkey_file, pinned, policy)
        if is_export(file):
            said, code = check_owners_export(file, trusted), 0
        else:
            said, code = check_proof(file.read_bytes(), trusted), 0
    except (WrongUse, OSError) as error:
        tell(str(error))
        sys.exit(USAGE)
    except NotProven as error:
        said, code = [f"This proves nothing: {error}."], FINDINGS
    if as_json:
        typer.echo(json.dumps({"exitCode": code, "said": said}, indent=2))
    else:
        for line in said:
            typer.echo(line)
    sys.exit(code)
