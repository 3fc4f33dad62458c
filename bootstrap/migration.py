"""`ebox migrate`: everything that must exist before a role starts. May be repeated, also by two at once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Final

from sqlalchemy.exc import InterfaceError, OperationalError

from application.demo.scopes import DemoScopes
from application.demo.seeding import make_mailboxes
from application.partners import read_partners_file
from bootstrap.errors import CannotStart
from bootstrap.rebuilding import rebuild_outdated
from bootstrap.requirements import Requirement, Requirements
from bootstrap.system import System
from bootstrap.troubles import lasting_trouble
from domain.causes import cause_of
from domain.errors import Retryable
from identity.tables import create_tables
from schema_changes import SchemaError
from storage.errors import StorageUnavailable

TRY_AGAIN: Final = "see that it runs and that its address is right, and try again"
AWAY: Final = f"it does not answer; {TRY_AGAIN}"
BUCKET_NAMES: Final = (
    "S3 forbids this bucket's name; it has 3 to 63 lower-case letters, digits, hyphens and dots"
)


def migrate(system: System) -> Iterator[str]:
    """Do it step by step, saying after each what was done.

    Raises:
        CannotStart: a part does not answer or refuses; the database is a later release's, or refuses a change
            of its tables.
    """
    requires = Requirements(system)
    with _told(requires.key_store):
        system.key_store.create_tables()
        create_tables(system.identity_engine)
        requires.check_key_store()
    yield "key store and authorization server: tables are there"
    with _told(requires.event_store):
        system.events.create_tables()
        system.events.check()
    yield "event store: tables are there"
    with _told(requires.read_models):
        system.read_database.create_tables()
    yield "read models: tables are there"
    with _told(requires.read_models):
        yield from rebuild_outdated(system)
    with _told(requires.outbox):
        system.outbox.create_tables()
        system.deliveries.create_tables()
    yield "outbox: tables are there"
    _prepare_objects(system)
    yield "object store: ready"
    with _told(requires.audit_rows):
        system.audit_database.create_tables()
    with _told(requires.log_files):
        system.log_files.prepare()
    yield "audit log: tables and files are there"
    if system.partners_file is not None:
        file = read_partners_file(system.partners_file)
        with _told(requires.event_store):
            count = system.partners.apply(file)
        yield f"reference data: {count} events appended from {system.partners_file.name}"


async def seed_demo(system: System) -> None:
    """The demo people's mailboxes and the auditors' scope, as far as they are not there."""
    await make_mailboxes(system.mailboxes)
    await DemoScopes(
        events=system.events, log=system.scope_log, parties=system.parties, clock=system.clock
    ).make()


@contextmanager
def _told(part: Requirement) -> Iterator[None]:
    try:
        yield
    except SchemaError as error:
        raise CannotStart(f"{part.part}: {error}") from error
    except Exception as error:
        trouble = lasting_trouble(error)
        if trouble is None and not isinstance(error, (Retryable, OperationalError, InterfaceError)):
            raise
        raise part.refused(trouble or f"{AWAY} ({cause_of(error)})") from error


def _prepare_objects(system: System) -> None:
    try:
        system.objects.prepare()
    except StorageUnavailable as error:
        raise CannotStart(f"object store (EBOX_OBJECT_STORE_URL): {error}; {TRY_AGAIN}") from error
    except ValueError as error:
        # The client looks at the name before it asks, and its text repeats it.
        raise CannotStart(f"object store (EBOX_OBJECT_STORE_URL): {BUCKET_NAMES}") from error
