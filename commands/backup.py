"""`ebox backup` and `ebox restore`."""
# ruff: noqa: PLC0415 - commands import what they need when they run

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from commands.console import settings, tell
from commands.progress import progress_bar

Folder = Annotated[Path, typer.Argument(help="The folder of the backup.", show_default=False)]
KeysFolder = Annotated[
    Path | None,
    typer.Option("--keys", help="Another folder, for the keys alone: they should not lie together."),
]


def backup(
    folder: Folder,
    keys: KeysFolder = None,
    verify: Annotated[
        bool, typer.Option("--verify", help="Read all that the folder has of the log first, and check it.")
    ] = False,
) -> None:
    """Back up the event store, the key store, the outbox and the documents, while everything serves.

    Into the same folder again it adds what is new: events and documents that it has are not copied again,
    the keys are replaced. Refused is a folder in which a file is damaged or lost, and one into which another
    backup runs. Broken off, the backup before stays valid. Read models are not in it, they are rebuilt from
    the log; nor are EBOX_KEY_ENCRYPTION_KEY and EBOX_IDENTIFIER_KEY: without these two a backup cannot be
    read, so keep them elsewhere.

    `docs/howto/back-up-and-restore.md` tells the rest.
    """
    from bootstrap import safekeeping

    with progress_bar() as progress:
        done = safekeeping.back_up(settings(), folder, keys, progress, verify=verify)
    manifest = done.manifest
    typer.echo(f"events     up to position {manifest.position}, {done.events_added} of them new")
    typer.echo(f"documents  {manifest.document_count}, {manifest.document_bytes} bytes")
    typer.echo(f"backup     {manifest.id} in {folder}" + (f", its keys in {keys}" if keys else ""))
    if manifest.missing:
        tell(f"{manifest.missing} documents that the log names are not in the object store")
        raise typer.Exit(1)


def restore(folder: Folder, keys: KeysFolder = None) -> None:
    """Restore a backup into empty stores: new databases, a new bucket. Stop every role first.

    Run it instead of the first `ebox migrate`, with the keys that were used when the backup was made.
    Nothing serves before it is finished; broken off, run it again. Parties that were erased before the
    backup's last event stay erased, even where the backup of the keys is older. Then start the roles: the
    read models follow the log from its beginning.
    """
    from bootstrap import safekeeping

    with progress_bar() as progress:
        done = safekeeping.restore(settings(), folder, keys, progress)
    typer.echo(f"events     up to position {done.manifest.position}")
    typer.echo(f"documents  {done.manifest.document_count - len(done.damaged)}")
    typer.echo(f"erased     {done.erased} parties, whose keys are destroyed")
    typer.echo(f"backup     {done.manifest.id}, taken {done.manifest.taken_at:%Y-%m-%d %H:%M:%S} UTC")
    if done.keys_are_older:
        tell("The keys were backed up before the events: who became known in between cannot be read.")
    for key in done.damaged:
        tell(f"damaged or missing in the backup: {key}")
    if done.damaged or done.keys_are_older:
        raise typer.Exit(1)
