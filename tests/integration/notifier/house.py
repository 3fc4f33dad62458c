"""A small house around the notifier: event store, keys and outbox, with people in it who are to be told."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import count
from pathlib import Path
from types import TracebackType
from typing import Any, Self
from uuid import UUID

from application.bounces import Bounces
from domain.clock import Clock, SystemClock
from domain.events import Event
from domain.events.mailbox import CreatedBecause, Frequency, QuietHours
from domain.events.notification import NotificationKind
from domain.identifiers import Ssin
from domain.ids import new_id, notification_id
from domain.mailbox import Mailbox
from eventstore.backend import backend_for
from eventstore.keys import KeyEncryption
from eventstore.keystore import KeyStore
from eventstore.store import EventStore
from notifier.addresses import mail_address, sender_address
from notifier.composer import Composer
from notifier.filler import Filler
from notifier.listener import BounceListener
from notifier.outbox import Outbox
from notifier.outcomes import Outcomes
from notifier.pause import RelayPause
from notifier.relay import Relay
from notifier.rendering import Renderer, message_id_host
from notifier.retry import RetryPolicy
from notifier.sender import Sender, SenderLimits
from notifier.service import Notifier
from notifier.smtp import SmtpLimits, SmtpPool
from notifier.verp import ReturnPath
from tests.integration.notifier.publications import PENSIONS, a_message

PORTAL = "https://mijn.ebox.example/"
STATEMENT = "PENSION_STATEMENT"
DISCREET = "A1_CERTIFICATE"
SENDER_NAME = {"nl": "Federale Pensioendienst", "fr": "Service fédéral des Pensions"}

RETURN_PATH = ReturnPath(mail_address("bounces@ebox.example"), [bytes(32)])

QUICK_RETRY = RetryPolicy(first=timedelta(milliseconds=100), longest=timedelta(milliseconds=400))
QUICK_PAUSE = timedelta(milliseconds=100)

_births = count(1)


@dataclass(frozen=True, slots=True)
class Urls:
    """Where the house's three databases are."""

    events: str
    keys: str
    outbox: str

    @classmethod
    def sqlite(cls, folder: Path) -> Urls:
        """Three files."""
        return cls(*(f"sqlite:///{folder / name}.db" for name in ("events", "keys", "outbox")))


@dataclass(frozen=True, slots=True)
class Resident:
    """A mailbox and its owner's party."""

    mailbox_id: UUID
    party_id: UUID


class Names:
    """One organisation, and one message type of which its name is not to be shown."""

    async def shown_name(self, organisation: str, message_type: str) -> Mapping[str, str] | None:
        """The organisation's name."""
        return SENDER_NAME if (organisation, message_type) == (PENSIONS, STATEMENT) else None


class Codes:
    """The codes that are given out for a notification; none for any other."""

    def __init__(self) -> None:
        self.valid: dict[UUID, str] = {}

    async def code_for(self, _mailbox_id: UUID, notification_id: UUID) -> str | None:
        """The code."""
        return self.valid.get(notification_id)


class House:
    """The notifier's surroundings, real ones."""

    def __init__(self, urls: Urls, clock: Clock | None = None) -> None:
        self.clock = clock or SystemClock()
        self.codes = Codes()
        self.keys = KeyStore(urls.keys, key_encryption=KeyEncryption(bytes(32)), identifier_key=bytes(32))
        self.keys.create_tables()
        backend = backend_for(urls.events)
        backend.create_tables()
        self.events = EventStore(backend, self.keys.keys)
        self.outbox = Outbox(urls.outbox)
        self.outbox.create_tables()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.outbox.close()
        self.events.close()
        self.keys.close()

    def resident(
        self,
        address: str | None,
        *,
        verified: bool = True,
        language: str | None = None,
        show_title: bool = False,
        frequency: Frequency = Frequency.IMMEDIATE,
        quiet_hours: QuietHours | None = None,
        reminders: bool = True,
    ) -> Resident:
        """Somebody new with an activated mailbox."""
        owner = _new_ssin()
        party = self.keys.parties.find_or_create(owner)
        assert party.mailbox_id is not None
        at = self.clock.now()
        mailbox = Mailbox.create(party.mailbox_id, party.party_id, owner, CreatedBecause.ACTIVATED, at)
        mailbox.activate("2026-1", at)
        if address is not None:
            mailbox.enter_email(address, at)
            if verified:
                mailbox.verify_email(at)
        mailbox.prefer(
            language=language or "nl",
            frequency=frequency,
            quiet_hours=quiet_hours,
            reminders=reminders,
            show_title=show_title,
            at=at,
        )
        self.events.append_now(*mailbox.new_facts())
        return Resident(party.mailbox_id, party.party_id)

    def publish(
        self,
        resident: Resident,
        *,
        subject: str = "Uw jaaroverzicht",
        title: Mapping[str, str] | None = None,
        message_type: str = STATEMENT,
        visible_from: datetime | None = None,
    ) -> UUID:
        """Put a message into the resident's mailbox; its id."""
        return self.publish_to(
            [resident], subject=subject, title=title, message_type=message_type, visible_from=visible_from
        )[0]

    def publish_to(
        self,
        residents: list[Resident],
        *,
        subject: str = "Uw jaaroverzicht",
        title: Mapping[str, str] | None = None,
        message_type: str = STATEMENT,
        visible_from: datetime | None = None,
    ) -> list[UUID]:
        """One message for each resident, committed together."""
        at = self.clock.now()
        messages = [
            a_message(one.mailbox_id, one.party_id, at, subject, title, message_type, visible_from or at)
            for one in residents
        ]
        self.events.append_now(*(fact for message in messages for fact in message.new_facts()))
        return [message.id for message in messages]

    def change(self, stream: UUID, decide: Callable[[Any], None]) -> None:
        """Let something happen to a message or a mailbox."""
        aggregate = self.events.load(stream)
        decide(aggregate)
        self.events.append_now(*aggregate.new_facts())

    def entered_version(self, resident: Resident) -> int:
        """Of the event that entered the resident's address."""
        version: int = self.events.load(resident.mailbox_id).entered_version
        return version

    def open(self, message_id: UUID) -> None:
        """Its owner reads the message."""
        self.change(message_id, lambda message: message.open(new_id(), self.clock.now()))

    def told(self, message_id: UUID) -> list[Event]:
        """The notification's events."""
        return self.events.events_of(notification_of(message_id))

    def is_settled(self, *message_ids: UUID) -> bool:
        """Whether everybody's notification was sent or given up, in the log."""
        return all(
            bool(self.told(one)) and self.events.load(notification_of(one)).is_settled for one in message_ids
        )

    def filler(self, on_filled: Callable[[], None] = lambda: None) -> Filler:
        """A filler over this house."""
        return Filler(self.events, self.outbox, self.clock, on_filled)

    def sender(
        self,
        smtp_url: str,
        *,
        retry: RetryPolicy = QUICK_RETRY,
        limits: SenderLimits | None = None,
        answer_seconds: float = 5.0,
        mails_a_connection: int = 100,
        return_path: ReturnPath = RETURN_PATH,
    ) -> Sender:
        """A sender over this house; quick to try again."""
        limits = limits or SenderLimits(connections=4, poll_seconds=0.05)
        smtp = SmtpLimits(answer_seconds, mails_a_connection, limits.connections)
        sender = sender_address("eBox <no-reply@ebox.example>")
        return Sender(
            outbox=self.outbox,
            outcomes=Outcomes(self.events, self.clock),
            composer=Composer(
                streams=self.events,
                names=Names(),
                codes=self.codes,
                renderer=Renderer(sender, PORTAL),
                clock=self.clock,
                return_path=return_path.of,
            ),
            pool=SmtpPool(Relay.from_url(smtp_url), message_id_host(PORTAL), smtp),
            bounces=Bounces(events=self.events, clock=self.clock),
            clock=self.clock,
            retry=retry,
            pause=RelayPause(QUICK_PAUSE, 4 * QUICK_PAUSE),
            limits=limits,
        )

    @asynccontextmanager
    async def notifying(
        self, sender: Sender, listener: BounceListener | None = None
    ) -> AsyncIterator[Notifier]:
        """The whole notifier at work."""
        notifier = Notifier(self.filler(sender.wake), sender, listener)
        running = asyncio.create_task(notifier.run())
        try:
            yield notifier
        finally:
            notifier.stop()
            async with asyncio.timeout(30):
                await running


def notification_of(message_id: UUID) -> UUID:
    """The stream of the one notification about a message."""
    return notification_id(message_id, NotificationKind.NEW_DOCUMENT.value)


def message_id_header(message_id: UUID) -> str:
    """The Message-ID of the mail about a message."""
    return f"<{notification_of(message_id)}@mijn.ebox.example>"


def _new_ssin() -> Ssin:
    """Another number: born in 1980, each on a day of their own as long as days and serials last."""
    number = next(_births)
    serial, day = number % 997 + 1, number // 997 % 28 + 1
    base = f"8001{day:02}{serial:03}"
    return Ssin(f"{base}{97 - int(base) % 97:02}")
