"""A one-disk Ceph cluster with its S3 gateway (RADOS Gateway), on loopback, in a temporary directory.

One monitor, one OSD and one gateway: a whole S3 server as run in production, which refuses wrong secrets and
knows ranges, conditions and multipart uploads. Its start is short because the cluster map is made beforehand
(`osdmaptool`), so that neither the manager daemon nor the slow `ceph` command is needed.
"""

from __future__ import annotations

import secrets
import shutil
import tempfile
import uuid
from pathlib import Path
from types import TracebackType
from typing import Self

import urllib3
from minio import Minio

from tests.servers.ceph_configuration import ceph_configuration
from tests.servers.daemon import Daemon
from tests.servers.ports import LOOPBACK, accepts_connections, free_port
from tests.servers.process import ServerError, find_program, log_tail, run_tool

_START_SECONDS = 60.0
_STOP_SECONDS = 15.0


class Ceph:
    """One S3 server on a free loopback port, with one user and any number of buckets."""

    def __init__(self) -> None:
        self.port = free_port()
        self.access_key = secrets.token_hex(10)
        self.secret_key = secrets.token_hex(20)
        self._monitor_port = free_port()
        self._directory: Path | None = None
        self._monitor: Daemon | None = None
        self._osd: Daemon | None = None
        self._gateway: Daemon | None = None

    @property
    def endpoint(self) -> str:
        """`host:port`, as the minio client takes it."""
        return f"{LOOPBACK}:{self.port}"

    def start(self) -> Self:
        """Make the cluster, its user and its gateway, and serve; returns itself.

        Raises:
            ServerError: Ceph is not installed, is started already, or did not start in time.
        """
        if self._directory is not None:
            raise ServerError("Ceph is started already")
        self._directory = Path(tempfile.mkdtemp(prefix="ebox-ceph-"))
        try:
            self._start_cluster(self._directory)
            self._create_user(self._directory)
            self._gateway = self._daemon("radosgw", "radosgw", "client.rgw")
            self.start_gateway()
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        """Stop everything and delete everything it kept. May be called twice."""
        # The order matters: the gateway waits for its OSD, and the OSD tells the monitor that it goes
        for daemon in (self._gateway, self._osd, self._monitor):
            if daemon is not None:
                daemon.stop(within=_STOP_SECONDS)
        self._gateway = self._osd = self._monitor = None
        if self._directory is not None:
            shutil.rmtree(self._directory)
            self._directory = None

    def stop_gateway(self) -> None:
        """Take S3 away (connections are refused) and keep every object: until `start_gateway()`."""
        if self._gateway is not None:
            self._gateway.stop(within=_STOP_SECONDS)

    def start_gateway(self) -> None:
        """Bring S3 back, on the same port and with the same objects.

        Raises:
            ServerError: the cluster is not started, or the gateway did not start in time.
        """
        if self._gateway is None:
            raise ServerError("Ceph is not started")
        if not self._gateway.is_running:
            self._gateway.start(lambda: accepts_connections(self.port), _START_SECONDS)

    def limit_objects(self, most: int | None) -> None:
        """Refuse to keep more than so many objects, as when the disk is full; None lifts the limit.

        Raises:
            ServerError: the cluster is not started, or did not take the limit in time.
        """
        scope = ("--quota-scope=user", "--uid=ebox")
        if most is None:
            self._tool("radosgw-admin", "radosgw", "quota", "disable", *scope)
        else:
            self._tool("radosgw-admin", "radosgw", "quota", "set", *scope, f"--max-objects={most}")
            self._tool("radosgw-admin", "radosgw", "quota", "enable", *scope)

    def create_bucket(self, name: str) -> str:
        """A fresh, empty bucket; returns its EBOX_OBJECT_STORE_URL: `s3+http://key:secret@host:port/name`."""
        with urllib3.PoolManager(timeout=urllib3.Timeout(total=30), retries=False) as connections:
            client = Minio(
                self.endpoint,
                access_key=self.access_key,
                secret_key=self.secret_key,
                secure=False,
                http_client=connections,
            )
            client.make_bucket(bucket_name=name)
        return f"s3+http://{self.access_key}:{self.secret_key}@{self.endpoint}/{name}"

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _start_cluster(self, directory: Path) -> None:
        cluster_id = str(uuid.uuid4())
        for folder in ("mon", "osd", "rgw", "run"):
            (directory / folder).mkdir()
        (directory / "ceph.conf").write_text(
            ceph_configuration(directory, cluster_id, monitor_port=self._monitor_port, gateway_port=self.port)
        )
        monitors, disks = str(directory / "monmap"), str(directory / "osdmap")
        address = f"[v2:{LOOPBACK}:{self._monitor_port}]"
        self._tool(
            "monmaptool", "ceph-mon", "--create", "--fsid", cluster_id, "--addv", "a", address, monitors
        )
        self._tool("osdmaptool", "ceph-mon", "--createsimple", "1", "--pg-bits", "0", disks)
        self._tool("ceph-mon", "ceph-mon", "--id", "a", "--mkfs", "--monmap", monitors, "--osdmap", disks)
        disk_id = str(uuid.uuid4())
        self._tool("ceph-osd", "ceph-osd", "--id", "0", "--mkfs", "--no-mon-config", "--osd-uuid", disk_id)
        self._monitor = self._daemon("ceph-mon", "ceph-mon", "mon.a")
        self._monitor.start(lambda: accepts_connections(self._monitor_port), _START_SECONDS)
        self._osd = self._daemon("ceph-osd", "ceph-osd", "osd.0")
        self._osd.start(
            lambda: True, _START_SECONDS
        )  # it serves when the first command that needs it returns

    def _create_user(self, directory: Path) -> None:
        keys = (f"--access-key={self.access_key}", f"--secret-key={self.secret_key}")
        try:
            self._tool(
                "radosgw-admin", "radosgw", "user", "create", "--uid=ebox", "--display-name=ebox", *keys
            )
        except ServerError as error:
            raise ServerError(f"{error}\n{log_tail(directory / 'ceph-osd.log')}") from error

    def _daemon(self, program: str, package: str, name: str) -> Daemon:
        command = [find_program(program, package), *self._common_options(), "--name", name, "--foreground"]
        return Daemon(command, self._folder() / f"{program}.log", cwd=self._folder())

    def _tool(self, program: str, package: str, *arguments: str) -> None:
        command = [find_program(program, package), *self._common_options(), *arguments]
        run_tool(command, within=_START_SECONDS, cwd=self._folder())

    def _common_options(self) -> list[str]:
        return ["--conf", str(self._folder() / "ceph.conf")]

    def _folder(self) -> Path:
        if self._directory is None:
            raise ServerError("Ceph is not started")
        return self._directory
