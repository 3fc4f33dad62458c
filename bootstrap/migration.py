"""`ebox migrate`: everything that must exist before a role starts. May be repeated, also by two at once."""

from __future__ import annotations

from collections.abc import Iterator

from application.demo.seeding import make_mailboxes
from application.partners import apply_partners, read_partners_file
from bootstrap.errors import CannotStart
from bootstrap.system import System
from identity.tables import create_tables
from schema_changes import SchemaError


def migrate(system: System) -> Iterator[str]:
    """Do it step by step, saying after each what was done.

    Raises:
        CannotStart: the database is a later release's, or refuses a change of its tables.
    """
    try:
        yield from _steps(system)
    except SchemaError as error:
        raise CannotStart(str(error)) from error


async def seed_demo(system: System) -> None:
    """The demo people's mailboxes, as far as they are not there."""
    await make_mailboxes(system.mailboxes)


def _steps(system: System) -> Iterator[str]:
    system.key_store.create_tables()
    create_tables(system.identity_engine)
    yield "key store and authorization server: tables are there"
    system.events.create_tables()
    system.events.check()
    yield "event store: tables are there"
    system.read_database.create_tables()
    yield "read models: tables are there"
    system.outbox.create_tables()
    yield "outbox: tables are there"
    system.objects.prepare()
    yield "object store: ready"
    if system.partners_file is not None:
        count = apply_partners(read_partners_file(system.partners_file), system.events, system.clock)
        yield f"reference data: {count} events appended from {system.partners_file.name}"
