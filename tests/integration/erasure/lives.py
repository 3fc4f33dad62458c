"""What goes on in two citizens' mailboxes before one of them is erased, and every text that tells of it."""

from __future__ import annotations

import asyncio
import json
from dataclasses import dataclass, field
from threading import Thread
from typing import Any
from uuid import UUID

import sqlalchemy as sa

from application.demo.people import Person
from domain.events.message import MessageOpened
from domain.identifiers import Ssin
from notifier.filler import Filler
from notifier.tables import OUTBOX
from tests.integration.api.embedded import AN, LEA
from tests.integration.erasure.stage import PATH, Stage, a_pdf
from tests.waiting import until
from webhooks.endpoints import EndpointKey
from webhooks.rows import Due, row_of
from webhooks.tables import DELIVERY, REGISTRATION

KEY = "once-and-only-once"


@dataclass
class Life:
    """One citizen: what is personal of theirs, and the documents that only they have."""

    person: Person
    address: str
    texts: dict[str, str] = field(default_factory=dict)
    documents: dict[UUID, bytes] = field(default_factory=dict)

    @classmethod
    def of(cls, person: Person) -> Life:
        """With texts that nobody else has; some of them not ASCII."""
        name = person.key
        texts = {
            "number": person.number,
            "subject": f"Geheim onderwerp van {name} · Ångström é",
            "body": f"Vertrouwelijke brief aan {name} œuvre",
            "business value": f"1.234,56 euro voor {name} ü",
            "label": f"Ter attentie van dokter {name} ß",
            "payment reference": f"mededeling van {name} voor de betaling",
            "file name": f"loonfiche-van-{name}.pdf",
            "attachment title": f"Bijlage met titel van {name}",
            "non-sensitive title": f"Toonbare titel van {name}",
        }
        return cls(person, f"{name}.prive@example.test", texts | {"address": f"{name}.prive@example.test"})


class Lives:
    """An is to be erased; Léa is the control."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.ebox = stage.ebox
        self.an, self.lea = Life.of(AN), Life.of(LEA)
        self.shared: dict[UUID, bytes] = {}
        """Documents of both, by the publication."""
        self.repeats: dict[str, dict[str, Any]] = {}
        """What was asked to be published, by person."""
        self.searched = "zoekwoordvanan"

    async def happen(self) -> None:
        """All of it."""
        for seed, life in enumerate((self.an, self.lea), 1):
            await self._address(life)
            life.documents[await self._letter(life, a_pdf(seed))] = a_pdf(seed)
        for seed, (one, other) in enumerate(((self.an, self.lea), (self.lea, self.an)), 10):
            pdf = a_pdf(seed)
            publication = await self.stage.published(one.person.number, pdf)
            recipient = {"eboxType": "citizen", "ssin": other.person.number}
            linked = await self.ebox.http.post(
                f"{PATH}/{publication}/recipients",
                json={"items": [recipient]},
                headers=self.ebox.as_("partner"),
            )
            assert linked.status_code in {200, 201}, linked.text
            self.shared[publication] = pdf
        await self.ebox.caught_up()
        await self._mails()
        for life in (self.an, self.lea):
            await self._read(life)
        await self._reply()
        await self._calls()
        await self.ebox.caught_up()

    async def _address(self, life: Life) -> None:
        mailbox = await self.stage.mailbox_of(life.person.number)
        await self.ebox.system.mailboxes.confirm_address(mailbox, life.address)

    async def _letter(self, life: Life, pdf: bytes) -> UUID:
        texts = life.texts
        message: dict[str, Any] = {
            "recipient": {"eboxType": "citizen", "ssin": life.person.number},
            "subject": {"nl": texts["subject"]},
            "nonSensitiveTitle": {"nl": texts["non-sensitive title"]},
            "bodyContent": {"nl": texts["body"]},
            "messageTypeId": "PENSION_STATEMENT",
            "senderApplicationId": "demo.pensions",
            "attachments": [
                {
                    "httpPartName": "upfile1",
                    "isMainContent": True,
                    "attachmentTitle": {"nl": texts["attachment title"]},
                }
            ],
            "businessDataList": [{"key": "monthlyAmount", "values": [{"nl": texts["business value"]}]}],
            "forTheAttentionOf": {"label": texts["label"]},
            "paymentData": {
                "paymentDataId": "bijdrage",
                "amount": 12.5,
                "vatAmount": 0,
                "currency": "EUR",
                "iban": "BE68539007547034",
                "dueDate": "2099-01-01T00:00:00+01:00",
                "reference": texts["payment reference"],
            },
            "isReplyAuthorized": True,
        }
        files: dict[str, Any] = {
            "messageToPublish": (None, json.dumps(message), "application/json"),
            "upfile1": (texts["file name"], pdf, "application/pdf"),
        }
        headers = self.ebox.as_("partner") | {"Idempotency-Key": f"{KEY}-{life.person.key}"}
        answer = await self.ebox.http.post(PATH, files=files, headers=headers)
        assert answer.status_code == 201, answer.text
        self.repeats[life.person.key] = files
        return UUID(answer.json()["messageId"])

    async def _read(self, life: Life) -> None:
        """The list, a search, the documents, the text and the payment."""
        who = self.ebox.as_(life.person.key)
        for message_id, pdf in (*life.documents.items(), *self.shared.items()):
            assert await self.stage.content(message_id, life.person.key) == pdf
        [own] = life.documents
        for path in ("", f"/{own}", f"/{own}/body", f"/{own}/paymentData"):
            answer = await self.ebox.http.get(f"{PATH}{path}", headers=who)
            assert answer.status_code == 200, answer.text
        wanted = {"q": self.searched, "qlang": "nl"}
        answer = await self.ebox.http.post(f"{PATH}/search", headers=who, json=wanted)
        assert answer.status_code == 200, answer.text

    async def _reply(self) -> None:
        [letter] = self.an.documents
        said = {
            "subject": {"nl": "Antwoord"},
            "isBodyMainContent": True,
            "bodyContent": {"nl": "Ik ga niet akkoord."},
        }
        files = {"messageToPublish": (None, json.dumps(said), "application/json")}
        headers = self.ebox.as_(self.an.person.key)
        answer = await self.ebox.http.post(f"{PATH}/{letter}/replies", files=files, headers=headers)
        assert answer.status_code == 201, answer.text

    async def _mails(self) -> None:
        """Some are sent, and one is due."""
        system = self.ebox.system
        system.mail_catcher.start()
        try:
            notifying = asyncio.create_task(system.notifier.run())
            await until(lambda: system.outbox.counts().get("sent", 0) >= 4, within=20)
            system.notifier.stop()
            await notifying
        finally:
            system.mail_catcher.stop()
        assert any(one.to == self.an.address for one in system.mail_catcher.mails())
        await self.stage.published(self.an.person.number)
        filler = Filler(system.events, system.outbox, system.clock)
        filling = Thread(target=filler.run)
        filling.start()
        await until(lambda: system.outbox.counts().get("due", 0) >= 1, within=20)
        filler.stop()
        filling.join(20)

    async def _calls(self) -> None:
        """A webhook was told that An opened her letter, and is to be told again."""
        system = self.ebox.system
        [letter] = self.an.documents
        opened = next(one for one in system.events.events_of(letter) if isinstance(one, MessageOpened))
        with system.webhook_database.transaction() as connection:
            registration = connection.scalars(sa.select(REGISTRATION.c.registration_id)).first()
            key = EndpointKey(registration or letter, "main")
            due = Due(key, opened.event_id, "readDocument", "{}", system.clock.now())
            connection.execute(sa.insert(DELIVERY).values(row_of(due)))
        self.told = opened.event_id

    def left_to_send(self, mailbox: UUID) -> int:
        """How many mails and calls about the mailbox there are, due or done."""
        with self.ebox.system.webhook_database.reading() as connection:
            mails = connection.scalar(
                sa.select(sa.func.count()).select_from(OUTBOX).where(OUTBOX.c.mailbox_id == mailbox)
            )
            calls = connection.scalar(
                sa.select(sa.func.count()).select_from(DELIVERY).where(DELIVERY.c.event_id == self.told)
            )
        return int(mails or 0) + int(calls or 0)

    async def party_of(self, life: Life) -> UUID:
        """Who they are in the log."""
        party = await self.ebox.system.parties.find(Ssin(life.person.number))
        assert party is not None
        return party.party_id
