"""PostgreSQL and an S3 server under an installation: what a deployment configures, as settings."""

from __future__ import annotations

import uuid
from collections.abc import Mapping
from pathlib import Path
from typing import LiteralString
from urllib.parse import urlsplit

import psycopg

from application.demo.people import ADDRESS_OF_AN
from tests.e2e.caller import AN, LEA
from tests.e2e.installation import Installation
from tests.e2e.plain_sight import in_bucket
from tests.servers.ceph import Ceph
from tests.servers.postgres import Postgres

DATABASES = ("event_store", "read_model", "key_store", "outbox")


class RealParts:
    """Four databases, one bucket and one installation upon them.

    It is the embedded mode, for its demo people, with every part replaced by a real one.
    """

    def __init__(
        self,
        postgres: Postgres,
        ceph: Ceph,
        folder: Path,
        smtp_url: str,
        further: Mapping[str, str] | None = None,
    ) -> None:
        self.postgres = postgres
        self.ceph = ceph
        settings = self.settings_of(postgres, ceph, smtp_url)
        self.databases = {part: settings[f"EBOX_{part.upper()}_URL"] for part in DATABASES}
        self.bucket = settings["EBOX_OBJECT_STORE_URL"]
        self.installation = Installation(folder, {**settings, **(further or {})})

    @staticmethod
    def settings_of(postgres: Postgres, ceph: Ceph, smtp_url: str) -> dict[str, str]:
        """The settings that name four fresh databases, a fresh bucket and the relay."""
        ceph.start_gateway()
        databases = {
            f"EBOX_{part.upper()}_URL": postgres.create_database(f"e2e_{part}") for part in DATABASES
        }
        bucket = ceph.create_bucket(f"e2e-{uuid.uuid4()}")
        return {**databases, "EBOX_OBJECT_STORE_URL": bucket, "EBOX_SMTP_URL": smtp_url}

    def bring_the_demo_people(self) -> None:
        """Make the tables and the demo people's mailboxes, as the first `ebox run` does."""
        self.installation.start("run")
        self.installation.wait_until_ready()
        self.installation.stop()

    def assert_discreet(self) -> None:
        """The log says nothing of anybody, and no password, whatever went wrong."""
        log = self.installation.log()
        personal = {AN.number, LEA.number, ADDRESS_OF_AN, "Kennisgeving", "We did something", "document.pdf"}
        passwords = {urlsplit(url).password for url in (*self.databases.values(), self.bucket)}
        assert not [secret for secret in personal | passwords if secret and secret in log]

    def event_count(self, topic: str = "%") -> int:
        """How many events the store holds, of one kind or all."""
        return self._count("event_store", "SELECT count(*) FROM stored_events WHERE topic LIKE %s", topic)

    def waiting_mails(self) -> int:
        """How many notifications have no outcome yet."""
        query = "SELECT count(*) FROM outbox WHERE state IN (%s, %s)"
        return self._count("outbox", query, "due", "claimed")

    def object_count(self) -> int:
        """How many objects the bucket holds."""
        return sum(1 for _ in in_bucket(self.bucket))

    def temporary_files(self) -> list[str]:
        """What lies, or is held open without a name, in the folder where uploads wait."""
        spool = self.installation.data / "spool"
        return [str(path) for path in spool.rglob("*")] + self.installation.open_files_below(spool)

    def _count(self, part: str, query: LiteralString, *parameters: str) -> int:
        with psycopg.connect(self.databases[part]) as connection:
            row = connection.execute(query, parameters).fetchone()
        assert row is not None
        return int(row[0])
