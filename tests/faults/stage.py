"""Where the campaign takes place: real servers, proxies before each, disks that can be filled, and the roles.

Two API processes share the load as behind a balancer. Whatever a role depends on it reaches through a proxy;
the checker and the campaign itself go past the proxies.
"""

from __future__ import annotations

import asyncio
import shutil
import sys
import tempfile
from collections.abc import Mapping
from contextlib import ExitStack
from pathlib import Path
from types import TracebackType
from typing import Any, Final, Self

import httpx

from bootstrap.development import development_token
from bootstrap.stores import Stores
from settings import Settings
from tests.e2e.installation import Installation
from tests.e2e.real_parts import DATABASES, RealParts
from tests.faults.proxy import Proxies
from tests.faults.roles import Roles
from tests.faults.small_disk import SmallDisk
from tests.servers.ceph import Ceph
from tests.servers.ports import LOOPBACK, free_port
from tests.servers.postfix import Postfix
from tests.servers.postgres import Postgres
from tests.servers.process import ServerError, wait_until

DEPENDENCIES: Final = (*DATABASES, "object_store", "smtp")
"""What has a proxy, by the name in its setting."""

READY_SECONDS = 60.0
HEALTH_SECONDS = 3.0
DATABASE_MEBIBYTES = 2048
SPOOL_MEBIBYTES = 64


class Stage:
    """Everything, from `with` on; all of it is gone afterwards."""

    def __init__(self, ceph: Ceph, postfix: Postfix) -> None:
        self.ceph = ceph
        self.postfix = postfix
        self.proxies = Proxies()
        self._exits = ExitStack()

    def start(self) -> Self:
        """Bring everything up; returns itself."""
        try:
            self._start()
        except BaseException:
            self._exits.close()
            raise
        return self

    def settings(self) -> Settings:
        """The settings of one who goes past the proxies."""
        given: dict[str, Any] = {
            "data_dir": self.installation.data,
            "port": self.installation.port,
            "public_url": self.installation.url,
            **{name.removeprefix("EBOX_").lower(): value for name, value in self.direct.items()},
        }
        return Settings(**given)

    def token(self, role: str, subject: str | None = None) -> str:
        """A fresh access token, from the first API process."""
        return asyncio.run(development_token(self.settings(), role, subject))

    def stores(self) -> Stores:
        """The stores, built anew: no connection is older than the last fault. The caller closes them."""
        return Stores(self.settings())

    def is_ready(self) -> bool:
        """Whether each API process says that it and all it depends on work."""
        try:
            return all(
                httpx.get(f"{url}/health/ready", timeout=HEALTH_SECONDS).status_code == httpx.codes.OK
                for url in self.urls
            )
        except httpx.TransportError:
            return False

    def wait_until_ready(self) -> None:
        """Wait for that. Raises `ServerError`."""
        wait_until(self.is_ready, READY_SECONDS, lambda: f"eBox did not get ready; {self.last_words()}")

    def start_postgres(self) -> None:
        """Start it unless it runs, as systemd does with one that ended; tries for a minute."""

        def is_running() -> bool:
            try:
                return bool(self.postgres.pid)
            except ServerError:
                self.postgres.halt("immediate")  # what is left of it
            try:
                self.postgres.start()
            except ServerError:
                return False
            return True

        wait_until(is_running, READY_SECONDS, lambda: "PostgreSQL did not come back")

    def last_words(self) -> str:
        """The end of each role's log."""
        return "\n".join(self.roles.log_tail(name) for name in self.roles.names)

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._exits.close()

    def _start(self) -> None:
        self.folder = folder = Path(tempfile.mkdtemp(prefix="ebox-faults-"))
        self._exits.callback(shutil.rmtree, folder, ignore_errors=True)
        folder.chmod(0o755)  # PostgreSQL's own user passes through it
        self.database_disk = self._exits.enter_context(
            SmallDisk(folder / "databases.ext4", folder / "databases", DATABASE_MEBIBYTES)
        )
        database_folder = self.database_disk.mount_point
        self.postgres = self._exits.enter_context(Postgres(durable=True, folder=database_folder))
        self.direct = RealParts.settings_of(self.postgres, self.ceph, self.postfix.url)
        self.installation = Installation(folder / "ebox", self.direct)
        spool = self.installation.data / "spool"
        self.spool_disk = self._exits.enter_context(SmallDisk(folder / "spool.ext4", spool, SPOOL_MEBIBYTES))
        self._bring_the_demo_people()
        self._exits.enter_context(self.proxies)
        self._start_roles(self._through_proxies())
        self.wait_until_ready()

    def _bring_the_demo_people(self) -> None:
        try:
            self.installation.start("run")
            self.installation.wait_until_ready()
            self.installation.stop()
        finally:
            self.installation.kill()

    def _through_proxies(self) -> dict[str, str]:
        """The settings with the proxies' ports."""
        ports = dict.fromkeys(DATABASES, self.postgres.port)
        ports |= {"object_store": self.ceph.port, "smtp": self.postfix.port}
        settings = {}
        for name in DEPENDENCIES:
            setting = f"EBOX_{name.upper()}_URL"
            proxy = self.proxies.add(name, ports[name])
            settings[setting] = self.direct[setting].replace(
                f"{LOOPBACK}:{ports[name]}", f"{LOOPBACK}:{proxy}"
            )
        return settings

    def _start_roles(self, proxied: Mapping[str, str]) -> None:
        ports = (self.installation.port, free_port())
        self.urls = [f"http://{LOOPBACK}:{port}" for port in ports]
        common = {
            "PATH": "/usr/bin:/bin",
            "EBOX_DATA_DIR": str(self.installation.data),
            "EBOX_PUBLIC_URL": self.installation.url,
            "EBOX_LOG_LEVEL": "WARNING",
            **proxied,
        }
        commands = {
            f"api-{number}": (["api"], {**common, "EBOX_PORT": str(port)})
            for number, port in enumerate(ports, start=1)
        }
        environment = {**common, "EBOX_PORT": str(ports[0])}
        commands |= {name: ([name], environment) for name in ("project", "notify", "schedule", "audit-log")}
        ebox = str(Path(sys.executable).with_name("ebox"))
        self.roles = Roles.of(ebox, commands, self.folder / "roles")
        self._exits.callback(self.roles.kill_all)
        self.roles.start()
