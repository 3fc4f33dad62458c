"""What can be asked for, on top of the stores."""

from __future__ import annotations

import asyncio
from datetime import timedelta
from functools import cached_property, partial

from application.authority import Authority
from application.batching import Batching
from application.bounces import Bounces
from application.coalescing import RecentLooks
from application.contents import Contents
from application.denials import Denials
from application.enterprises import Enterprises
from application.keeping import Keeping
from application.linking import Linking
from application.mailboxes import Mailboxes
from application.my_mailboxes import MyMailboxes
from application.own_history import OwnHistory
from application.parties import Parties
from application.profile import Profiles
from application.publications import Publications
from application.publishing import Publishing
from application.reading import Reading
from application.reference import Reference
from application.replacing import Replacing
from application.retention import Retention
from application.scope_log import ScopeLog
from application.timekeeping import Timekeeper
from application.verification import AddressCodes
from bootstrap.audit_log import AuditLogParts
from bootstrap.errors import CannotStart
from bootstrap.party_register import AnyRegister, party_register
from projections.positions import ReadPositions
from registers.accept_all import AcceptAll
from storage.inspection import UploadInspector, UploadScanning
from storage.malware import Clamd, ClamdAddress, MalwareScanner
from threads import BoundedThreads

LOOK_UP_THREADS = 8
WAITING_LOOK_UPS = 256
LOOK_UP_SECONDS = 10.0


class UseCases(AuditLogParts):
    """The application services."""

    @cached_property
    def parties(self) -> Parties:
        """The party registry, without blocking."""
        return Parties(self.key_store.parties, self.key_store.keys, self._key_store_threads)

    @cached_property
    def _key_store_threads(self) -> BoundedThreads:
        threads = BoundedThreads(
            "key store", LOOK_UP_THREADS, waiting=WAITING_LOOK_UPS, seconds=LOOK_UP_SECONDS
        )
        self.exits.callback(threads.close)
        return threads

    @cached_property
    def authority(self) -> Authority:
        """Who may do what."""
        return Authority(self.parties, self.enterprises.roles, self.scope_log.find)

    @cached_property
    def scope_log(self) -> ScopeLog:
        """Auditors' scopes, as they are now."""
        return ScopeLog(self.events)

    @cached_property
    def enterprises(self) -> Enterprises:
        """Who is what in which enterprise."""
        return Enterprises(
            registry=self.key_store.parties,
            database=self.read_database,
            reference=self.reference,
            threads=self._key_store_threads,
        )

    @cached_property
    def my_mailboxes(self) -> MyMailboxes:
        """Which mailboxes somebody may look into."""
        return MyMailboxes(
            authority=self.authority,
            enterprises=self.enterprises,
            database=self.read_database,
            positions=self.positions,
            clock=self.clock,
        )

    @cached_property
    def party_register(self) -> AnyRegister:
        """Who recipients are looked up by."""
        register = party_register(self.settings)
        if not isinstance(register, AcceptAll):
            self.exits.push_async_callback(register.aclose)
        return register

    @cached_property
    def reference(self) -> Reference:
        """Reference data, at hand."""
        return Reference(self.read_database)

    @cached_property
    def positions(self) -> ReadPositions:
        """How far the read models are."""
        positions = ReadPositions(self.read_database)
        positions.start()
        self.exits.callback(positions.stop)
        return positions

    @cached_property
    def malware_scanner(self) -> MalwareScanner | None:
        """Who looks for malware in uploads, where somebody does."""
        if self.settings.clamd_url is None:
            return None
        try:
            return MalwareScanner(Clamd(ClamdAddress.from_url(self.settings.clamd_url)))
        except ValueError as error:
            raise CannotStart(f"EBOX_CLAMD_URL: {error}") from error

    @cached_property
    def inspector(self) -> UploadInspector:
        """The processes that look into uploads."""
        scanner = self.malware_scanner
        inspector = UploadInspector(
            workers=self.settings.inspection_workers,
            scanning=UploadScanning(scanner, self.spool_dir) if scanner else None,
        )
        self.exits.push_async_callback(inspector.close)
        return inspector

    @cached_property
    def publishing(self) -> Publishing:
        """What partner organisations do."""
        return Publishing(
            events=self.events,
            parties=self.parties,
            documents=self.documents,
            inspector=self.inspector,
            reference=self.reference,
            register=self.party_register,
            clock=self.clock,
        )

    @cached_property
    def keeping(self) -> Keeping:
        """Partner organisations keep documents for many messages."""
        return Keeping(
            events=self.events,
            parties=self.parties,
            documents=self.documents,
            inspector=self.inspector,
            reference=self.reference,
            clock=self.clock,
        )

    @cached_property
    def batching(self) -> Batching:
        """Partner organisations publish many messages at once."""
        return Batching(
            events=self.events,
            parties=self.parties,
            reference=self.reference,
            register=self.party_register,
            clock=self.clock,
        )

    @cached_property
    def linking(self) -> Linking:
        """Partner organisations send what they published to further recipients."""
        return Linking(
            events=self.events,
            parties=self.parties,
            publications=self.publications,
            reference=self.reference,
            register=self.party_register,
            clock=self.clock,
        )

    @cached_property
    def publications(self) -> Publications:
        """What a sender has published."""
        return Publications(self.events, self.parties)

    @cached_property
    def looks(self) -> RecentLooks:
        """What this process has just recorded."""
        return RecentLooks()

    @cached_property
    def own_history(self) -> OwnHistory:
        """Owners ask who looked."""
        return OwnHistory(
            events=self.events,
            authority=self.authority,
            database=self.read_database,
            positions=self.positions,
            clock=self.clock,
        )

    @cached_property
    def timekeeper(self) -> Timekeeper:
        """Puts on record what the clock decides; a second copy stands by."""
        return Timekeeper(self.events, self.read_database, self.clock, self.events.server_time)

    def retention(self, grace: timedelta) -> Retention:
        """Purges documents `grace` after their message expired."""
        return Retention(
            events=self.events,
            database=self.read_database,
            documents=self.documents,
            publications=self.publications,
            clock=self.clock,
            grace=grace,
            second_clock=partial(asyncio.to_thread, self.events.server_time),
        )

    @cached_property
    def reading(self) -> Reading:
        """What owners do."""
        return Reading(
            events=self.events,
            authority=self.authority,
            contents=Contents(events=self.events, documents=self.documents, looks=self.looks),
            looks=self.looks,
            database=self.read_database,
            positions=self.positions,
            reference=self.reference,
            clock=self.clock,
        )

    @cached_property
    def mailboxes(self) -> Mailboxes:
        """What owners do with the mailbox itself."""
        return Mailboxes(events=self.events, parties=self.parties, clock=self.clock)

    @cached_property
    def replacing(self) -> Replacing:
        """What operators do where numbers change."""
        return Replacing(
            events=self.events,
            parties=self.parties,
            replacements=self.key_store.replacements,
            threads=self._key_store_threads,
            clock=self.clock,
        )

    @cached_property
    def address_codes(self) -> AddressCodes:
        """The codes that prove an e-mail address."""
        return AddressCodes(
            events=self.events,
            parties=self.parties,
            verifications=self.key_store.verifications,
            threads=self._key_store_threads,
            clock=self.clock,
        )

    @cached_property
    def profiles(self) -> Profiles:
        """How owners want to be told."""
        return Profiles(
            events=self.events,
            authority=self.authority,
            codes=self.address_codes,
            clock=self.clock,
        )

    @cached_property
    def bounces(self) -> Bounces:
        """What follows for the profile from mail that comes back."""
        return Bounces(events=self.events, clock=self.clock)

    @cached_property
    def denials(self) -> Denials:
        """The record of who was refused what."""
        return Denials(events=self.events, clock=self.clock)
