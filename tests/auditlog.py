"""An audit log under test: an event store that is written to, and sequencers that come and go."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from time import monotonic, sleep
from typing import Any

from audit import leaf
from audit.leaf import Entry
from audit.logfiles.directory import DirectoryLogFiles
from audit.logfiles.port import LogFiles
from audit.published import PublishedLog
from audit.sequencer.database import AuditDatabase
from audit.sequencer.role import Sequencer
from audit.sequencer.rows import LeafRows
from audit.sequencer.rowwriter import RowWriter
from audit.sequencer.witnessing import Witnessing
from audit.tlog.checkpoints import Checkpoint, open_checkpoint
from audit.tlog.notes import SignerKey
from domain.clock import Clock, SystemClock
from domain.events import Event
from domain.ids import audit_log_id
from eventstore.store import EventStore
from tests.logbook import an_opening

ORIGIN = "ebox.example/audit"
WITHIN = 20.0


class AuditLog:
    """Everything that an audit log is made of. Sequencers are started in threads: `with log.running(): …`."""

    def __init__(self, events: EventStore, events_url: str, url: str, folder: Path) -> None:
        self.events = events
        self.events_url = events_url
        self.url = url
        self.folder = folder
        self.files: LogFiles = directory(folder / "audit-log")
        self.keys = [SignerKey.generate(ORIGIN)]
        self.clock: Clock = SystemClock()
        self.database = AuditDatabase(url)
        self.database.create_tables()
        self.rows = LeafRows(self.database)
        self.new_witnessing: Callable[[], Witnessing] | None = None

    def sequencer(self, files: LogFiles | None = None, writer: RowWriter | None = None) -> Sequencer:
        """One that is not started yet."""
        return Sequencer(
            self.events,
            self.rows,
            writer or RowWriter(self.database),
            files or self.files,
            self.keys,
            self.clock,
            self.new_witnessing,
        )

    @contextmanager
    def running(self, sequencer: Sequencer | None = None) -> Iterator[Sequencer]:
        """A sequencer at work. What it fails with is raised at the end."""
        one = sequencer or self.sequencer()
        failures: list[BaseException] = []
        thread = Thread(target=_keeping(failures, one.run), daemon=True)
        thread.start()
        try:
            yield one
        finally:
            one.stop()
            thread.join(WITHIN)
        if failures:
            raise failures[0]
        assert not thread.is_alive()

    def run_to_its_end(self, sequencer: Sequencer) -> None:
        """Let one work until it ends by itself, with what it fails with."""
        failures: list[BaseException] = []
        thread = Thread(target=_keeping(failures, sequencer.run), daemon=True)
        thread.start()
        thread.join(WITHIN)
        assert not thread.is_alive(), "it goes on"
        if failures:
            raise failures[0]

    def run_until_covered(self) -> Checkpoint:
        """Let a sequencer work until the checkpoint covers every event; what it says then."""
        with self.running():
            return self.covered()

    def covered(self, within: float = WITHIN) -> Checkpoint:
        """The checkpoint, once it covers every event that there is now."""
        began = audit_log_id()  # what a sequencer appends itself, before it goes on
        wait_for(lambda: bool(self.events.events_of(began)), within)
        head = self.events.max_position()
        wait_for(lambda: self.position() >= head, within)
        checkpoint = self.checkpoint()
        assert checkpoint is not None
        return checkpoint

    def covered_with(self, condition: Callable[[], bool]) -> Checkpoint:
        """`covered`, once the condition holds."""
        wait_for(condition)
        return self.covered()

    def checkpoint(self) -> Checkpoint | None:
        """What the published checkpoint says, its signature checked."""
        note = PublishedLog(self.files).checkpoint()
        if note is None:
            return None
        return open_checkpoint(note, [key.verifier for key in self.keys])[0]

    def position(self) -> int:
        """The last event that the published checkpoint covers."""
        checkpoint = self.checkpoint()
        if checkpoint is None or checkpoint.size == 0:
            return 0
        row = self.rows.at([checkpoint.size - 1]).get(checkpoint.size - 1)
        return row.position if row else 0

    def entries(self) -> list[Entry]:
        """Every row's entry."""
        return [leaf.decode(row.entry) for page in self.rows.pages(0, 10**9, 1000) for row in page]

    def append(self, *events: Event) -> int:
        """Append these events, or one."""
        return self.events.append_now(*(events or [an_opening()]))

    def append_many(self, count: int) -> None:
        """Append so many events, each of a stream of its own."""
        for begin in range(0, count, 200):
            self.append(*(an_opening() for _ in range(min(200, count - begin))))


def _keeping(failures: list[BaseException], run: Callable[[], None]) -> Callable[[], None]:
    def kept() -> None:
        try:
            run()
        except BaseException as failure:  # noqa: BLE001 - it is raised by whoever waits
            failures.append(failure)

    return kept


class Killed(BaseException):
    """What stands for `kill -9`: nothing catches it, and nothing is done after it."""


class DyingFiles:
    """Log files with which a sequencer dies before or after it writes a certain one."""

    def __init__(self, files: LogFiles, dies: Callable[[str, str], bool]) -> None:
        self._files = files
        self._dies = dies

    def __getattr__(self, name: str) -> Any:
        return getattr(self._files, name)

    def write(self, path: str, data: bytes) -> None:
        self.write_all({path: data})

    def write_all(self, files: Mapping[str, bytes]) -> None:
        for path, data in files.items():
            if self._dies("before", path):
                raise Killed
            self._files.write(path, data)
            if self._dies("after", path):
                raise Killed


def wait_for(condition: Callable[[], bool], within: float = WITHIN) -> None:
    """Return once it holds; fails after `within` seconds."""
    deadline = monotonic() + within
    while not condition():
        assert monotonic() < deadline, "it did not come true"
        sleep(0.005)


def directory(root: Path) -> DirectoryLogFiles:
    """Log files in a directory, prepared."""
    files = DirectoryLogFiles(root)
    files.prepare()
    return files


def every_file(files: LogFiles, besides: Sequence[str] = ()) -> dict[str, bytes | None]:
    """All that is published."""
    return {path: files.read(path) for path in files.list() if path not in besides}
