"""`ebox audit export`: the access history, or a published log, taken out for other programs."""
# ruff: noqa: PLC0415 - commands import what they need when they run

from __future__ import annotations

import asyncio
import json
import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated
from uuid import UUID

import typer

from commands.console import USAGE, settings, tell
from commands.progress import progress_bar

if TYPE_CHECKING:
    from audit.export.writing import Summary


class ExportFormat(StrEnum):
    """What each line is: the row as it is, FHIR's AuditEvent, OCSF's API Activity."""

    JSONL = "jsonl"
    FHIR = "fhir-auditevent"
    OCSF = "ocsf"


def export(
    export_format: Annotated[
        ExportFormat, typer.Option("--format", help="What each line is.")
    ] = ExportFormat.JSONL,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", help="The file to write, whole or not. Default: standard output."),
    ] = None,
    mailbox: Annotated[UUID | None, typer.Option(help="Of this mailbox.")] = None,
    message: Annotated[UUID | None, typer.Option(help="About this message.")] = None,
    actor: Annotated[UUID | None, typer.Option(help="What this party did.")] = None,
    site: Annotated[str | None, typer.Option(help="Through this integrating site.")] = None,
    sender: Annotated[str | None, typer.Option(help="About messages of this enterprise number.")] = None,
    kind: Annotated[str | None, typer.Option(help="Events of this kind, as access.recorded.")] = None,
    start: Annotated[str | None, typer.Option("--from", help="Not before this time (RFC 3339).")] = None,
    end: Annotated[str | None, typer.Option("--to", help="Before this time (RFC 3339).")] = None,
    url: Annotated[
        str | None, typer.Option(help="Where eBox answers. Default: the one that these settings describe.")
    ] = None,
    token_file: Annotated[
        Path | None, typer.Option(help="A file with an auditor's token. The demo's auditor needs none.")
    ] = None,
    log: Annotated[
        str | None,
        typer.Option(help="Instead, offline: the leaves of a published log, a directory or an address."),
    ] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Print the summary as JSON, for programs.")] = False,
) -> None:
    """Take the access history out, one line for each event, newest first.

    From a running eBox it needs an auditor's token, whose scope and period it is cut to; that it was taken is
    on record before the first line. A connection that breaks is taken up where it broke.

    `ebox audit export --mailbox 5d1f… --format fhir-auditevent --output history.ndjson`

    With --log it needs neither: a copy of the published log says, oldest first, what happened when to whose
    pseudonym. --mailbox, --kind, --from and --to narrow it; --mailbox finds the pseudonym of an id.

    `ebox audit export --log audit-log --mailbox 5d1f…`

    The exit status is 0, 1 where eBox refuses or the log is not whole, 2 for a wrong call, 3 when the source
    does not answer, or not to the end.
    """
    from audit.export.formats import Format
    from audit.export.published import NotWhole
    from audit.verifier.findings import CANNOT_TELL, FINDINGS, Unreachable, WrongUse
    from bootstrap.exporting import BrokeOff, RunningEbox, export_log, export_running

    asked = {
        "mailbox": mailbox,
        "message": message,
        "actor": actor,
        "site": site,
        "sender": sender,
        "kind": kind,
        "from": start,
        "to": end,
    }
    given = {name: str(value) for name, value in asked.items() if value is not None}
    wanted = Format(export_format)
    try:
        with progress_bar() as progress:
            progress.begin("Exporting", 0)
            if log is None:
                ebox = RunningEbox(settings(), url, token_file)
                summary = asyncio.run(export_running(ebox, given, wanted, output, progress.advance))
            else:
                summary = export_log(log, token_file, given, wanted, output, progress.advance)
    except (WrongUse, OSError) as error:
        tell(str(error))
        sys.exit(USAGE)
    except NotWhole as error:
        tell(str(error))
        sys.exit(FINDINGS)
    except (Unreachable, BrokeOff) as error:
        tell(str(error))
        sys.exit(CANNOT_TELL)
    _say(summary, output, as_json=as_json)


def _say(summary: Summary, output: Path | None, *, as_json: bool) -> None:
    """On standard output, unless the rows went there."""
    if as_json:
        said = json.dumps({"output": str(output) if output else None, **summary.as_json()}, indent=2)
    else:
        period = f", {summary.first} to {summary.last}" if summary.rows else ""
        said = f"{summary.rows} events{period}; SHA-256 {summary.sha256}"
    typer.echo(said, err=output is None)
