"""`ebox publish`: what a partner organisation does, from a terminal or a script."""
# ruff: noqa: PLC0415 - commands import what they need when they run

from __future__ import annotations

import asyncio
import sys
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from commands.console import USAGE, settings, tell

if TYPE_CHECKING:
    from bootstrap.partner import Partner
    from commands.publishing.many import Order
    from commands.publishing.one import Letter
    from commands.publishing.tally import Tally

FAILED = 1
"""The exit status where eBox refused something, or was away."""

_WHO = "As whom"
_ONE = "One message"
_MANY = "Many messages"


def publish(
    file: Annotated[
        Path | None, typer.Argument(help="The document, a PDF: one message with it as main content.")
    ] = None,
    to: Annotated[
        str | None,
        typer.Option(
            help="Whose mailbox: a national or bis number (11 digits), or an enterprise number (10).",
            rich_help_panel=_ONE,
        ),
    ] = None,
    subject: Annotated[str | None, typer.Option(help="What it is about.", rich_help_panel=_ONE)] = None,
    language: Annotated[
        str, typer.Option(help="The language of the subject and title.", rich_help_panel=_ONE)
    ] = "nl",
    title: Annotated[
        str | None,
        typer.Option(
            help="A title that may stand in a mail, to those who chose so: nothing personal.",
            rich_help_panel=_ONE,
        ),
    ] = None,
    expires: Annotated[
        str | None,
        typer.Option(
            help="Ends the message earlier than its type would: a day, or a time with its offset.",
            rich_help_panel=_ONE,
        ),
    ] = None,
    key: Annotated[
        str | None,
        typer.Option(
            help="Idempotency-Key: your own name for this publication; repeated, it is published once.",
            rich_help_panel=_ONE,
        ),
    ] = None,
    source: Annotated[
        Path | None,
        typer.Option("--from", help="Items to publish: `….csv` or `….ndjson`.", rich_help_panel=_MANY),
    ] = None,
    files: Annotated[
        Path | None, typer.Option(help="The folder that items name files in.", rich_help_panel=_MANY)
    ] = None,
    results: Annotated[
        Path | None,
        typer.Option(
            help="A line for each item; a run goes on from those of an earlier one. "
            "By default beside the items: `….results.ndjson`.",
            rich_help_panel=_MANY,
        ),
    ] = None,
    concurrency: Annotated[
        int, typer.Option(min=1, max=256, help="Requests under way at once.", rich_help_panel=_MANY)
    ] = 16,
    keep_until: Annotated[
        str | None,
        typer.Option(
            help="How long files that several items share are kept, a day or a time: at least as long as the "
            "messages. By default as long as eBox does.",
            rich_help_panel=_MANY,
        ),
    ] = None,
    message_type: Annotated[
        str | None, typer.Option("--type", help="The message type, where an item does not say.")
    ] = None,
    application: Annotated[
        str | None, typer.Option(help="The sending application, where an item does not say.")
    ] = None,
    url: Annotated[
        str | None, typer.Option(help="Where eBox is; by default EBOX_PUBLIC_URL.", rich_help_panel=_WHO)
    ] = None,
    client_id: Annotated[
        str | None, typer.Option(help="By default EBOX_CLIENT_ID.", rich_help_panel=_WHO)
    ] = None,
    key_file: Annotated[
        Path | None,
        typer.Option(
            help="The client's private key, a JWK; by default EBOX_CLIENT_KEY_FILE.", rich_help_panel=_WHO
        ),
    ] = None,
) -> None:
    """Publish a document, or many, into mailboxes, over the API, as a partner organisation does.

    `ebox publish letter.pdf --to 81050103522 --subject "Uw pensioenoverzicht"`

    `ebox publish --from items.csv --files documents/`

    Where the demo runs it speaks as the demo's partner; elsewhere say as whom, and name `--type` and
    `--application`.

    A CSV file names its columns in its first line, in any order: `to` (the recipient's number), `type`,
    `application`, `subject_nl` `subject_fr` `subject_de` `subject_en` (at least one), `title_…` (may stand in
    mails), `body_…` (a text; the main content where there is no file), `file1` to `file6` (names below
    `--files`; the first is the main content), `expires` and `publish_at` (a day, or a time with its offset),
    `attention` (for whose attention), `data_…` (business data, by key), `idempotency_key`. Cells may be
    empty. A line of NDJSON is `{"messageToPublish": {…}, "files": ["a.pdf"], "idempotencyKey": "…"}`, the
    latter two if there are any.

    All items are looked at before the first is published. Run it again, with the same results file, after
    whatever happened: what was published is skipped, the rest is tried. An item without a key of its own gets
    one from its content, its files and your private key, so that it is published once even where its answer
    got lost; two items that are the same in everything are one message.

    It ends with 1 where an item was refused: the results tell why.
    """
    from bootstrap.partner import partner_of

    if (file is None) == (source is None):
        raise typer.BadParameter("name one FILE, or items with --from")
    one = {"--to": to, "--subject": subject, "--title": title, "--expires": expires, "--key": key}
    many = {"--files": files, "--results": results, "--keep-until": keep_until}
    for option, value in (one if source else many).items():
        if value is not None:
            raise typer.BadParameter(f"{option} does not go with {'--from' if source else 'one FILE'}")
    partner = partner_of(settings(), url, client_id, key_file)
    if source is not None:
        from commands.publishing.many import Order

        order = Order(source, files, results, concurrency, keep_until, message_type, application)
        sys.exit(_publish_many(partner, order))
    if file is None or to is None or subject is None:
        raise typer.BadParameter("one FILE wants --to and --subject")
    from commands.publishing.one import Letter

    letter = Letter(file, to, subject, language, title, expires, message_type, application, key)
    sys.exit(_publish_one(partner, letter))


def _publish_one(partner: Partner, letter: Letter) -> int:
    from ebox_client import EboxError

    from commands.publishing.items import ItemInvalid
    from commands.publishing.one import publish_one, told

    try:
        published = asyncio.run(publish_one(partner, letter))
    except ItemInvalid as error:
        tell(str(error))
        return USAGE
    except OSError as error:
        tell(f"the file cannot be read: {error.strerror}")
        return USAGE
    except EboxError as error:
        tell(str(error))
        return FAILED
    for line in told(published):
        typer.echo(line)
    return 0


def _publish_many(partner: Partner, order: Order) -> int:
    from ebox_client import EboxError

    from commands.progress import progress_bar
    from commands.publishing.many import FileInvalid, publish_many
    from commands.publishing.publication import GaveUp
    from commands.publishing.tally import Tally

    tally = Tally()
    try:
        with progress_bar() as progress:
            asyncio.run(publish_many(partner, order, progress, tally))
    except FileInvalid as error:
        for mistake in error.mistakes:
            tell(mistake)
        return USAGE
    except OSError as error:
        tell(f"a file cannot be read or written: {error.strerror}")
        return FAILED
    except (EboxError, GaveUp) as error:
        _report(tally)
        tell(f"{error}; run it again to go on")
        return FAILED
    _report(tally)
    return FAILED if tally.failed else 0


def _report(tally: Tally) -> None:
    for line in tally.lines():
        typer.echo(line)
