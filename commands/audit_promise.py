"""`ebox audit check-promise`: whether what a sender was promised was kept."""
# ruff: noqa: PLC0415 - commands import what they need when they run

from __future__ import annotations

import json
import sys
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from commands.console import tell

if TYPE_CHECKING:
    from audit.promises import Promised


def check_promise(
    promise: Annotated[
        Path, typer.Argument(help="The `promise` of a publication's answer, or that whole answer as JSON.")
    ],
    vkey_file: Annotated[
        Path,
        typer.Option(help="Verifier keys, one a line: those of /audit/promises/vkeys and of /audit/vkeys."),
    ],
    proof: Annotated[
        Path | None, typer.Option(help="The publication's tlog-proof: GET …/ebox/messages/{id}/proof.")
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")] = False,
) -> None:
    """Check that a promise is eBox's own, and that it was kept. It works offline, without an installation.

    The answer to a publication promises that the audit log will have it within 24 hours (in normal running it
    has it within a minute). The promise and a proof together show that it does. A promise without a proof is
    what to hold against whoever says that nothing was published:

    `ebox audit check-promise promise.note --proof 0190….tlog-proof --vkey-file keys`

    The exit status is 0 when it was kept, 1 when it was not or one of the files is not genuine, 2 for a wrong
    call, 3 when it cannot be told: without a proof.
    """
    from audit.promises import PromiseBroken, PromiseInvalid, check, read
    from audit.verifier.checkpoints import keys_in
    from audit.verifier.findings import CANNOT_TELL, FINDINGS, USAGE, WrongUse

    try:
        keys = keys_in(vkey_file.read_text(encoding="utf-8"))
        note, proven = _note(promise.read_bytes()), proof.read_bytes() if proof else None
    except (OSError, UnicodeError, WrongUse) as error:
        tell(str(error))
        sys.exit(USAGE)
    try:
        promised = read(note, keys) if proven is None else [check(note, keys, proven)]
    except (PromiseInvalid, PromiseBroken) as error:
        _say(as_json, "broken" if isinstance(error, PromiseBroken) else "invalid", str(error), [])
        sys.exit(FINDINGS)
    if proven is not None:
        _say(as_json, "kept", "The promise was kept: the log has the publication, in time.", promised)
        return
    late = [one for one in promised if one.by < datetime.now(UTC)]
    what = "the time is over: ask for the proof" if late else "there is time left"
    _say(as_json, "genuine", f"The promise is genuine; whether it was kept takes a proof ({what}).", promised)
    sys.exit(CANNOT_TELL)


def _note(data: bytes) -> bytes:
    """The promise; of a publication's answer its member of that name."""
    try:
        answer = json.loads(data)
    except ValueError:
        return data
    note = answer.get("promise") if isinstance(answer, dict) else None
    return note.encode() if isinstance(note, str) else data


def _say(as_json: bool, state: str, sentence: str, promised: list[Promised]) -> None:
    if as_json:
        publications = [
            {
                "messageId": str(one.accepted.message_id),
                "eventId": str(one.accepted.event_id),
                "position": one.accepted.position,
                "acceptedAt": one.accepted.at.isoformat(),
                "loggedBy": one.by.isoformat(),
            }
            for one in promised
        ]
        typer.echo(json.dumps({"state": state, "detail": sentence, "publications": publications}, indent=2))
        return
    typer.echo(sentence)
    for one in promised:
        typer.echo(
            f"publication {one.accepted.message_id}, accepted {one.accepted.at:%Y-%m-%d %H:%M:%S} UTC, "
            f"to be logged by {one.by:%Y-%m-%d %H:%M:%S} UTC"
        )
