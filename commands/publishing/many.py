"""Publishing all items of a file, from the look at it to the last result."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from ebox_client import EboxClient
from ebox_client.private_key_jwt import PrivateKeyJwt

from application.progress import Progress
from bootstrap.partner import DEMO_APPLICATION, Partner
from commands.publishing.folder import Folder
from commands.publishing.items import Defaults, Item, ItemInvalid, read_lines
from commands.publishing.preparing import Preparer
from commands.publishing.publication import BulkPublication
from commands.publishing.results import Results
from commands.publishing.rows import moment, read_rows
from commands.publishing.sharing import SharedDocuments
from commands.publishing.survey import TOLD, survey
from commands.publishing.tally import Tally

_READERS = {".csv": read_rows, ".ndjson": read_lines}


class FileInvalid(Exception):
    """The file of items cannot be published as it is; `mistakes` say why."""

    def __init__(self, *mistakes: str) -> None:
        super().__init__("; ".join(mistakes))
        self.mistakes = mistakes


@dataclass(frozen=True, slots=True)
class Order:
    """What the command line says."""

    items: Path
    files: Path | None
    results: Path | None
    concurrency: int
    keep_until: str | None
    message_type: str | None
    application: str | None

    def read(self, defaults: Defaults) -> Iterator[Item | ItemInvalid]:
        """The items from the first. Raises `FileInvalid` for another kind of file."""
        reader = _READERS.get(self.items.suffix.lower())
        if reader is None:
            raise FileInvalid("--from takes a file whose name ends in .csv or .ndjson")
        return reader(self.items, defaults)


async def publish_many(partner: Partner, order: Order, progress: Progress, tally: Tally) -> None:
    """Publish them; `tally` is counted as it goes. Raises `FileInvalid` before anything is published."""
    application = order.application or (DEMO_APPLICATION if partner.is_demo else None)
    defaults = Defaults(order.message_type, application)
    folder = Folder(order.files)
    keep_until = _time(order.keep_until)
    try:
        found = survey(lambda: order.read(defaults), folder)
    except OSError as error:
        raise FileInvalid(f"the items cannot be read: {error.strerror}") from error
    if found.mistaken:
        more = [f"and {found.mistaken - TOLD:,} more"] if found.mistaken > TOLD else []
        raise FileInvalid(*found.mistakes, *more, "nothing was published")
    tokens = PrivateKeyJwt(partner.url, partner.client_id, partner.private_jwk)
    preparer = Preparer(folder, partner.private_jwk)
    results = order.results or order.items.with_suffix(".results.ndjson")
    with Results(results) as written:
        async with EboxClient(partner.url, tokens, connections=order.concurrency) as client:
            documents = SharedDocuments(client, folder, preparer, found.shared, keep_until)
            publication = BulkPublication(client, folder, preparer, documents, written, progress, tally)
            await publication.run(lambda: order.read(defaults), found.items, order.concurrency)


def _time(text: str | None) -> datetime | None:
    if text is None:
        return None
    try:
        return datetime.fromisoformat(moment(text, "--keep-until"))
    except ItemInvalid as error:
        raise FileInvalid(str(error)) from None
