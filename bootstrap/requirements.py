"""What must be there before a role begins: the tables it uses, and keys that open what lies in them.

A database that is away is waited for, since whoever starts everything at once cannot know the order. What
waiting cannot mend ends the process with a line that says what to do.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import sqlalchemy as sa
import structlog
from sqlalchemy import Connection, Engine, MetaData

from bootstrap.errors import CannotStart
from bootstrap.supervision import Role
from bootstrap.system import System
from bootstrap.troubles import lasting_trouble
from domain.causes import cause_of
from domain.errors import Retryable
from eventstore import partytables
from eventstore.errors import EventStoreError
from identity import tables as identity_tables
from identity.database import transaction
from identity.keys import WrongKeyEncryptionKey
from projections.columns import METADATA as READ_MODEL_TABLES

SAMPLE = 100
"""Keys that are tried at the start. While a key is being changed some are under one, some under another."""

PAUSES_SECONDS = (0.2, 0.5, 1.0, 2.0, 5.0)

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Requirement:
    """A part by the name that operators know and the setting that says where it is. `check` blocks."""

    part: str
    setting: str
    check: Callable[[], object]

    def refused(self, trouble: str) -> CannotStart:
        """Why a process cannot start, in a line."""
        return CannotStart(f"{self.part} ({self.setting}): {trouble}")


class Requirements:
    """What each role requires of this system. Nothing is connected to before it is checked."""

    def __init__(self, system: System) -> None:
        self._system = system
        self.key_store = Requirement("key store", "EBOX_KEY_STORE_URL", self.check_key_store)
        self.event_store = Requirement("event store", "EBOX_EVENT_STORE_URL", self._check_event_store)
        self.read_models = Requirement("read models", "EBOX_READ_MODEL_URL", self._check_read_models)
        self.outbox = Requirement("outbox", "EBOX_OUTBOX_URL", self._check_outbox)
        self.audit_rows = Requirement("audit log", "EBOX_AUDIT_URL", self._check_audit_rows)
        self.log_files = Requirement("audit log's files", "EBOX_AUDIT_LOG_DIR", self._check_log_files)
        self.signing_keys = Requirement(
            "authorization server", "EBOX_KEY_STORE_URL", self._check_signing_keys
        )

    @property
    def of_api(self) -> Sequence[Requirement]:
        """What `ebox api` needs. Documents may be missing for a while; `/health/ready` tells."""
        return (self.key_store, self.event_store, self.read_models, self.signing_keys)

    @property
    def of_projector(self) -> Sequence[Requirement]:
        """What `ebox project` needs."""
        return (self.key_store, self.event_store, self.read_models)

    @property
    def of_notifier(self) -> Sequence[Requirement]:
        """What `ebox notify` needs; how senders may be named it reads from the read models."""
        return (self.key_store, self.event_store, self.read_models, self.outbox)

    @property
    def of_scheduler(self) -> Sequence[Requirement]:
        """What `ebox schedule` and `ebox retention run` need."""
        return (self.key_store, self.event_store, self.read_models)

    @property
    def of_audit_log(self) -> Sequence[Requirement]:
        """What `ebox audit-log` needs. It reads nothing personal, and so no key."""
        return (self.event_store, self.audit_rows, self.log_files)

    def check_key_store(self) -> None:
        """Raise unless its tables are there and whole, and our keys open and find the parties of a sample."""
        self.check_key_tables()
        self.check_keys()

    def check_key_tables(self) -> None:
        """Raise unless the key store's tables are there, and no restore is under way."""
        _look_at(self._system.identity_engine, partytables.METADATA, identity_tables.metadata)
        self._system.key_store.restoring.check()

    def check_keys(self) -> None:
        """Raise unless our keys open and find the parties of a sample."""
        store = self._system.key_store
        party = partytables.PARTY.c
        some = sa.select(party.party_id).where(party.wrapped_key.is_not(None)).limit(SAMPLE)
        with transaction(self._system.identity_engine) as connection:
            party_ids = connection.execute(some).scalars().all()
        try:
            store.keys.prefetch(party_ids)
        except EventStoreError as error:
            raise WrongKeyEncryptionKey("the key-encryption key does not open a party's key") from error
        store.hashed_numbers.check()

    def _check_event_store(self) -> None:
        self._system.events.check()

    def _check_outbox(self) -> None:
        self._system.outbox.check()
        self._system.deliveries.check()

    def _check_audit_rows(self) -> None:
        self._system.audit_database.check()

    def _check_log_files(self) -> None:
        self._system.log_files.check()

    def _check_signing_keys(self) -> None:
        self._system.signing_keys.active()

    def _check_read_models(self) -> None:
        def look(connection: Connection) -> None:
            _select_from(connection, READ_MODEL_TABLES)

        self._system.read_database.read(look)


async def wait_until_met(requirements: Iterable[Requirement], stopped: asyncio.Event) -> None:
    """Return once all are met, or `stopped` is set. Raises `CannotStart` where waiting cannot mend it."""
    for one in requirements:
        failures = 0
        while not stopped.is_set():
            try:
                await asyncio.to_thread(one.check)
                break
            except Exception as error:
                trouble = lasting_trouble(error)
                if trouble is not None:
                    raise one.refused(trouble) from error
                if not isinstance(error, Retryable):
                    raise
                pause = PAUSES_SECONDS[min(failures, len(PAUSES_SECONDS) - 1)]
                failures += 1
                _log.warning("start.waiting", part=one.part, cause=cause_of(error), seconds=pause)
                await _pause(pause, stopped)


def once_met(requirements: Iterable[Requirement], begin: Callable[[], Role]) -> Role:
    """A role that is made and begun once its requirements are met."""
    stopped = asyncio.Event()
    begun: list[Role] = []

    async def run() -> None:
        await wait_until_met(requirements, stopped)
        if not stopped.is_set():
            begun.append(begin())
            await begun[0].run()

    def stop() -> None:
        stopped.set()
        for role in begun:
            role.stop()

    return Role(run, stop)


async def _pause(seconds: float, stopped: asyncio.Event) -> None:
    try:
        async with asyncio.timeout(seconds):
            await stopped.wait()
    except TimeoutError:
        return


def _look_at(engine: Engine, *schemas: MetaData) -> None:
    with transaction(engine) as connection:
        for schema in schemas:
            _select_from(connection, schema)


def _select_from(connection: Connection, schema: MetaData) -> None:
    """Fails where a table or column is missing; reads no row."""
    for table in schema.sorted_tables:
        connection.execute(sa.select(table).limit(0))
