"""`ebox erase`: somebody's personal data become unreadable, and the history stays true."""
# ruff: noqa: PLC0415 - commands import what they need when they run

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Annotated
from uuid import UUID

import typer

from commands.console import settings
from commands.progress import progress_bar

app = typer.Typer(no_args_is_help=True)

Erasure = Annotated[UUID, typer.Argument(metavar="ID", help="The erasure's id, as `request` told it.")]
Mailbox = Annotated[UUID, typer.Argument(help="The mailbox's id.")]
OfficerKey = Annotated[
    Path, typer.Option("--officer-key", help="A file with the officer's private key (`new-key` makes one).")
]
Reason = Annotated[str, typer.Option(help="Why, in words without personal data: it stays on record.")]


@app.callback()
def group() -> None:
    """Erase a mailbox's owner: two officers approve, then it is carried out. Legal holds.

    1. `ebox erase request --legal-basis "GDPR article 17(1)(b)"` asks for the number and tells the id.

    2. `ebox erase approve ID --officer-key FILE`, by two different officers of the partners file.

    3. `ebox erase run ID` destroys the keys and removes documents. It may be broken off and run again.

    What happened stays on record and can be proved; who it happened to cannot be read any more, in the event
    store and in every copy of it. `docs/howto/erase-a-person.md` tells the whole story.
    """


@app.command("new-key")
def new_key(
    officer: Annotated[str, typer.Argument(help="The officer's id, such as `privacy-1`.")],
    file: Annotated[Path, typer.Option(help="Where the private key goes. It must not exist yet.")],
) -> None:
    """Make an officer's key. The entry for `officers:` in the partners file is printed.

    The officer alone keeps the file: whoever has it can approve in their name.
    """
    from bootstrap.erasing import new_key as make

    make(officer, file)


@app.command()
def request(
    legal_basis: Annotated[str, typer.Option(help="On what ground, in words without personal data.")],
    mailbox: Annotated[
        UUID | None,
        typer.Argument(help="The mailbox's id. Left out, you are asked for the owner's number, unseen."),
    ] = None,
    officer_key: Annotated[
        Path | None,
        typer.Option("--officer-key", help="Yours, if you are an officer; others then approve."),
    ] = None,
) -> None:
    """Ask for an erasure. Nothing is erased yet; the erasure's id is told.

    Without a terminal the number is read from standard input. Refused while a legal hold is on the mailbox.
    """
    from bootstrap.erasing import request as ask

    asyncio.run(ask(settings(), mailbox, legal_basis, officer_key))


@app.command()
def approve(erasure: Erasure, officer_key: OfficerKey) -> None:
    """Approve an erasure as an officer. It takes two different ones, and neither who asked for it.

    `ebox erase status ID` shows what you sign: the mailbox, the legal basis, the moment of the request.
    """
    from bootstrap.erasing import approve as agree

    asyncio.run(agree(settings(), erasure, officer_key))


@app.command()
def refuse(erasure: Erasure, reason: Reason, officer_key: OfficerKey) -> None:
    """Refuse an erasure as an officer, until it is on record. It then takes a new request."""
    from bootstrap.erasing import refuse as decline

    asyncio.run(decline(settings(), erasure, reason, officer_key))


@app.command()
def run(
    erasure: Erasure, yes: Annotated[bool, typer.Option("--yes", help="Do not ask whether to go on.")] = False
) -> None:
    """Carry out an approved erasure. It cannot be undone. May be broken off, and run again.

    It takes a little over a minute until every process has heard of it; meanwhile nothing can be published to
    the owner. `ebox project` must be running. The last line says until when backups can still undo it: they
    are yours to let expire (EBOX_BACKUP_DAYS).
    """
    from bootstrap.erasing import run as carry_out

    asyncio.run(carry_out(settings(), erasure, is_agreed=yes, showing=progress_bar))


@app.command()
def status(erasure: Erasure) -> None:
    """Print how far an erasure is, who approved it, and what is to be done next."""
    from bootstrap.erasing import status as print_status

    asyncio.run(print_status(settings(), erasure))


@app.command("list")
def list_all(
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON, for programs.")] = False,
) -> None:
    """Print the erasures, the newest first, and the mailboxes under a legal hold."""
    from bootstrap.erasing import list_all as print_all

    asyncio.run(print_all(settings(), as_json=as_json))


@app.command()
def hold(mailbox: Mailbox, reason: Reason) -> None:
    """Put a mailbox under a legal hold: nothing of it is erased, and none of its documents purged.

    Also an erasure that has been approved is not carried out then.
    """
    from bootstrap.erasing import hold as put_on_hold

    asyncio.run(put_on_hold(settings(), mailbox, reason))


@app.command()
def release(mailbox: Mailbox) -> None:
    """End the legal hold on a mailbox."""
    from bootstrap.erasing import release as end_hold

    asyncio.run(end_hold(settings(), mailbox))
