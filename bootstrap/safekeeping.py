"""What an operator does to what is kept: back up, restore, sweep, change keys."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from functools import cached_property
from importlib.metadata import version
from pathlib import Path
from typing import Final

from application.backup.backing_up import BackedUp, Backup
from application.backup.documents import FOLDER
from application.backup.errors import BackupError
from application.backup.renumbering import Renumbering
from application.backup.restoring import Restore, Restored
from application.backup.tables import TableSet
from application.progress import Progress
from application.sweeping import Sweeper, Sweeping
from bootstrap.errors import CannotStart
from bootstrap.keychanging import KeyChanging
from bootstrap.logs import configure_logging
from bootstrap.requirements import Requirements
from bootstrap.system import System
from bootstrap.troubles import lasting_trouble
from eventstore import partytables
from eventstore.errors import EventStoreError
from identity import tables as identity_tables
from identity.database import transaction
from notifier import tables as outbox_tables
from notifier.database import OutboxDatabase
from notifier.restoring import look_before_sending
from projections import progress as projected
from schema_changes import SchemaError
from settings import Settings
from storage.errors import StorageUnavailable
from storage.filesystem import FilesystemObjectStore
from webhooks import tables as webhook_tables

KEY_TABLES: Final = [
    *(one for one in partytables.METADATA.sorted_tables if one is not partytables.RESTORE_UNDER_WAY),
    *identity_tables.metadata.sorted_tables,
]
OUTBOX_TABLES: Final = [
    *outbox_tables.METADATA.sorted_tables,
    *webhook_tables.METADATA.sorted_tables,
]
PRIVATE: Final = 0o077
"""The umask under which backups are written: nobody else reads them."""


def back_up(
    settings: Settings, folder: Path, keys_folder: Path | None, progress: Progress, *, verify: bool = False
) -> BackedUp:
    """`ebox backup`. Raises `CannotStart`, and what `Backup.run` does."""
    with _safekeeping(settings) as system:
        Requirements(system).check_key_store()
        return system.backup(folder, progress).run(folder, keys_folder or folder, verify=verify)


def restore(settings: Settings, folder: Path, keys_folder: Path | None, progress: Progress) -> Restored:
    """`ebox restore`. Raises `CannotStart`, and what `Restore.run` does."""
    with _safekeeping(settings) as system:
        system.make_stores()
        return system.restoration(folder, progress).run(folder, keys_folder or folder)


def sweep(
    settings: Settings, older_than: timedelta, *, remove: bool, expect: int | None, progress: Progress
) -> Sweeping:
    """`ebox objects sweep`. Raises `CannotStart`, and what `Sweeper.sweep` does."""
    with _safekeeping(settings) as system:
        Requirements(system).check_key_store()
        sweeper = Sweeper(system.objects, system.events, system.spool_dir, progress)
        return sweeper.sweep(older_than, remove=remove, expect=expect)


@contextmanager
def changing_keys(settings: Settings) -> Iterator[KeyChanging]:
    """For the commands of `ebox keys`."""
    with _safekeeping(settings) as system:
        store = system.key_store
        store.restoring.check()
        yield KeyChanging(
            store.wrapped_keys,
            store.hashed_numbers,
            system.signing_keys,
            system.webhook_keys,
            system.promise_keys,
        )


class Safekeeping(System):
    """The stores, as these commands need them."""

    @cached_property
    def key_tables(self) -> TableSet:
        """Parties, keys and the authorization server's tables."""
        engine = self.identity_engine
        return TableSet(
            part="key store",
            tables=KEY_TABLES,
            version_tables=["party_version", "identity_version"],
            reading=lambda: transaction(engine.execution_options(immediate=False)),
            transaction=lambda: transaction(engine),
        )

    @cached_property
    def outbox_tables(self) -> TableSet:
        """What is to be mailed and what webhooks are to be told, and how far the fillers are."""
        database = OutboxDatabase(self._database_url("outbox_url", "outbox.sqlite"))
        self.exits.callback(database.close)
        return TableSet(
            part="outbox",
            tables=OUTBOX_TABLES,
            version_tables=["outbox_version", webhook_tables.VERSION_TABLE],
            reading=database.reading,
            transaction=database.transaction,
            seeded=frozenset({outbox_tables.FILLER_POSITION.name, webhook_tables.POSITION.name}),
        )

    def backup(self, folder: Path, progress: Progress) -> Backup:
        """The use case, with its objects in that folder."""
        return Backup(
            events=self.events,
            keys=self.key_tables,
            outbox=self.outbox_tables,
            objects=self.objects,
            kept=FilesystemObjectStore(folder / FOLDER),
            clock=self.clock,
            release=version("ebox-mailbox"),
            progress=progress,
        )

    def restoration(self, folder: Path, progress: Progress) -> Restore:
        """The use case, with its objects in that folder."""
        return Restore(
            events=self.events,
            keys=self.key_tables,
            outbox=self.outbox_tables,
            objects=self.objects,
            kept=FilesystemObjectStore(folder / FOLDER),
            mark=self.key_store.restoring,
            unwrap=self.key_store.keys.key_encryption.unwrap,
            renumbering=Renumbering(self.key_store.numbers, self.key_store.keys, self.events.mapper),
            refill=look_before_sending,
            followers_are_empty=self._followers_are_empty,
            clock=self.clock,
            progress=progress,
        )

    def make_stores(self) -> None:
        """Empty tables and the place for objects, where they are missing; no reference data, no demo."""
        self.key_store.create_tables()
        identity_tables.create_tables(self.identity_engine)
        self.events.create_tables()
        self.read_database.create_tables()
        self.outbox.create_tables()
        self.deliveries.create_tables()
        self.objects.prepare()

    def _followers_are_empty(self) -> bool:
        return not any(one.position for one in self.read_database.read(projected.load).values())


@contextmanager
def _safekeeping(settings: Settings) -> Iterator[Safekeeping]:
    """The system for one command; its troubles in a line."""
    configure_logging(settings.log_level)
    before = os.umask(PRIVATE)
    system = Safekeeping(settings)
    try:
        yield system
    except (BackupError, StorageUnavailable, SchemaError) as error:
        raise CannotStart(str(error)) from error
    except OSError as error:
        raise CannotStart(f"the folder cannot be used: {os.strerror(error.errno or 0)}") from error
    except Exception as error:
        trouble = lasting_trouble(error)
        if trouble is None and not isinstance(error, EventStoreError):
            raise
        raise CannotStart(trouble or str(error)) from error
    finally:
        os.umask(before)
        asyncio.run(system.aclose())
