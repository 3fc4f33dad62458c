"""`ebox audit keys`: who signs the audit log."""
# ruff: noqa: PLC0415 - commands import what they need when they run

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from commands.console import settings

app = typer.Typer(help="Make and change the keys that sign the audit log.", no_args_is_help=True)

_FILE = typer.Argument(
    help="The file that EBOX_AUDIT_KEY_FILE names. Embedded: the one made at the first start."
)
_RESTART = "Restart `ebox audit-log` now: from then on these keys sign, and are published as `vkeys`."


@app.command()
def new(
    file: Annotated[Path, typer.Argument(help="Where to write it. A file that is there is left alone.")],
    name: Annotated[
        str | None,
        typer.Option(help="The log's name, without spaces. Default: where EBOX_PUBLIC_URL serves it."),
    ] = None,
) -> None:
    """Make a key for a new audit log, in a file that only its user may read; print its verifier key.

    The key's name is the log's, for ever: `host/audit`, where it is served. Whoever verifies needs the line
    that is printed: publish it where it cannot be changed together with the log.

    `ebox audit keys new /etc/ebox/secrets/audit-key`
    """
    from bootstrap import audit_key_changes

    vkey = audit_key_changes.new_key_file(file, name or audit_key_changes.default_name(settings()))
    typer.echo(vkey)


@app.command()
def rotate(file: Annotated[Path | None, _FILE] = None) -> None:
    """Let a new key sign, and the old one beside it; the change becomes an event, and so a leaf.

    Whoever verifies by the old key goes on to do so until it is retired; the leaf, which the old key signs
    too, tells them the new one. Give everybody time, then run `ebox audit keys retire`.
    """
    from bootstrap import audit_key_changes

    path, vkeys = audit_key_changes.rotate(settings(), file)
    _tell(path, vkeys)


@app.command()
def retire(file: Annotated[Path | None, _FILE] = None) -> None:
    """Let the current key sign alone, and remove the others from the file; that too becomes an event."""
    from bootstrap import audit_key_changes

    path, vkeys = audit_key_changes.retire(settings(), file)
    _tell(path, vkeys)


def _tell(path: Path, vkeys: list[str]) -> None:
    for vkey in vkeys:
        typer.echo(vkey)
    typer.echo(f"{path} is changed. {_RESTART}", err=True)
