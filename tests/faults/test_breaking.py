"""The tools that break things do break them, and mend them again."""

from __future__ import annotations

import socket
import uuid
from collections.abc import Iterator
from contextlib import suppress
from io import BytesIO
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

import pytest
import urllib3
from minio import Minio, S3Error

from tests.faults.proxy import Proxies
from tests.faults.small_disk import SmallDisk
from tests.servers.ceph import Ceph
from tests.servers.ports import LOOPBACK
from tests.servers.process import ServerError, wait_until

SECONDS = 10.0
MEBIBYTE = 1024 * 1024


@pytest.fixture
def echo_port() -> Iterator[int]:
    """A server that says what it is told."""
    with socket.create_server((LOOPBACK, 0)) as server:
        thread = Thread(target=_serve, args=(server,), daemon=True)
        thread.start()
        yield int(server.getsockname()[1])
        server.shutdown(socket.SHUT_RDWR)
        thread.join(SECONDS)


def _serve(server: socket.socket) -> None:
    with suppress(OSError):  # it is over
        while True:
            Thread(target=_echo, args=(server.accept()[0],), daemon=True).start()


def _echo(connection: socket.socket) -> None:
    with suppress(OSError), connection:
        while data := connection.recv(1000):
            connection.sendall(data)


def answer(connection: socket.socket, text: bytes = b"x") -> bytes:
    """What comes back."""
    connection.sendall(text)
    return connection.recv(1000)


def connect(port: int) -> socket.socket:
    return socket.create_connection((LOOPBACK, port), timeout=SECONDS)


def test_a_reset_breaks_connections_and_new_ones_are_welcome(echo_port: int) -> None:
    with Proxies() as proxies:
        port = proxies.add("echo", echo_port)
        with connect(port) as connection:
            assert answer(connection) == b"x"
            proxies.cut("echo", "reset")
            with pytest.raises(ConnectionResetError):
                answer(connection)
        with connect(port) as connection:
            assert answer(connection) == b"x"


def test_while_it_is_refused_nobody_listens(echo_port: int) -> None:
    with Proxies() as proxies:
        port = proxies.add("echo", echo_port)
        proxies.cut("echo", "refused")
        with pytest.raises(ConnectionRefusedError):
            connect(port)
        proxies.mend("echo")
        with connect(port) as connection:
            assert answer(connection) == b"x"


def test_while_it_is_silent_nothing_arrives_and_afterwards_everything(echo_port: int) -> None:
    with Proxies() as proxies, connect(proxies.add("echo", echo_port)) as connection:
        assert answer(connection) == b"x"
        proxies.cut("echo", "silent")
        connection.settimeout(0.2)
        with pytest.raises(TimeoutError):
            answer(connection, b"held back")
        proxies.mend("echo")
        connection.settimeout(SECONDS)
        assert connection.recv(1000) == b"held back"


def test_a_full_disk_is_full_and_has_room_again(tmp_path: Path) -> None:
    with SmallDisk(tmp_path / "image", tmp_path / "disk", 16) as disk:
        assert disk.free_bytes > MEBIBYTE
        disk.fill()
        assert disk.free_bytes == 0
        with pytest.raises(OSError, match="No space left"):
            (disk.mount_point / "file").write_bytes(bytes(MEBIBYTE))
        disk.free()
        (disk.mount_point / "file").write_bytes(bytes(MEBIBYTE))


def test_a_limit_of_objects_is_felt_and_lifted(ceph: Ceph) -> None:
    url = urlsplit(ceph.create_bucket(f"limited-{uuid.uuid4()}"))
    with urllib3.PoolManager(timeout=urllib3.Timeout(total=30), retries=False) as connections:
        client = Minio(
            endpoint=ceph.endpoint,
            access_key=ceph.access_key,
            secret_key=ceph.secret_key,
            secure=False,
            http_client=connections,
        )

        def can_put() -> bool:
            try:
                client.put_object(
                    bucket_name=url.path.strip("/"),
                    object_name=str(uuid.uuid4()),
                    data=BytesIO(b"x"),
                    length=1,
                )
            except S3Error as error:
                if error.code != "QuotaExceeded":
                    raise ServerError(error.code) from error
                return False
            return True

        assert can_put()
        ceph.limit_objects(1)
        try:
            wait_until(lambda: not can_put(), SECONDS, lambda: "objects are still taken")
        finally:
            ceph.limit_objects(None)
        wait_until(can_put, SECONDS, lambda: "objects are still refused")
