"""A small house around webhooks: event store, keys and deliveries, with partners, sites and people in it."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import datetime, timedelta
from pathlib import Path
from random import Random
from threading import Thread
from types import TracebackType
from typing import Any, Self
from uuid import UUID

import sqlalchemy as sa

from domain.clock import Clock, SystemClock
from domain.declarations import OrganisationDeclaration, SiteDeclaration
from domain.events.mailbox import CreatedBecause
from domain.events.reference import ClientRecord, WebhookRecord
from domain.identifiers import EnterpriseNumber, Identifier, Ssin
from domain.ids import new_id
from domain.mailbox import Mailbox
from domain.partner import Sender as Partner
from domain.site import Site
from eventstore.backend import backend_for
from eventstore.keys import KeyEncryption
from eventstore.keystore import KeyStore
from eventstore.store import EventStore
from notifier.database import OutboxDatabase
from tests.integration.notifier.house import Resident, Urls
from tests.integration.notifier.publications import PENSIONS, a_message
from tests.integration.webhooks.receiver import Receiver
from tests.integration.webhooks.verifying import KEY
from tests.servers.ports import LOOPBACK
from tests.servers.process import wait_until
from webhooks.addresses import Reach
from webhooks.backoff import Backoff
from webhooks.connecting import Resolver
from webhooks.deliveries import Deliveries
from webhooks.filler import Filler
from webhooks.overview import Overview
from webhooks.posting import Poster, PostLimits
from webhooks.sender import Sender, SenderLimits
from webhooks.service import WebhookService
from webhooks.signing import Signer, SigningKey
from webhooks.tables import DELIVERY, milliseconds, moment

SOURCE = "https://mijn.ebox.example"
CITIZEN = Ssin("81050103522")
ENTERPRISE = EnterpriseNumber("0884303369")
QUICK = SenderLimits(poll_seconds=0.02, finish_seconds=5.0)


ONCE = Backoff(attempts=1)
ALL = ["newDocument", "newDocumentReminder", "documentExpirationAlert", "readDocument"]


def hook(receiver: Receiver, name: str = "pensions", events: list[str] | None = None) -> WebhookRecord:
    """A webhook at that receiver."""
    return WebhookRecord(name, receiver.url, events or ALL)


class Names:
    """A name server: whatever name, these addresses; the next answers may be scripted."""

    def __init__(self, *addresses: str) -> None:
        self.usual = addresses or (LOOPBACK,)
        self.asked: list[str] = []
        self.script: list[Sequence[str]] = []

    async def addresses(self, host: str, port: int) -> Sequence[str]:
        """The addresses."""
        self.asked.append(host)
        return self.script.pop(0) if self.script else self.usual


class House:
    """The surroundings of webhooks, real ones."""

    def __init__(self, urls: Urls, clock: Clock | None = None) -> None:
        self.clock = clock or SystemClock()
        self.keys = KeyStore(urls.keys, key_encryption=KeyEncryption(bytes(32)), identifier_key=bytes(32))
        self.keys.create_tables()
        backend = backend_for(urls.events)
        backend.create_tables()
        self.events = EventStore(backend, self.keys.keys)
        self.database = OutboxDatabase(urls.outbox)
        self.deliveries = Deliveries(self.database)
        self.deliveries.create_tables()
        self.overview = Overview(self.database)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.database.close()
        self.events.close()
        self.keys.close()

    def declared(self, *webhooks: WebhookRecord, number: str = PENSIONS) -> OrganisationDeclaration:
        """What is declared of such an organisation."""
        return OrganisationDeclaration(number, {"nl": "Dienst"}, [], [], [], webhooks=list(webhooks))

    def partner(self, *webhooks: WebhookRecord, number: str = PENSIONS) -> UUID:
        """A partner organisation with these webhooks; its stream."""
        sender = Partner.register(self.declared(*webhooks, number=number), self.clock.now())
        self.events.append_now(*sender.new_facts())
        return sender.id

    def site(self, kinds: list[str], *webhooks: WebhookRecord) -> UUID:
        """A site that is told about mailboxes of these kinds; its stream."""
        client = ClientRecord("demo-site", [], [])
        site = Site.register(
            SiteDeclaration({"nl": "Portaal"}, client, webhooks=list(webhooks), document_events=kinds),
            self.clock.now(),
        )
        self.events.append_now(*site.new_facts())
        return site.id

    def resident(self, owner: Identifier = CITIZEN) -> Resident:
        """A mailbox."""
        party = self.keys.parties.find_or_create(owner)
        assert party.mailbox_id is not None
        if self.events.first_event(party.mailbox_id) is None:
            mailbox = Mailbox.create(
                party.mailbox_id, party.party_id, owner, CreatedBecause.PUBLISHED_TO, self.clock.now()
            )
            self.events.append_now(*mailbox.new_facts())
        return Resident(party.mailbox_id, party.party_id)

    def publish(self, *to: Resident, visible_from: datetime | None = None) -> list[UUID]:
        """A message of the pension service for each; their ids."""
        at = self.clock.now()
        messages = [
            a_message(
                one.mailbox_id, one.party_id, at, "Geheim", None, "PENSION_STATEMENT", visible_from or at
            )
            for one in to
        ]
        self.events.append_now(*(fact for message in messages for fact in message.new_facts()))
        return [message.id for message in messages]

    def change(self, stream: UUID, decide: Callable[[Any], None]) -> None:
        """Let something happen to a message or a registration."""
        aggregate = self.events.load(stream)
        decide(aggregate)
        self.events.append_now(*aggregate.new_facts())

    def open(self, message_id: UUID) -> None:
        """Its owner reads the message."""
        self.change(message_id, lambda message: message.open(new_id(), self.clock.now()))

    def withdraw(self, message_id: UUID) -> None:
        """Its sender takes the message back."""
        self.change(message_id, lambda one: one.withdraw(None, one.published.access, self.clock.now()))

    def counts(self) -> tuple[int, int, int]:
        """How many deliveries wait, were made, are dead."""
        states = self.overview.endpoints()
        return (
            sum(one.waiting for one in states),
            sum(one.delivered for one in states),
            sum(one.dead for one in states),
        )

    def tried_again_at(self) -> datetime | None:
        """When the one delivery is tried again; None while it may be tried, and once it is over."""
        with self.database.transaction() as connection:
            (row,) = connection.execute(sa.select(DELIVERY)).all()
        is_later = row.state == "due" and row.due_at > milliseconds(self.clock.now())
        return moment(row.due_at) if is_later else None

    def filler(self) -> Filler:
        """A filler over this house."""
        return Filler(self.events, self.deliveries, self.clock, SOURCE, position_every=1)

    def fill(self) -> None:
        """Take in all that is in the log."""
        end = self.events.max_position()
        filler = self.filler()
        with running(filler):
            self._until_read(end)

    def sender(
        self,
        ca_file: Path,
        *,
        names: Resolver | None = None,
        backoff: Backoff | None = None,
        limits: SenderLimits = QUICK,
        posts: PostLimits | None = None,
        loopback: bool = True,
        key: SigningKey = KEY,
    ) -> Sender:
        """A sender over this house; quick to try again."""
        trust = ssl.create_default_context(cafile=str(ca_file))
        quick = Backoff(first=timedelta(milliseconds=20), longest=timedelta(seconds=1), draws=Random(4))  # noqa: S311 - the same waits in every run
        return Sender(
            deliveries=self.deliveries,
            poster=Poster(Reach(loopback=loopback), names or Names(), trust, posts),
            signer=Signer(lambda: key),
            clock=self.clock,
            backoff=backoff or quick,
            limits=limits,
        )

    @asynccontextmanager
    async def sending(self, sender: Sender) -> AsyncIterator[None]:
        """The sender at work."""
        task = asyncio.create_task(sender.run())
        try:
            yield
        finally:
            sender.stop()
            async with asyncio.timeout(30):
                await task

    def service(self, sender: Sender) -> WebhookService:
        """Both halves."""
        filler = Filler(self.events, self.deliveries, self.clock, SOURCE, sender.wake)
        return WebhookService(filler, sender)

    def _until_read(self, end: int) -> None:
        wait_until(lambda: self.deliveries.state()[0] >= end, 10, lambda: str(self.deliveries.state()[0]))


@contextmanager
def running(*fillers: Filler) -> Iterator[None]:
    """Fillers at work, each in a thread."""
    threads = [Thread(target=filler.run) for filler in fillers]
    for thread in threads:
        thread.start()
    try:
        yield
    finally:
        for filler in fillers:
            filler.stop()
        for thread in threads:
            thread.join(10)
            assert not thread.is_alive()
