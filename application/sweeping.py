"""Removes objects that no event names: what a process left behind that was killed between object and event.

Why nothing is lost: an object is put before its event is appended, minutes before at most, since a request
and all of its retries are bounded. The candidates are listed first, each older by the object store's own
clock than the shortest age allowed (an hour); then the log is read to its end. An event that names one of
them was therefore appended before the log is read, or never will be. Read models are never asked: they may be
behind.

All of this holds for the log that belongs to the objects. Another one, say a new and nearly empty event store
behind a full bucket, would condemn every document: so a log that names none is refused, and where most would
go the operator has to say how many.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from io import BytesIO
from itertools import islice
from pathlib import Path
from tempfile import TemporaryDirectory
from uuid import uuid4

from application.logpages import pages_of
from application.namedobjects import NamedObjects
from application.progress import Progress
from domain.errors import NotAllowed
from eventstore.store import EventStore
from storage.keys import is_made_here
from storage.port import ObjectStore

LEAST_AGE = timedelta(hours=1)
BATCH = 1_000
_NOT_NAMED = "NOT EXISTS (SELECT 1 FROM named n WHERE n.key = c.key)"


@dataclass(frozen=True, slots=True)
class LeftOver:
    """An object that nothing refers to; `size` in bytes."""

    key: str
    size: int


@dataclass(frozen=True, slots=True)
class Sweeping:
    """`listed`: objects in the store that are ours and old enough; `foreign`: what eBox did not put there."""

    listed: int
    foreign: int
    left_over: int
    size: int
    removed: int


class Sweeper:
    """The use case of `ebox objects sweep`; blocks. The work file lies in `folder`."""

    def __init__(self, objects: ObjectStore, events: EventStore, folder: Path, progress: Progress) -> None:
        self._objects = objects
        self._events = events
        self._folder = folder
        self._progress = progress

    def sweep(self, older_than: timedelta, *, remove: bool, expect: int | None = None) -> Sweeping:
        """Find them, and remove them if asked to. May be interrupted and run again.

        `expect`: how many the operator knows to be left over. Raises `NotAllowed` for too short an age, where
        the log never named an object though there are some, where another number is left over than expected,
        and where more than half would be removed and none was expected. `Unavailable` and
        `StorageUnavailable` as ever.
        """
        if older_than < LEAST_AGE:
            raise NotAllowed("objects younger than an hour may be about to get their event")
        with self._named() as named:
            foreign = self._list_candidates(named, self._now() - older_than)
            self._read_log(named)
            ((listed,),) = named.connection.execute("SELECT count(*) FROM candidate")
            left_over, size = named.connection.execute(
                f"SELECT count(*), coalesce(sum(size), 0) FROM candidate c WHERE {_NOT_NAMED}"  # noqa: S608 - a constant
            ).fetchone()
            _require_plausible(listed, left_over, expect, remove=remove)
            removed = self._remove(named, left_over) if remove else 0
        return Sweeping(listed, foreign, left_over, size, removed)

    @contextmanager
    def _named(self) -> Iterator[NamedObjects]:
        with TemporaryDirectory(dir=self._folder) as folder:
            named = NamedObjects.new(Path(folder) / "named.sqlite")
            named.connection.execute(
                "CREATE TABLE candidate (key TEXT PRIMARY KEY, size INTEGER NOT NULL) WITHOUT ROWID"
            )
            try:
                yield named
            finally:
                named.close()

    def _now(self) -> datetime:
        """By the object store's clock: the age of an object that was put just now is nil."""
        key = f"clock/{uuid4()}"
        self._objects.put(key, BytesIO(b"\0"), 1)
        try:
            return next(self._objects.list(key)).modified_at
        finally:
            self._objects.delete(key)

    def _list_candidates(self, named: NamedObjects, until: datetime) -> int:
        foreign = 0
        self._progress.begin("listing objects", 0)
        entries = self._objects.list()
        while page := list(islice(entries, BATCH)):
            foreign += sum(not is_made_here(entry.key) for entry in page)
            old = [(one.key, one.size) for one in page if one.modified_at < until and is_made_here(one.key)]
            named.connection.executemany("INSERT OR IGNORE INTO candidate VALUES (?, ?)", old)
            self._progress.advance(len(page))
        return foreign

    def _read_log(self, named: NamedObjects) -> None:
        end = self._events.max_position()
        self._progress.begin("reading the log", end)
        before = 0
        for page in pages_of(self._events.recorder, 0, end):
            named.see(page)
            self._progress.advance(page[-1].position - before)
            before = page[-1].position
        if _any(named, "candidate") and not _any(named, "document"):
            raise NotAllowed(
                "the event store names no object, the object store has some: they do not belong together"
            )

    def _remove(self, named: NamedObjects, total: int) -> int:
        removed = 0
        self._progress.begin("removing objects", total)
        for page in self._left_over(named):
            for one in page:
                self._objects.delete(one.key)
                removed += 1
                self._progress.advance(1)
        return removed

    @staticmethod
    def _left_over(named: NamedObjects) -> Iterator[list[LeftOver]]:
        after = ""
        while True:
            rows = named.connection.execute(
                f"SELECT key, size FROM candidate c WHERE key > ? AND {_NOT_NAMED} ORDER BY key LIMIT ?",  # noqa: S608 - a constant
                (after, BATCH),
            ).fetchall()
            if not rows:
                return
            yield [LeftOver(key, size) for key, size in rows]
            after = rows[-1][0]


def _any(named: NamedObjects, table: str) -> bool:
    return named.connection.execute(f"SELECT 1 FROM {table} LIMIT 1").fetchone() is not None  # noqa: S608 - a constant


def _require_plausible(listed: int, left_over: int, expect: int | None, *, remove: bool) -> None:
    if expect is not None and expect != left_over:
        raise NotAllowed(f"{left_over} objects are left over and {expect} were expected: nothing is removed")
    if remove and expect is None and 2 * left_over > listed:
        raise NotAllowed(
            f"{left_over} of {listed} objects would be removed: see that event store and object store belong"
            f" together, and if so say --expect {left_over}"
        )
