"""Two places of the same eBox: the one that is lost, and the empty one that it is restored into."""

from __future__ import annotations

import asyncio
import shutil
from base64 import b64encode
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from application.backup.backing_up import BackedUp
from application.backup.restoring import Restored
from application.progress import Silent
from bootstrap import safekeeping
from domain.clock import SystemClock
from domain.identifiers import Ssin
from domain.mailbox import Mailbox
from eventstore.partytables import PARTY
from settings import Settings
from tests.integration.api.embedded import Embedded
from tests.pdfs import make_pdf
from tests.unit.api.forms import CONTENT_TYPE, form, json_part, part, with_attachment

MESSAGES = "/messageRegistry/v3/ebox/messages"
PORTAL = "http://127.0.0.1:8000"
"""Both places serve under the same address: tokens name it, and stay good."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where one eBox keeps everything."""

    folder: Path
    settings: dict[str, Any]

    @classmethod
    def at(cls, folder: Path, **parts: str) -> Place:
        """A place with the keys that both have."""
        folder.mkdir()
        keys = {
            "key_encryption_key": b64encode(bytes([1] * 32)).decode(),
            "identifier_key": b64encode(bytes([2] * 32)).decode(),
        }
        return cls(folder, {"public_url": PORTAL, **keys, **parts})

    @property
    def all_settings(self) -> Settings:
        """As a command reads them."""
        return Settings.model_validate({"data_dir": self.folder / "data", **self.settings})

    async def back_up(self, folder: Path, keys: Path | None = None, *, verify: bool = False) -> BackedUp:
        """`ebox backup`."""
        settings, silent = self.all_settings, Silent()
        return await asyncio.to_thread(safekeeping.back_up, settings, folder, keys, silent, verify=verify)

    async def restore(self, folder: Path, keys: Path | None = None) -> Restored:
        """`ebox restore`."""
        return await asyncio.to_thread(safekeeping.restore, self.all_settings, folder, keys, Silent())

    def take_over_partners(self, other: Place) -> None:
        """An operator brings the partners file along, here with the demo clients' keys."""
        shutil.copytree(other.folder / "data" / "demo", self.folder / "data" / "demo")


class AtStep:
    """A progress that does something when a step begins."""

    def __init__(self, step: str, then: Callable[[], object]) -> None:
        self._step = step
        self._then = then

    def begin(self, step: str, total: int) -> None:
        """Now, if it is that one."""
        if step == self._step:
            self._then()

    def advance(self, count: int) -> None:
        """Nothing."""


async def publish(ebox: Embedded, number: str, pages: int) -> str:
    """A PDF for somebody; the message's id."""
    message = with_attachment(recipient={"eboxType": "citizen", "ssin": number})
    pdf = part("upfile1", make_pdf(pages), b"Content-Type: application/pdf", file_name="letter.pdf")
    headers = CONTENT_TYPE | ebox.as_("partner")
    answer = await ebox.http.post(MESSAGES, content=form(json_part(message), pdf), headers=headers)
    assert answer.status_code == 201, answer.text
    return str(answer.json()["messageId"])


async def mailbox_of(ebox: Embedded, who: str) -> dict[str, Any]:
    """All that its owner sees: the list, each message, each document to the byte."""
    found: dict[str, Any] = {}
    headers = ebox.as_(who)
    listed = (await ebox.http.get(MESSAGES, headers=headers)).json()
    found["list"] = listed
    for item in listed["items"]:
        path = f"{MESSAGES}/{item['messageId']}"
        found[path] = detail = (await ebox.http.get(path, headers=headers)).json()
        for attachment in detail["attachments"]["items"]:
            content = f"{path}/attachments/{attachment['attachmentId']}/content"
            found[content] = (await ebox.http.get(content, headers=headers)).content
    return found


async def history(ebox: Embedded) -> list[dict[str, Any]]:
    """What an auditor sees."""
    answer = await ebox.http.get("/audit/access-history", params={"limit": 100}, headers=ebox.as_("auditor"))
    assert answer.status_code == 200, answer.text
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def erase(ebox: Embedded, number: str) -> None:
    """Put an erasure on record and destroy the key."""
    system = ebox.system
    party = await system.parties.find(Ssin(number))
    assert party is not None
    assert party.mailbox_id is not None
    mailbox: Mailbox = await system.events.get(party.mailbox_id)
    mailbox.erase_owner("a court's decision", SystemClock().now())
    await system.events.append(*mailbox.new_facts())
    with system.key_store.engine.begin() as connection:
        connection.execute(
            sa.update(PARTY).where(PARTY.c.party_id == party.party_id).values(wrapped_key=None)
        )
    system.key_store.keys.forget(party.party_id)
