"""The system as it is found: what a role would make at its start is not made for being looked at."""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from functools import cached_property
from pathlib import Path
from typing import Final

from sqlalchemy import make_url

from application.demo.secrets import PARTNERS, secret_in
from bootstrap.errors import CannotStart
from bootstrap.keychanging import KeyChanging
from bootstrap.stores import KEY_STORE_FILE
from bootstrap.system import System
from bootstrap.troubles import MIGRATE_FIRST
from eventstore.backend import Backend, backend_for
from storage.port import ObjectStore

_DATABASES: Final = {
    "event store": ("event_store_url", "events.sqlite"),
    "key store": ("key_store_url", KEY_STORE_FILE),
    "read models": ("read_model_url", "read_models.sqlite"),
    "outbox": ("outbox_url", "outbox.sqlite"),
}


class NothingThere(CannotStart):
    """It was not made yet. The text says what, and after a colon what to do."""


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
        return self._database_url(*_DATABASES["event store"])

    @property
    def key_store_url(self) -> str:
        """Where parties and keys are."""
        return self._database_url(*_DATABASES["key store"])

    @property
    def read_model_url(self) -> str:
        """Where the read models are."""
        return self._database_url(*_DATABASES["read models"])

    @property
    def outbox_url(self) -> str:
        """Where the outbox is."""
        return self._database_url(*_DATABASES["outbox"])

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

    @property
    def database_urls(self) -> Mapping[str, str]:
        """Where each database is, by its name; what is no address is told of by who looks at that one."""
        found = {}
        for part, (setting, file_name) in _DATABASES.items():
            with suppress(CannotStart):
                found[part] = self._database_url(setting, file_name)
        with suppress(CannotStart):
            found["audit log"] = self.audit_url
        return found

    def backend(self) -> Backend:
        """The event store's database, without the connections of a role."""
        require_file(self.event_store_url)
        return backend_for(self.event_store_url)

    def key_changing(self) -> KeyChanging:
        """What is under which key."""
        store = self.key_store
        return KeyChanging(
            store.wrapped_keys,
            store.hashed_numbers,
            self.signing_keys,
            self.webhook_keys,
            self.promise_keys,
        )

    def _embedded_secret(self, setting: str) -> bytes:
        path = self.secrets_dir / f"{setting}.base64"
        if path.exists():
            return secret_in(path)
        if (self.data_dir / KEY_STORE_FILE).exists():
            return super()._embedded_secret(setting)  # which says what that means
        raise NothingThere("nothing was made here yet: run `ebox migrate` or `ebox run` first")


def sqlite_file(url: str) -> Path | None:
    """The file of an SQLite database; None where it is on a server."""
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return None
    return Path(parsed.database or "").absolute()


def require_file(url: str) -> None:
    """Raise `NothingThere` where it is an SQLite file that is missing: opening it would make it."""
    file = sqlite_file(url)
    if file is not None and not file.exists():
        raise NothingThere(MIGRATE_FIRST)
