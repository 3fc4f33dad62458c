"""The databases: what each must hold, allow and keep."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import ModuleType
from typing import Final

from sqlalchemy import MetaData, Table, make_url

import audit.sequencer
import eventstore
import identity
import notifier
from audit.sequencer import tables as audit_tables
from audit.sequencer.tables import SCHEMA as AUDIT_SCHEMA
from bootstrap.doctor.findings import Finding, Verdict, fine, warning
from bootstrap.doctor.patient import Patient, require_file, sqlite_file
from bootstrap.requirements import Requirements
from eventstore import partytables
from eventstore.postgres.library import READERS
from eventstore.postgres.statements import TABLE as EVENTS
from identity import tables as identity_tables
from notifier import tables as outbox_tables
from projections.columns import METADATA as READ_MODEL_TABLES
from projections.database import SCHEMA

_CHANGE: Final = ("SELECT", "INSERT", "UPDATE", "DELETE")
_APPEND: Final = ("SELECT", "INSERT")


@dataclass(frozen=True, slots=True)
class Database:
    """What the roles need of one database.

    `tables`: the privileges on each. `versions`: the scripts behind each table that holds a version.
    `connections`: the most that one process opens. `is_durable`: what is committed there cannot be made anew.
    `check` raises where tables are missing or another release's.
    """

    part: str
    setting: str
    url: str
    tables: Mapping[str, Sequence[str]]
    versions: Mapping[str, Path]
    connections: int
    is_durable: bool
    check: Callable[[], object]


def event_store(system: Patient) -> Database:
    """Its events are appended, never changed."""
    requirement = Requirements(system).event_store
    return Database(
        part=requirement.part,
        setting=requirement.setting,
        url=system.event_store_url,
        tables={EVENTS: _APPEND},
        versions={},
        connections=READERS + 4,  # the writer's, two followers', a leader's
        is_durable=True,
        check=requirement.check,
    )


def key_store(system: Patient) -> Database:
    """Parties, keys, and what the authorization server remembers. Its keys are looked at apart."""
    requirements = Requirements(system)
    return Database(
        part=requirements.key_store.part,
        setting=requirements.key_store.setting,
        url=system.key_store_url,
        tables=_changed(partytables.METADATA) | _changed(identity_tables.metadata),
        versions={"party_version": _scripts(eventstore), "identity_version": _scripts(identity)},
        connections=8,
        is_durable=True,
        check=requirements.check_key_tables,
    )


def read_models(system: Patient) -> Database:
    """They can be built anew at any time."""
    requirement = Requirements(system).read_models
    return Database(
        part=requirement.part,
        setting=requirement.setting,
        url=system.read_model_url,
        tables=_changed(READ_MODEL_TABLES, schema=SCHEMA),
        versions={},
        connections=6,
        is_durable=False,
        check=requirement.check,
    )


def outbox(system: Patient) -> Database:
    """What is to be mailed."""
    requirement = Requirements(system).outbox
    return Database(
        part=requirement.part,
        setting=requirement.setting,
        url=system.outbox_url,
        tables=_changed(outbox_tables.METADATA),
        versions={"outbox_version": _scripts(notifier)},
        connections=8,
        is_durable=True,
        check=requirement.check,
    )


def audit_log(system: Patient) -> Database:
    """The audit log's rows: in a schema of their own, since the database may be the event store's."""
    requirement = Requirements(system).audit_rows
    schema = AUDIT_SCHEMA if sqlite_file(system.audit_url) is None else None
    version = f"{schema}.audit_version" if schema else "audit_version"
    return Database(
        part=requirement.part,
        setting=requirement.setting,
        url=system.audit_url,
        tables=_changed(audit_tables.METADATA, schema=schema),
        versions={version: _scripts(audit.sequencer)},
        connections=8,
        is_durable=True,
        check=requirement.check,
    )


ALL: Final[Mapping[str, Callable[[Patient], Database]]] = {
    "event store": event_store,
    "key store": key_store,
    "read models": read_models,
    "outbox": outbox,
    "audit log": audit_log,
}


def look_at(database: Database) -> Iterator[Finding]:
    """The database by itself, then its tables as the roles use them."""
    require_file(database.url)
    file = sqlite_file(database.url)
    if file is None:
        from bootstrap.doctor import postgresql  # noqa: PLC0415 - it needs this module

        found = list(postgresql.look_at(database))
    else:
        from bootstrap.doctor import sqlite  # noqa: PLC0415 - it needs this module

        found = list(sqlite.look_at(database, file))
    yield from found
    if all(one.verdict is not Verdict.WRONG for one in found):
        database.check()


def are_apart(system: Patient) -> Iterator[Finding]:
    """An erased party's key must not come back with a backup of the event store."""
    events, keys = (_place(url) for url in (system.event_store_url, system.key_store_url))
    if events == keys:
        yield warning(
            "backups",
            "event store and key store are one database",
            "move the key store to one of its own: a backup of the events brings erased keys back otherwise",
        )
    else:
        yield fine("backups", "event store and key store are two databases and can be backed up apart")


def _place(url: str) -> tuple[object, ...]:
    parsed = make_url(url)
    return parsed.get_backend_name(), parsed.host, parsed.port or 5432, parsed.database


def _changed(schema_of: MetaData, schema: str | None = None) -> dict[str, Sequence[str]]:
    def name(table: Table) -> str:
        return f"{schema}.{table.name}" if schema else table.name

    return {name(table): _CHANGE for table in schema_of.sorted_tables}


def _scripts(package: ModuleType) -> Path:
    return Path(str(package.__file__)).with_name("migrations")
