"""`ebox keys`: change the two keys that everything hangs from."""
# ruff: noqa: PLC0415 - commands import what they need when they run

from __future__ import annotations

from typing import Annotated

import typer

from commands.console import settings, tell
from commands.progress import progress_bar

app = typer.Typer(help="Change the key-encryption key and the identifier key.", no_args_is_help=True)
rotate = typer.Typer(help="Bring everything under the current key.", no_args_is_help=True)
app.add_typer(rotate, name="rotate")


@app.command()
def status() -> None:
    """Print how many rows are under which key.

    Keys are named by an id that is derived from them and tells nothing about them.
    """
    from bootstrap import safekeeping

    with safekeeping.changing_keys(settings()) as keys:
        rows = keys.status()
    for row in rows:
        typer.echo(f"{row.what:<13} {row.key_id:<17} {row.role:<9} {row.rows}")


@rotate.command("key-encryption")
def key_encryption() -> None:
    """Wrap every key under EBOX_KEY_ENCRYPTION_KEY. May be broken off, and run again.

    1. Give every role the new key as EBOX_PREVIOUS_KEY_ENCRYPTION_KEY and restart them one by one: from
       then on all of them can open what it wraps.

    2. Swap: the new key is EBOX_KEY_ENCRYPTION_KEY, the old one EBOX_PREVIOUS_KEY_ENCRYPTION_KEY. Restart
       the roles one by one. (Where all of them stop at once, begin here.)

    3. Run this command until it says that 0 are left.

    4. Take EBOX_PREVIOUS_KEY_ENCRYPTION_KEY away and restart the roles. Keep the old key as long as backups
       from before.
    """
    from bootstrap import safekeeping

    with safekeeping.changing_keys(settings()) as keys, progress_bar() as progress:
        left = keys.rotate_key_encryption(progress)
    typer.echo(f"{left} keys are left under another key-encryption key")
    if left:
        tell(
            "A role still runs with the old key, or one is under a key that is not given: `ebox keys status`."
        )
        raise typer.Exit(1)


@rotate.command()
def webhooks() -> None:
    """Publish a new key for signing what webhooks are told. It takes over in an hour.

    Until then receivers can learn it from /.well-known/http-message-signatures-directory; the old key stays
    published there for two days more. Nothing has to be restarted.
    """
    from bootstrap import safekeeping

    with safekeeping.changing_keys(settings()) as keys:
        typer.echo(keys.rotate_webhooks())


@rotate.command()
def promises() -> None:
    """Publish a new key for signing the promises that senders are given. It takes over in an hour.

    Senders find all of them at /audit/promises/vkeys; the old key stays published there for eleven years, as
    long as its promises may be held against us. Nothing has to be restarted.
    """
    from bootstrap import safekeeping

    with safekeeping.changing_keys(settings()) as keys:
        typer.echo(keys.rotate_promises())


@rotate.command()
def identifier(
    finish: Annotated[
        bool,
        typer.Option("--finish", help="Step 4: remove the hashes under other keys than the current one."),
    ] = False,
    forget_erased: Annotated[
        bool, typer.Option("--forget-erased", help="With --finish: erased parties' numbers may be forgotten.")
    ] = False,
) -> None:
    """Hash every number under EBOX_IDENTIFIER_KEY. May be broken off, and run again.

    1. Give every role the new key as EBOX_IDENTIFIER_KEY and the old one as EBOX_PREVIOUS_IDENTIFIER_KEY,
       and restart them, in any order, one by one if you like.

    2. When the last one runs with both: run this command until it says that 0 are left. Numbers keep their
       hash under the old key beside the new one.

    3. Take EBOX_PREVIOUS_IDENTIFIER_KEY away and restart the roles.

    4. When the last one runs without it: run this command with --finish. A role that still knew only the
       old key would from then on make second mailboxes.

    Numbers of erased parties cannot be read, and get no hash under the new key. Until step 4 a publication to
    one of them is refused; afterwards the number is not known again, and gets a new mailbox. Where there are
    any, step 4 wants `--forget-erased`, and says how many are forgotten.
    """
    from bootstrap import safekeeping

    if forget_erased and not finish:
        raise typer.BadParameter("it belongs to --finish", param_hint="--forget-erased")
    with safekeeping.changing_keys(settings()) as keys, progress_bar() as progress:
        if finish:
            forgotten = keys.finish_identifier(progress, forget_erased=forget_erased)
            typer.echo(f"finished; {forgotten} numbers of erased parties will not be known again")
            return
        counts = keys.rotate_identifier(progress)
    typer.echo(f"{counts.left} numbers are left without a hash under the current key")
    if counts.erased:
        typer.echo(f"{counts.erased} numbers belong to erased parties and get none: --finish forgets them")
    if counts.left:
        tell("Two parties may have one number, or a key is not given: see `ebox keys status` and the log.")
        raise typer.Exit(1)
