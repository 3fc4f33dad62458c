"""eBox as an operator would install it, for as long as a scenario lasts: real processes on real servers.

`ebox migrate`, `ebox api` (one process), `ebox project`, `ebox audit-log` as commands of their own, on
PostgreSQL and an S3 server, configured by environment variables alone. The embedded mode lends its demo
people, who can log in, and nothing else. The log level is WARNING, as the peers write no line for a request
either.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from audit.sequencer.role import ROLE
from audit.tlog.checkpoints import Checkpoint
from audit.tlog.notes import Note, SignerKey
from bench.contenders import row_count
from bench.failure import BenchmarkFailed
from bench.processes import environment_with, running
from eventstore.backend import backend_for
from tests.servers.daemon import Daemon
from tests.servers.ports import free_port
from tests.servers.postgres import Postgres
from tests.servers.process import wait_until

_COMMAND_SECONDS = 120.0


class Installation:
    """One eBox in a folder of its own."""

    def __init__(self, folder: Path, postgres: Postgres, object_store_url: str) -> None:
        self.port = free_port()
        self.event_store_url = postgres.create_database("events")
        self.read_model_url = postgres.create_database("reads")
        self._folder = folder / "ebox"
        self._folder.mkdir()
        self.audit_log_folder = self._folder / "audit-log"
        self._ebox = str(Path(sys.executable).with_name("ebox"))
        self._environment = {
            "EBOX_PORT": str(self.port),
            "EBOX_DATA_DIR": str(self._folder / "data"),
            "EBOX_EVENT_STORE_URL": self.event_store_url,
            "EBOX_READ_MODEL_URL": self.read_model_url,
            "EBOX_KEY_STORE_URL": postgres.create_database("keys"),
            "EBOX_OUTBOX_URL": postgres.create_database("outbox"),
            "EBOX_OBJECT_STORE_URL": object_store_url,
            "EBOX_AUDIT_KEY": SignerKey.generate(f"127.0.0.1:{self.port}/audit").text,
            "EBOX_AUDIT_LOG_DIR": str(self.audit_log_folder),
            "EBOX_LOG_LEVEL": "WARNING",
        }

    def migrate(self) -> None:
        """Make tables, apply the demo's partners file, and let the read models know of it."""
        self._run("migrate")
        self.catch_up()

    @contextmanager
    def api(self, processes: int = 1) -> Iterator[Daemon]:
        """The API, in so many processes on one port."""
        command = [self._ebox, "api", "--processes", str(processes)]
        with running(self._folder, command, self._environment, port=self.port) as daemon:
            yield daemon

    @contextmanager
    def projector(self) -> Iterator[Daemon]:
        """The projector."""
        with running(self._folder, [self._ebox, "project"], self._environment) as daemon:
            yield daemon

    @contextmanager
    def audit_log(self) -> Iterator[Daemon]:
        """The audit log's role."""
        with running(self._folder, [self._ebox, "audit-log"], self._environment) as daemon:
            yield daemon

    def catch_up(self, within: float = 60.0) -> None:
        """Let a projector of its own bring the read models up to the log's end, and stop it."""
        with self.projector():
            self.wait_for_projector(within)

    def empty_read_models(self, postgres: Postgres) -> None:
        """Read models in a new database, in which nothing has happened yet. No process may be running."""
        postgres.drop_database(self.read_model_url)
        self.read_model_url = self._environment["EBOX_READ_MODEL_URL"] = postgres.create_database("reads")
        self._run("migrate")

    def last_position(self) -> int:
        """The log's last position."""
        return row_count(self.event_store_url, "SELECT max(notification_id) FROM stored_events")()

    def wait_for_projector(self, within: float = 60.0) -> None:
        """Wait until the running projector has reached the log's end. Raises `ServerError`."""
        head = self.last_position()
        reached = row_count(
            self.read_model_url,
            "SELECT coalesce(min(position), 0) FROM read_models.progress",
        )
        wait_until(lambda: reached() >= head, within, lambda: "the projector did not catch up")

    def audited_leaves(self) -> int:
        """How many leaves the published checkpoint covers."""
        try:
            note = (self.audit_log_folder / "checkpoint").read_bytes()
        except FileNotFoundError:
            return 0
        return Checkpoint.parse(Note.parse(note).text).size

    def wait_for_audit_log(self, within: float = 120.0) -> None:
        """Wait until the role works, and a published checkpoint covers all events there are now.

        Raises `ServerError`.
        """
        leadership = backend_for(self.event_store_url).leadership(ROLE)
        wait_until(leadership.is_taken, within, lambda: "the audit log's role does not work")
        events = row_count(self.event_store_url, "SELECT count(*) FROM stored_events")()
        wait_until(lambda: self.audited_leaves() >= events, within, lambda: "the audit log did not catch up")

    def token(self, role: str, subject: str | None = None) -> str:
        """An access token through the token endpoint of the running API; it lives five minutes.

        `subject`: which of the demo's people, where it is a citizen's.
        """
        chosen = [] if subject is None else ["--subject", subject]
        return self._run("dev", "token", "--as", role, *chosen).strip()

    def events(self, topic: str) -> Callable[[], int]:
        """Counts the events of this topic in the event store."""
        return row_count(self.event_store_url, f"SELECT count(*) FROM stored_events WHERE topic = '{topic}'")

    def environment(self) -> dict[str, str]:
        """The environment of its processes, for a further one."""
        return {**os.environ, **environment_with(self._environment)}

    def _run(self, *arguments: str) -> str:
        done = subprocess.run(
            [self._ebox, *arguments],
            env=self.environment(),
            cwd=self._folder,
            capture_output=True,
            text=True,
            timeout=_COMMAND_SECONDS,
            check=False,
        )
        if done.returncode != 0:
            raise BenchmarkFailed(f"`ebox {' '.join(arguments)}` failed:\n{done.stderr}")
        return done.stdout
