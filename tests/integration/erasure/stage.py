"""eBox with two citizens, and officers who may approve that one of them is erased."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx

from application.erasing.consents import new_officer_key, public_half
from application.erasing.running import Done
from application.progress import Progress, Silent
from bootstrap.erasing import ErasingParts
from bootstrap.system import System
from domain.identifiers import Ssin
from domain.ids import officer_id
from domain.officer import Officer, OfficerDeclaration
from eventstore.closing import TRUST_SECONDS
from settings import Settings
from tests.integration.api.embedded import AN, LEA, Embedded, embedded_ebox
from tests.noise import noise
from tests.pdfs import make_pdf

PATH = "/messageRegistry/v3/ebox/messages"
OFFICERS = ("privacy-1", "privacy-2", "privacy-3")
LEGAL_BASIS = "GDPR article 17(1)(b)"
SETTLING = TRUST_SECONDS + 0.5
"""Nobody has anything under way for longer here."""


def a_pdf(seed: int) -> bytes:
    """A sound document that nobody else has."""
    return make_pdf() + b"\n%" + noise(256, seed).hex().encode() + b"\n%%EOF\n"


class Stage:
    """eBox, its officers' keys, and a second process that carries erasures out."""

    def __init__(self, ebox: Embedded, settings: Settings) -> None:
        self.ebox = ebox
        self.settings = settings
        self.keys = {one: new_officer_key(one) for one in OFFICERS}

    async def begin(self) -> None:
        """Officers are registered, and both citizens are on record."""
        at = self.ebox.system.clock.now()
        for name in OFFICERS:
            declared = OfficerDeclaration(name, {"en": "Data protection"}, public_half(self.keys[name]))
            if self.ebox.system.events.first_event(officer_id(name)) is None:
                await self.ebox.system.events.append(*Officer.register(declared, at).new_facts())
        self.erased = await self.mailbox_of(AN.number)
        self.control = await self.mailbox_of(LEA.number)

    async def mailbox_of(self, number: str) -> UUID:
        """The mailbox that this number leads to."""
        party = await self.ebox.system.parties.find(Ssin(number))
        assert party is not None
        assert party.mailbox_id is not None
        return party.mailbox_id

    async def publish(
        self, number: str, pdf: bytes | None = None, *, key: str | None = None, **more: Any
    ) -> httpx.Response:
        """A message to this number, with a document if one is given."""
        message: dict[str, Any] = {
            "recipient": {"eboxType": "citizen", "ssin": number},
            "subject": {"nl": "Een bericht"},
            "messageTypeId": "PENSION_STATEMENT",
            "senderApplicationId": "demo.pensions",
            **({"attachments": [{"httpPartName": "upfile1", "isMainContent": True}]} if pdf else {}),
            **({} if pdf else {"isBodyMainContent": True, "bodyContent": {"nl": "Beste"}}),
            **more,
        }
        files: dict[str, Any] = {"messageToPublish": (None, json.dumps(message), "application/json")}
        if pdf is not None:
            files["upfile1"] = (more.pop("file_name", "overzicht.pdf"), pdf, "application/pdf")
        headers = self.ebox.as_("partner") | ({"Idempotency-Key": key} if key else {})
        return await self.ebox.http.post(PATH, files=files, headers=headers)

    async def published(self, number: str, pdf: bytes | None = None, **more: Any) -> UUID:
        """Its id."""
        answer = await self.publish(number, pdf, **more)
        assert answer.status_code == 201, answer.text
        return UUID(answer.json()["messageId"])

    async def content(self, message_id: UUID, who: str) -> bytes:
        """The first document of a message, as its owner reads it."""
        stream = (await self.ebox.system.events.get(message_id)).published
        path = f"{PATH}/{message_id}/attachments/{stream.attachments[0].id}/content"
        answer = await self.ebox.http.get(path, headers=self.ebox.as_(who))
        assert answer.status_code == 200, answer.text
        return answer.content

    @asynccontextmanager
    async def operator(self, settling: float = SETTLING) -> AsyncIterator[ErasingParts]:
        """What `ebox erase` has: stores of its own, as another process would."""
        system = System(self.settings)
        try:
            yield ErasingParts(system, settling)
        finally:
            await system.aclose()

    async def approved(self, mailbox: UUID | None = None) -> UUID:
        """An erasure that two officers approved."""
        async with self.operator() as parts:
            erasure = await parts.erasures.request(mailbox or self.erased, LEGAL_BASIS)
            for one in OFFICERS[:2]:
                await parts.erasures.approve(erasure.id, self.keys[one])
        return erasure.id

    async def run(self, erasure_id: UUID, progress: Progress | None = None) -> Done:
        """Carry it out."""
        async with self.operator() as parts:
            return await parts.running.run(erasure_id, progress or Silent())


@asynccontextmanager
async def a_stage(folder: Path, **settings: Any) -> AsyncIterator[Stage]:
    """In this folder."""
    async with embedded_ebox(folder, **settings) as ebox:
        stage = Stage(ebox, ebox.system.settings)
        await stage.begin()
        yield stage
