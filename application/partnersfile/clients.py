"""Clients, and where they want to be told: entries that partners, sites and auditors share.

A client's public keys stand in the file (`keys`, JWK objects) or in a JWK set beside it (`keysFile`).
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self

from pydantic import AfterValidator, Field, ValidationInfo, model_validator

from application.partnersfile.shapes import ClientId, Entry, RedirectUri, SafeId, WebhookUrl
from domain.events.reference import ClientRecord, WebhookRecord

PRIVATE_MEMBERS: Final = frozenset({"d", "p", "q", "dp", "dq", "qi", "k"})
MOST_WEBHOOKS: Final = 10

DocumentEvent = Literal["newDocument", "newDocumentReminder", "documentExpirationAlert", "readDocument"]


class ClientEntry(Entry):
    """An OAuth client."""

    client_id: ClientId
    keys: list[dict[str, Any]] = Field(default_factory=list)
    keys_file: Path | None = None
    redirect_uris: list[RedirectUri] = Field(default_factory=list)

    @model_validator(mode="after")
    def _with_public_keys(self, info: ValidationInfo) -> Self:
        if self.keys_file is not None:
            object.__setattr__(self, "keys", [*self.keys, *_keys_in(folder_of(info) / self.keys_file)])
        if not self.keys:
            raise ValueError("a client needs at least one public key, in `keys` or `keysFile`")
        if any(PRIVATE_MEMBERS & key.keys() for key in self.keys):
            raise ValueError("this is a private key; give only the public one")
        return self

    def record(self) -> ClientRecord:
        """The client as events tell of it."""
        return ClientRecord(self.client_id, self.keys, self.redirect_uris)


class WebhookEntry(Entry):
    """An address that document events are sent to."""

    id: SafeId
    url: WebhookUrl
    events: list[DocumentEvent] = Field(min_length=1)

    def record(self) -> WebhookRecord:
        """The webhook as events tell of it."""
        return WebhookRecord(self.id, self.url, sorted(set(self.events)))


def _keys_in(path: Path) -> list[dict[str, Any]]:
    """The keys of a JWK set (RFC 7517 §5)."""
    try:
        found = json.loads(path.read_text(encoding="utf-8"))
    except ValueError:
        found = None
    keys = found.get("keys") if isinstance(found, dict) else None
    if not isinstance(keys, list) or not all(isinstance(one, dict) for one in keys):
        raise ValueError("the file of `keysFile` is no JWK set (RFC 7517 §5)")
    return keys


def _each_once(entries: list[WebhookEntry]) -> list[WebhookEntry]:
    refuse_twice("webhook", (one.id for one in entries))
    return entries


Webhooks = Annotated[list[WebhookEntry], Field(max_length=MOST_WEBHOOKS), AfterValidator(_each_once)]


def folder_of(info: ValidationInfo) -> Path:
    """Where the file lies that is being read: others beside it are named from there."""
    folder: Path = (info.context or {}).get("folder", Path())
    return folder


def refuse_twice(what: str, ids: Iterable[str]) -> None:
    """Raise `ValueError` where an id stands there twice."""
    seen: set[str] = set()
    for one in ids:
        if one in seen:
            raise ValueError(f"the {what} id {one} stands here twice")
        seen.add(one)
