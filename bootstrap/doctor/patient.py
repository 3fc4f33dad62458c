"""The system as it is found: what a role would make at its start is not made for being looked at."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path

from sqlalchemy import make_url

from application.demo.secrets import PARTNERS, secret_in
from bootstrap.errors import CannotStart
from bootstrap.keychanging import KeyChanging
from bootstrap.stores import KEY_STORE_FILE
from bootstrap.system import System
from bootstrap.troubles import MIGRATE_FIRST
from eventstore.backend import Backend, backend_for
from storage.port import ObjectStore


class Patient(System):
    """Everything, without a folder, a file or a key that was not there."""

    @cached_property
    def data_dir(self) -> Path:
        """Where files are, or would be."""
        return self.settings.data_dir.absolute()

    @cached_property
    def spool_dir(self) -> Path:
        """Where uploads wait, or would."""
        return self.data_dir / "spool"

    @cached_property
    def partners_file(self) -> Path | None:
        """The operator's partners file, or the demo's where there is one."""
        demo = self.demo_dir / PARTNERS.name
        return self.settings.partners_file or (demo if self.is_demo and demo.exists() else None)

    @property
    def event_store_url(self) -> str:
        """Where the log is."""
        return self._database_url("event_store_url", "events.sqlite")

    @property
    def key_store_url(self) -> str:
        """Where parties and keys are."""
        return self._database_url("key_store_url", KEY_STORE_FILE)

    @property
    def read_model_url(self) -> str:
        """Where the read models are."""
        return self._database_url("read_model_url", "read_models.sqlite")

    @property
    def outbox_url(self) -> str:
        """Where the outbox is."""
        return self._database_url("outbox_url", "outbox.sqlite")

    @property
    def secrets_dir(self) -> Path:
        """Where the embedded mode keeps the keys that it made."""
        return self.data_dir / "secrets"

    @cached_property
    def unmeasured_objects(self) -> ObjectStore:
        """The object store itself."""
        store = self._object_store()
        self.exits.callback(store.close)
        return store

    def backend(self) -> Backend:
        """The event store's database, without the connections of a role."""
        require_file(self.event_store_url)
        return backend_for(self.event_store_url)

    def key_changing(self) -> KeyChanging:
        """What is under which key."""
        return KeyChanging(self.key_store.wrapped_keys, self.key_store.hashed_numbers, self.signing_keys)

    def _embedded_secret(self, setting: str) -> bytes:
        path = self.secrets_dir / f"{setting}.base64"
        if path.exists():
            return secret_in(path)
        if (self.data_dir / KEY_STORE_FILE).exists():
            return super()._embedded_secret(setting)  # which says what that means
        raise CannotStart("nothing was made here yet: run `ebox migrate` or `ebox run` first")


def sqlite_file(url: str) -> Path | None:
    """The file of an SQLite database; None where it is on a server."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return None
    return Path(parsed.database or "").absolute()


def require_file(url: str) -> None:
    """Raise `CannotStart` where it is an SQLite file that is missing: opening it would make it."""
    file = sqlite_file(url)
    if file is not None and not file.exists():
        raise CannotStart(MIGRATE_FIRST)
