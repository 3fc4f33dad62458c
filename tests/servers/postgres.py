"""A PostgreSQL cluster of our own in a temporary directory: real, private, and gone afterwards.

The server refuses to run as root: it then runs as the user `postgres` of Debian's package. Clients are an
ordinary role that owns its databases, not a superuser: what needs more rights than a deployment gives fails
here too.
"""

from __future__ import annotations

import secrets
import shutil
import signal
import tempfile
from pathlib import Path
from types import TracebackType
from typing import Literal, Self
from urllib.parse import urlsplit

import psycopg
from psycopg import sql

from tests.servers.daemon import Daemon
from tests.servers.ports import LOOPBACK, free_port
from tests.servers.process import ServerError, find_program, give_to, run_tool

_PACKAGE = "postgresql"
_SYSTEM_USER = "postgres"
_START_SECONDS = 60.0
_ROLE = "ebox"
_STOP_SIGNALS = {"smart": signal.SIGTERM, "fast": signal.SIGINT, "immediate": signal.SIGQUIT}

StopMode = Literal["smart", "fast", "immediate"]


class Postgres:
    """One PostgreSQL cluster on a free loopback port, with SCRAM passwords and any number of databases.

    With `durable` a commit is on disk when it is acknowledged (`fsync`), as in production. Without, commits
    are faster, and a crash of the machine (but not one of the server) would lose them: right for most tests.
    `folder` is where its own directory is made, for a disk of its own.
    """

    def __init__(self, *, durable: bool = False, folder: Path | None = None) -> None:
        self.durable = durable
        self._folder = folder
        self.port = free_port()
        self._password = secrets.token_hex(16)
        self._admin_password = secrets.token_hex(16)
        self._databases = 0
        self._directory: Path | None = None
        self._daemon: Daemon | None = None

    @property
    def socket_directory(self) -> Path:
        """The folder of the Unix socket, for clients that take a folder for a host."""
        if self._directory is None:
            raise ServerError("PostgreSQL is not started")
        return self._directory

    @property
    def admin_url(self) -> str:
        """The superuser's URL, for what a test does as the database's operator."""
        return f"postgresql://postgres:{self._admin_password}@{LOOPBACK}:{self.port}/postgres"

    @property
    def pid(self) -> int:
        """The process id of the server's main process (its resident size, its open files)."""
        if self._daemon is None:
            raise ServerError("PostgreSQL is not started")
        return self._daemon.pid

    def start(self) -> Self:
        """Make the cluster at the first start and serve it; returns itself.

        Raises:
            ServerError: PostgreSQL is not installed, or did not start in time.
        """
        if self._daemon is not None:
            self._daemon.start(self._is_ready, _START_SECONDS)
            return self
        try:
            self._daemon = self._initialised()
            self._daemon.start(self._is_ready, _START_SECONDS)
            self._create_role()
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        """Stop the server and delete everything it kept. May be called twice."""
        if self._daemon is not None:
            self._daemon.stop(_STOP_SIGNALS["fast"])
            self._daemon = None
        if self._directory is not None:
            shutil.rmtree(self._directory)
            self._directory = None

    def kill(self) -> None:
        """SIGKILL to every process of the server, which stays down until `start()`; its data stays."""
        if self._daemon is not None:
            self._daemon.kill()

    def halt(self, mode: StopMode = "fast") -> None:
        """Stop the server and keep its data: the database is down until `start()`."""
        if self._daemon is not None:
            self._daemon.stop(_STOP_SIGNALS[mode])

    def restart(self, mode: StopMode = "immediate") -> None:
        """Stop and start again on the same port; `immediate` is a crash after which the log is replayed."""
        self.halt(mode)
        self.start()

    def create_database(self, prefix: str = "test") -> str:
        """A fresh, empty database of the ordinary role; returns `postgresql://user:password@127.0.0.1:port/name`."""
        self._databases += 1
        name = f"{prefix}_{self._databases}"
        with psycopg.connect(self.admin_url, autocommit=True) as connection:
            connection.execute(
                sql.SQL("CREATE DATABASE {} OWNER {}").format(sql.Identifier(name), sql.Identifier(_ROLE))
            )
        return f"postgresql://{_ROLE}:{self._password}@{LOOPBACK}:{self.port}/{name}"

    def drop_database(self, url: str) -> None:
        """Delete a database and end the connections to it, so that a long run does not fill the disk."""
        name = urlsplit(url).path.removeprefix("/")
        with psycopg.connect(self.admin_url, autocommit=True) as connection:
            connection.execute(
                sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name))
            )

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _initialised(self) -> Daemon:
        programs = _newest_programs()
        initdb = find_program("initdb", _PACKAGE, *programs)
        self._directory = Path(tempfile.mkdtemp(prefix="ebox-postgres-", dir=self._folder))
        data, password_file = self._directory / "data", self._directory / "password"
        password_file.write_text(self._admin_password)
        give_to(self._directory, _SYSTEM_USER)
        give_to(password_file, _SYSTEM_USER)
        command = [initdb, f"--pgdata={data}", "--username=postgres", f"--pwfile={password_file}"]
        command += ["--auth=scram-sha-256", "--encoding=UTF8", "--locale=C.UTF-8", "--no-sync"]
        run_tool(command, within=_START_SECONDS, user=_SYSTEM_USER, cwd=self._directory)
        password_file.unlink()
        with (data / "postgresql.conf").open("a") as configuration:
            configuration.write(self._configuration())
        return Daemon(
            [find_program("postgres", _PACKAGE, *programs), "-D", str(data)],
            self._directory / "postgres.log",
            user=_SYSTEM_USER,
            cwd=self._directory,
        )

    def _configuration(self) -> str:
        durable = "on" if self.durable else "off"
        settings = {
            "listen_addresses": LOOPBACK,
            "port": self.port,
            "unix_socket_directories": self._directory,
            "max_connections": 200,
            "timezone": "UTC",
            "fsync": durable,
            "full_page_writes": durable,
        }
        return "".join(f"{name} = '{value}'\n" for name, value in settings.items())

    def _create_role(self) -> None:
        with psycopg.connect(self.admin_url, autocommit=True) as connection:
            connection.execute(
                sql.SQL("CREATE ROLE {} LOGIN PASSWORD {}").format(
                    sql.Identifier(_ROLE), sql.Literal(self._password)
                )
            )

    def _is_ready(self) -> bool:
        try:
            psycopg.connect(self.admin_url, connect_timeout=2).close()
        except psycopg.OperationalError:
            return False
        return True


def _newest_programs() -> list[Path]:
    """Where Debian keeps the server's programs: outside PATH, one folder a major version, newest first."""
    folders = Path("/usr/lib/postgresql").glob("*/bin")
    versions = [folder for folder in folders if folder.parent.name.isdigit()]
    return sorted(versions, key=lambda folder: int(folder.parent.name), reverse=True)
