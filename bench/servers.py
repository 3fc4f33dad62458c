"""The servers that a scenario's contenders share: a PostgreSQL with durable commits, and an S3 server."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from bench.machine import describe_postgres
from tests.servers.ceph import Ceph
from tests.servers.postgres import Postgres


@dataclass(frozen=True, slots=True)
class Servers:
    """Running servers, and a folder for what the scenario keeps."""

    folder: Path
    postgres: Postgres
    ceph: Ceph

    def described(self) -> dict[str, object]:
        """What to print and keep beside the figures."""
        return describe_postgres(self.postgres.admin_url)


@contextmanager
def servers() -> Iterator[Servers]:
    """Both, from empty; gone afterwards with all they kept."""
    with (
        tempfile.TemporaryDirectory(prefix="ebox-bench-") as folder,
        Postgres(durable=True) as postgres,
        Ceph() as ceph,
    ):
        yield Servers(Path(folder), postgres, ceph)
