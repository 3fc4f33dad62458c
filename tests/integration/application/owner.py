"""A citizen with a mailbox and a profile, on a clock that stands still, over real stores."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4

import sqlalchemy as sa

from application.authority import Authority
from application.bounces import Bounces
from application.mailboxes import Mailboxes
from application.parties import Parties, mailbox_of
from application.profile import Profiles, ProfileView
from application.scope_log import ScopeLog
from application.verification import AddressCodes
from domain.actors import Actor, ActorKind, AssuranceLevel, DigitalKey
from domain.clock import FixedClock
from domain.events.mailbox import EmailEntered
from domain.events.notification import NotificationKind, NotificationQueued
from domain.identifiers import Ssin
from domain.ids import verification_id
from domain.roles import HeldRole
from eventstore.keystore import KeyStore
from eventstore.partytables import PARTY
from eventstore.store import EventStore
from tests.logbook import an_event_store, key_store_at
from threads import BoundedThreads

AT = datetime(2026, 5, 6, 7, 8, 9, 101112, tzinfo=UTC)
NUMBER = "81050103522"
ADDRESS = "an@example.test"


async def no_roles(person: UUID, mailbox_id: UUID) -> tuple[HeldRole, ...]:
    """Nobody is anything in an enterprise."""
    return ()


class Owner:
    """One citizen, and what eBox does for them."""

    def __init__(self, key_store: KeyStore, events: EventStore, threads: BoundedThreads) -> None:
        self.key_store = key_store
        self.events = events
        self.clock = FixedClock(AT)
        self.parties = Parties(key_store.parties, key_store.keys, threads)
        self.mailboxes = Mailboxes(events=events, parties=self.parties, clock=self.clock)
        self.codes = AddressCodes(
            events=events,
            parties=self.parties,
            verifications=key_store.verifications,
            threads=threads,
            clock=self.clock,
        )
        authority = Authority(self.parties, no_roles, ScopeLog(events).find)
        self.profiles = Profiles(events=events, authority=authority, codes=self.codes, clock=self.clock)
        self.bounces = Bounces(events=events, clock=self.clock)

    async def begin(self) -> None:
        """The party is on record; the mailbox is not in use yet."""
        party = await self.parties.find_or_create(Ssin(NUMBER))
        self.party_id, self.mailbox_id = party.party_id, mailbox_of(party)
        self.actor = Actor(
            kind=ActorKind.CITIZEN,
            party_id=party.party_id,
            identity=NUMBER,
            registration_id=None,
            registration_version=0,
            token_sha256="0" * 64,
            request_id=uuid4(),
            site="demo-site",
            digital_key=DigitalKey.EID,
            assurance_level=AssuranceLevel.HIGH,
        )

    async def log_in(self) -> None:
        """For the first time, accepting the terms."""
        await self.mailboxes.activate(Ssin(NUMBER))

    async def profile(self) -> ProfileView:
        """As it is now."""
        return await self.profiles.profile(self.actor)

    def mail(self) -> UUID:
        """The notification that was queued for the code issued last."""
        issued = self.key_store.verifications.latest(self.mailbox_id)
        assert issued is not None
        stream = verification_id(self.mailbox_id, issued.nonce.hex())
        queued = self.events.first_event(stream)
        assert isinstance(queued, NotificationQueued)
        assert (queued.kind, queued.mailbox_id) == (NotificationKind.EMAIL_VERIFICATION, self.mailbox_id)
        return stream

    async def mailed_code(self) -> str:
        """The code as the mail tells it."""
        code = await self.codes.code_for(self.mailbox_id, self.mail())
        assert code is not None
        return code

    async def wrong_code(self) -> str:
        """Six digits that are not the code."""
        return f"{(int(await self.mailed_code()) + 1) % 1_000_000:06}"

    def times_entered(self) -> int:
        """How often an address was entered."""
        return sum(isinstance(event, EmailEntered) for event in self.events.events_of(self.mailbox_id))

    def entered_version(self) -> int:
        """Of the event that entered the address."""
        events = self.events.events_of(self.mailbox_id)
        return max(one.originator_version for one in events if isinstance(one, EmailEntered))

    def erase(self) -> None:
        """Destroy the owner's key."""
        with self.key_store.engine.begin() as connection:
            connection.execute(
                sa.update(PARTY).where(PARTY.c.party_id == self.party_id).values(wrapped_key=None)
            )
        self.key_store.keys.forget(self.party_id)


@asynccontextmanager
async def an_owner(database: str | None, folder: Path) -> AsyncIterator[Owner]:
    """An owner whose stores are in this PostgreSQL database, or in SQLite files in the folder."""
    key_store = key_store_at(database or f"sqlite:///{folder}/keys.sqlite")
    key_store.create_tables()
    threads = BoundedThreads("key store", 8, waiting=64, seconds=10)
    try:
        with an_event_store(database or f"sqlite:///{folder}/events.sqlite", key_store.keys) as events:
            owner = Owner(key_store, events, threads)
            await owner.begin()
            yield owner
    finally:
        threads.close()
        key_store.close()
