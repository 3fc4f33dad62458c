"""An item made ready to be sent: its files' digests declared, and a key by which a repeat meets itself."""

from __future__ import annotations

import hmac
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any, Final

from commands.publishing.folder import Folder
from commands.publishing.items import Item

_PURPOSE: Final = b"ebox publish: idempotency keys"


@dataclass(frozen=True, slots=True)
class Prepared:
    """An item with its key. `message` has the digests of the files that it sends along."""

    number: int
    key: str
    message: dict[str, Any] = field(repr=False)
    files: Mapping[str, str] = field(repr=False)


class Preparer:
    """Makes items ready. Keys come from all that an item says and from its files' content.

    They are sealed with the client's own private key: ids are made from them, and out of a plain hash whoever
    knows the texts could find the number, by trying all numbers.
    """

    def __init__(self, folder: Folder, private_jwk: Mapping[str, Any]) -> None:
        self._folder = folder
        self._secret = hmac.digest(str(private_jwk["d"]).encode(), _PURPOSE, "sha256")

    def prepare(self, item: Item) -> Prepared:
        """Reads the item's files. Raises `OSError`, `ItemInvalid`."""
        digests = {part: self._folder.digest(name) for part, name in item.files.items()}
        message = item.message
        if digests:
            message = {**message, "attachments": [_declared(one, digests) for one in message["attachments"]]}
        return Prepared(
            item.number, item.key or self.key_of([message, dict(item.files)]), message, item.files
        )

    def document_key(self, name: str, keep_until: datetime | None) -> str:
        """For a file that many items share. Raises `OSError`, `ItemInvalid`.

        Another one each year: eBox keeps a document a year longer than a message of that day needs it.
        """
        year = datetime.now(UTC).year
        until = None if keep_until is None else keep_until.isoformat()
        return self.key_of(["document", name, self._folder.digest(name), until, year])

    def key_of(self, content: Any) -> str:
        """The same for the same content and client, 32 hexadecimal digits."""
        text = json.dumps(content, sort_keys=True, separators=(",", ":"))
        return hmac.digest(self._secret, text.encode(), "sha256").hex()[:32]


def _declared(attachment: dict[str, Any], digests: Mapping[str, str]) -> dict[str, Any]:
    digest = digests.get(attachment.get("httpPartName", ""))
    if digest is None or "digest" in attachment:
        return attachment
    return {**attachment, "digest": {"digestMethod": "sha_256", "digestValue": digest}}
