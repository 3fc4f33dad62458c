"""The audit log: its rows, its files, its keys, and the role that makes it."""

from __future__ import annotations

import ssl
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from functools import cached_property
from pathlib import Path
from typing import Final

from application.demo.secrets import write_once
from audit.logfiles.directory import DirectoryLogFiles
from audit.logfiles.objects import ObjectLogFiles
from audit.logfiles.port import LogFiles
from audit.published import PublishedLog
from audit.sequencer.database import AuditDatabase
from audit.sequencer.role import Sequencer
from audit.sequencer.rows import LeafRows
from audit.sequencer.rowwriter import RowWriter
from audit.sequencer.witnessing import Witnessing
from audit.timestamps.authority import Authority
from audit.timestamps.daily import DailyTimestamps
from audit.tlog.keys import KeyMalformed
from audit.tlog.notes import SignerKey
from audit.tlog.policies import Policy, PolicyMalformed
from audit.witness.client import Witnesses
from bootstrap.audit_keys import origin_of, parse_keys
from bootstrap.errors import CannotStart
from bootstrap.stores import Stores

DATABASE_FILE: Final = "audit.sqlite"
LOG_FOLDER: Final = "audit-log"
KEY_FILE: Final = "audit_key"
"""In the folder of secrets of the embedded mode."""


class AuditLogParts(Stores):
    """What makes the audit log, and what reads it."""

    @property
    def audit_url(self) -> str:
        """Where its rows are: by default in the event store's database, or in a SQLite file of their own."""
        if self.settings.audit_url is None and self.settings.event_store_url is not None:
            url = self._database_url("event_store_url", "")
            if not url.startswith("sqlite"):
                return url
        return self._database_url("audit_url", DATABASE_FILE)

    @cached_property
    def audit_database(self) -> AuditDatabase:
        """Its rows' database."""
        database = AuditDatabase(self.audit_url)
        self.exits.callback(database.close)
        return database

    @cached_property
    def leaf_rows(self) -> LeafRows:
        """Its rows, for reading."""
        return LeafRows(self.audit_database)

    @cached_property
    def log_files(self) -> LogFiles:
        """Its published files."""
        files = self._log_files()
        self.exits.callback(files.close)
        return files

    @cached_property
    def published_log(self) -> PublishedLog:
        """Its published files, as readers see them."""
        return PublishedLog(self.log_files)

    @cached_property
    def audit_keys(self) -> list[SignerKey]:
        """Who signs it, the current key first. Embedded, one is made at the first start."""
        given = self.settings.audit_key
        if given is not None:
            return _parsed(given.get_secret_value())
        if not self.settings.is_embedded:
            raise CannotStart(
                "EBOX_AUDIT_KEY (or EBOX_AUDIT_KEY_FILE) is missing; `ebox audit keys new` makes one"
            )
        path = self.data_dir / "secrets" / KEY_FILE
        write_once(path, SignerKey.generate(origin_of(self.settings.url)).text + "\n")
        return _parsed(path.read_text())

    @cached_property
    def sequencer(self) -> Sequencer:
        """The role; a second copy stands by."""
        policy = self.audit_policy
        return Sequencer(
            self.events,
            self.leaf_rows,
            RowWriter(self.audit_database),
            self.log_files,
            self.audit_keys,
            self.clock,
            None if policy is None else self._witnessing(policy),
        )

    @cached_property
    def audit_policy(self) -> Policy | None:
        """The witnesses that are asked, and their quorum; None where nobody is."""
        path = self.settings.audit_policy_file
        if path is None:
            return None
        try:
            policy = Policy.parse(path.read_bytes())
        except OSError as error:
            raise CannotStart(f"EBOX_AUDIT_POLICY_FILE cannot be read: {error.strerror}") from error
        except PolicyMalformed as error:
            raise CannotStart(f"EBOX_AUDIT_POLICY_FILE: {error}") from error
        ours = {key.verifier for key in self.audit_keys}
        if policy.logs and not ours & {log.vkey for log in policy.logs}:
            raise CannotStart("EBOX_AUDIT_POLICY_FILE names other logs than that of EBOX_AUDIT_KEY")
        return policy

    def stamping(self) -> AbstractContextManager[None]:
        """Have a checkpoint stamped once a day meanwhile, where an authority is named."""
        url = self.settings.timestamp_url
        if url is None:
            return nullcontext()
        authority = Authority(url, ssl.create_default_context())
        self.exits.callback(authority.close)
        keys = [key.verifier for key in self.audit_keys]
        return DailyTimestamps(authority, self.log_files, keys, self.clock).running()

    def _witnessing(self, policy: Policy) -> Callable[[], Witnessing]:
        try:
            witnesses = Witnesses(policy, self.clock, ssl.create_default_context())
        except ValueError as error:
            raise CannotStart(f"EBOX_AUDIT_POLICY_FILE: {error}") from error
        self.exits.callback(witnesses.close)
        return lambda: Witnessing(witnesses, policy, self.log_files)

    @property
    def log_dir(self) -> Path | None:
        """The directory of its files; None where they are objects."""
        if self.settings.audit_log_dir is not None:
            return self.settings.audit_log_dir.absolute()
        return self.data_dir / LOG_FOLDER if self.settings.is_embedded else None

    def _log_files(self) -> LogFiles:
        return ObjectLogFiles(self.objects) if self.log_dir is None else DirectoryLogFiles(self.log_dir)


def _parsed(text: str) -> list[SignerKey]:
    try:
        return parse_keys(text)
    except KeyMalformed as error:
        raise CannotStart(f"EBOX_AUDIT_KEY: {error}; `ebox audit keys new` makes one") from error
