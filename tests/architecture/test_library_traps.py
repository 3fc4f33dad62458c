"""Features of the event sourcing library that lose events, stall or do not scale: nothing here may use them.

Each was reproduced before it was forbidden. What we do use of the library has its tests with the event store.
"""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
NOT_SHIPPED = {"bench", "tests"}

FORBIDDEN_MODULES = {
    "eventsourcing.cipher": "one key over the whole event: a replay would stop at the first erased party",
    "eventsourcing.compressor": "the log is to be read with psql",
    "eventsourcing.cryptography": "one key over the whole event",
    "eventsourcing.dcb": "its unconditional append takes no lock: followers miss events",
    "eventsourcing.popo": "a log in memory is no log",
    "eventsourcing.projection": "one event at a time, pulls before it listens, does not work on SQLite",
    "eventsourcing.system": "builds on the same runners",
}
FORBIDDEN_NAMES = {
    "ProjectionRunner": "use eventstore.follower",
    "EventSourcedProjectionRunner": "use eventstore.follower",
    "ListenNotifySubscription": "a lost connection ends it for good, and it pulls before it listens",
    "PostgresSubscription": "a lost connection ends it for good, and it pulls before it listens",
    "PostgresProcessRecorder": "appends without our lock",
    "PostgresTrackingRecorder": "read models keep their own positions",
    "SQLiteProcessRecorder": "appends another way",
    "SQLiteTrackingRecorder": "read models keep their own positions",
    "subscribe": "use eventstore.follower",
    "take_snapshot": "streams are short; a snapshot re-reads the whole aggregate inside the request",
    "is_snapshotting_enabled": "streams are short",
    "snapshotting_intervals": "streams are short",
    "enable_db_functions": "takes no lock: followers miss events",
    "tracking_recorder": "its wait() sleeps up to 800 ms between looks",
    "process_recorder": "its wait() sleeps up to 800 ms between looks",
    "max_tracking_id": "its wait() sleeps up to 800 ms between looks",
    "notification_log": "use eventstore.follower",
}
"""As an attribute, an import or a base class. (A parameter may be called so.)"""
MAY_IMPORT_THE_LIBRARY = {"domain", "eventstore"}


def _sources() -> list[Path]:
    packages = [path.parent for path in ROOT.glob("*/__init__.py") if path.parent.name not in NOT_SHIPPED]
    return sorted([*ROOT.glob("*.py"), *(path for package in packages for path in package.rglob("*.py"))])


def _imported(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module:
            yield node.module
            yield from (f"{node.module}.{alias.name}" for alias in node.names)


def _used(tree: ast.AST) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Attribute):
            yield node.attr
        elif isinstance(node, ast.ImportFrom):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ClassDef):
            yield from (
                target.id
                for statement in node.body
                if isinstance(statement, ast.Assign | ast.AnnAssign)
                for target in ast.walk(statement)
                if isinstance(target, ast.Name)
            )


def traps_in(source: str) -> set[str]:
    """The forbidden modules and names that this source uses."""
    tree = ast.parse(source)
    imported = [f"{name}." for name in _imported(tree)]
    modules = {name for name in FORBIDDEN_MODULES if any(used.startswith(f"{name}.") for used in imported)}
    names = FORBIDDEN_NAMES.keys() & set(_used(tree))
    return modules | names


@pytest.mark.parametrize("path", _sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_nothing_uses_what_is_known_to_fail(path: Path) -> None:
    found = traps_in(path.read_text())
    assert not found, {name: FORBIDDEN_MODULES.get(name) or FORBIDDEN_NAMES[name] for name in found}


@pytest.mark.parametrize(
    ("source", "trap"),
    [
        ("import eventsourcing.dcb.api", "eventsourcing.dcb"),
        ("from eventsourcing import projection", "eventsourcing.projection"),
        ("from eventsourcing.persistence import ListenNotifySubscription", "ListenNotifySubscription"),
        ("recorder.subscribe(gt=0)", "subscribe"),
        ("class Log(Application):\n    is_snapshotting_enabled = True", "is_snapshotting_enabled"),
        ("application.notification_log.select(1, 10)", "notification_log"),
    ],
)
def test_a_trap_would_be_found(source: str, trap: str) -> None:
    assert traps_in(source) == {trap}


@pytest.mark.parametrize("path", _sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_only_the_domain_and_the_event_store_know_the_library(path: Path) -> None:
    imported = {name.split(".")[0] for name in _imported(ast.parse(path.read_text()))}
    package = path.relative_to(ROOT).parts[0]
    assert package in MAY_IMPORT_THE_LIBRARY or "eventsourcing" not in imported


@pytest.mark.parametrize("path", _sources(), ids=lambda path: str(path.relative_to(ROOT)))
def test_only_the_recorders_know_the_table_of_events(path: Path) -> None:
    knows = "stored_events" in {
        node.value for node in ast.walk(ast.parse(path.read_text())) if isinstance(node, ast.Constant)
    }
    assert not knows or path.relative_to(ROOT) == Path("eventstore/postgres/statements.py")
