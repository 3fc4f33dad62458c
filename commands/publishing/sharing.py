"""Documents that many items share: each is uploaded once, and referred to from then on."""

from __future__ import annotations

import asyncio
from collections.abc import Collection
from datetime import datetime
from typing import Any
from uuid import UUID

from ebox_client import EboxClient, File, Unavailable

from commands.publishing.folder import Folder
from commands.publishing.preparing import Prepared, Preparer


class SharedDocuments:
    """Uploads a shared file when the first item needs it."""

    def __init__(
        self,
        client: EboxClient,
        folder: Folder,
        preparer: Preparer,
        names: Collection[str],
        keep_until: datetime | None,
    ) -> None:
        self._client = client
        self._folder = folder
        self._preparer = preparer
        self._names = names
        self._keep_until = keep_until
        self._uploads: dict[str, asyncio.Task[UUID]] = {}

    def are_all(self, item: Prepared) -> bool:
        """Whether the item brings no file of its own along."""
        return all(name in self._names for name in item.files.values())

    async def refer(self, item: Prepared) -> tuple[dict[str, Any], dict[str, str]]:
        """The message with the ids of its shared documents, and the files it still brings along, by part.

        Raises what `EboxClient.keep` raises, and `ItemInvalid` for a file.
        """
        ids = {part: await self._id_of(name) for part, name in item.files.items() if name in self._names}
        if not ids:
            return item.message, dict(item.files)
        attachments = [_referring(one, ids) for one in item.message["attachments"]]
        own = {part: name for part, name in item.files.items() if part not in ids}
        return {**item.message, "attachments": attachments}, own

    async def _id_of(self, name: str) -> UUID:
        upload = self._uploads.get(name)
        if upload is None:
            upload = self._uploads[name] = asyncio.create_task(self._upload(name))
        try:
            return await asyncio.shield(upload)
        except Unavailable:  # the next item tries again; what was refused stays refused
            self._uploads.pop(name, None)
            raise

    async def _upload(self, name: str) -> UUID:
        file = File(self._folder.path(name))
        digest, key = self._folder.digest(name), self._preparer.document_key(name, self._keep_until)
        kept = await self._client.keep(file, keep_until=self._keep_until, digest=digest, idempotency_key=key)
        return kept.document_id


def _referring(attachment: dict[str, Any], ids: dict[str, UUID]) -> dict[str, Any]:
    document_id = ids.get(attachment.get("httpPartName", ""))
    if document_id is None:
        return attachment
    rest = {name: value for name, value in attachment.items() if name not in {"httpPartName", "digest"}}
    return {**rest, "documentId": str(document_id)}
