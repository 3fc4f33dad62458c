"""Where everything is kept, on embedded parts or on the real ones, as the settings say."""

from __future__ import annotations

from base64 import b64decode
from binascii import Error as NotBase64
from contextlib import AsyncExitStack
from functools import cached_property
from pathlib import Path
from urllib.parse import urlsplit

from pydantic import SecretStr
from sqlalchemy import Engine, make_url
from sqlalchemy.exc import ArgumentError

from application.demo.secrets import secret_in
from bootstrap.errors import CannotStart
from domain.clock import Clock, SystemClock
from eventstore.backend import backend_for
from eventstore.keys import KeyEncryption
from eventstore.keystore import KeyStore
from eventstore.store import EventStore
from notifier.database import OutboxDatabase
from notifier.outbox import Outbox
from projections.database import ReadDatabase
from settings import Settings
from storage.documents import DocumentStore
from storage.filesystem import FilesystemObjectStore
from storage.metered import MeteredObjectStore
from storage.port import ObjectStore
from storage.s3 import S3ObjectStore
from telemetry.sampling import Sampler
from webhooks.deliveries import Deliveries

KEY_BYTES = 32
KEY_STORE_FILE = "keys.sqlite"


class Stores:
    """The databases and the object store."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings
        self.clock: Clock = SystemClock()
        self.exits = AsyncExitStack()

    async def aclose(self) -> None:
        """Close what was built, the last first."""
        await self.exits.aclose()

    @cached_property
    def data_dir(self) -> Path:
        """Where the embedded parts keep their files; for this user alone."""
        folder = self.settings.data_dir.absolute()
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        if self.settings.is_embedded:
            folder.chmod(0o700)  # it may have been there; what we keep in it is readable
        return folder

    @cached_property
    def spool_dir(self) -> Path:
        """Where large uploads wait, in files without a name."""
        folder = self.data_dir / "spool"
        folder.mkdir(exist_ok=True, mode=0o700)
        return folder

    @cached_property
    def key_store(self) -> KeyStore:
        """Parties and keys."""
        store = KeyStore(
            self._database_url("key_store_url", KEY_STORE_FILE),
            key_encryption=KeyEncryption(
                self.key_encryption_key, [key for key in [self.previous_key_encryption_key] if key]
            ),
            identifier_key=self._secret("identifier_key"),
            previous_identifier_key=self._previous("identifier_key"),
        )
        self.exits.callback(store.close)
        return store

    @cached_property
    def identity_engine(self) -> Engine:
        """The key store's database, for the authorization server's own tables."""
        return self.key_store.engine

    @cached_property
    def events(self) -> EventStore:
        """The log."""
        backend = backend_for(self._database_url("event_store_url", "events.sqlite"))
        store = EventStore(backend, self.key_store.keys)
        self.exits.callback(store.close)
        return store

    @cached_property
    def read_database(self) -> ReadDatabase:
        """The read models."""
        database = ReadDatabase(self._database_url("read_model_url", "read_models.sqlite"))
        self.exits.callback(database.close)
        return database

    @cached_property
    def outbox(self) -> Outbox:
        """What is to be mailed."""
        outbox = Outbox(self._database_url("outbox_url", "outbox.sqlite"))
        self.exits.callback(outbox.close)
        return outbox

    @cached_property
    def webhook_database(self) -> OutboxDatabase:
        """The outbox's database, for the deliveries to webhooks."""
        database = OutboxDatabase(self._database_url("outbox_url", "outbox.sqlite"))
        self.exits.callback(database.close)
        return database

    @cached_property
    def deliveries(self) -> Deliveries:
        """What webhooks are to be told."""
        return Deliveries(self.webhook_database)

    @cached_property
    def sampler(self) -> Sampler:
        """Looks at what no event tells of, for the meters; it ends before what it looks at."""
        sampler = Sampler()
        self.exits.callback(sampler.stop)
        return sampler

    @cached_property
    def objects(self) -> ObjectStore:
        """Where documents lie."""
        return MeteredObjectStore(self._object_store())

    def _object_store(self) -> ObjectStore:
        url = _plain(self.settings.object_store_url)
        if url is None:
            return FilesystemObjectStore(self.data_dir / "objects")
        if url.startswith("file:///"):
            return FilesystemObjectStore(Path(urlsplit(url).path))
        if not url.startswith("s3+"):
            raise CannotStart("EBOX_OBJECT_STORE_URL begins with file:/// or s3+http(s)://")
        try:
            return S3ObjectStore.from_url(url)
        except ValueError as error:
            raise CannotStart(f"EBOX_OBJECT_STORE_URL: {error}") from error

    @cached_property
    def documents(self) -> DocumentStore:
        """Documents, encrypted."""
        documents = DocumentStore(self.objects)
        self.exits.push_async_callback(documents.close)
        return documents

    @cached_property
    def identifier_keys(self) -> list[bytes]:
        """What hashes national numbers: the current key, then the one that it replaced."""
        previous = self._previous("identifier_key")
        return [self._secret("identifier_key"), *([previous] if previous else [])]

    @cached_property
    def key_encryption_key(self) -> bytes:
        """What wraps every other key."""
        return self._secret("key_encryption_key")

    @cached_property
    def previous_key_encryption_key(self) -> bytes | None:
        """What may have wrapped them, while that key is being changed."""
        return self._previous("key_encryption_key")

    def _database_url(self, setting: str, file_name: str) -> str:
        given = _plain(getattr(self.settings, setting))
        if given is None:
            return f"sqlite:///{self.data_dir / file_name}"
        try:
            make_url(given)
        except (ArgumentError, ValueError):
            # Their texts repeat what was taken for a port, which may be part of a password.
            how = "postgresql://user:password@host/name or sqlite:///path"
            raise CannotStart(f"EBOX_{setting.upper()} is no address of a database, such as {how}") from None
        return given

    def _embedded_secret(self, setting: str) -> bytes:
        path = self.data_dir / "secrets" / f"{setting}.base64"
        if not path.exists() and (self.data_dir / KEY_STORE_FILE).exists():
            raise CannotStart(
                f"{path} is missing, and what lies here needs it: put it back, or begin elsewhere"
            )
        return secret_in(path)

    def _secret(self, setting: str) -> bytes:
        given = _plain(getattr(self.settings, setting))
        return self._embedded_secret(setting) if given is None else _decoded(setting, given)

    def _previous(self, setting: str) -> bytes | None:
        name = f"previous_{setting}"
        given = _plain(getattr(self.settings, name))
        return None if given is None else _decoded(name, given)


def _decoded(setting: str, given: str) -> bytes:
    try:
        key = b64decode(given, validate=True)
    except NotBase64:
        key = b""
    if len(key) != KEY_BYTES:
        how = "openssl rand -base64 32"
        raise CannotStart(f"EBOX_{setting.upper()} is {KEY_BYTES} bytes in base64; make one with: {how}")
    return key


def _plain(secret: SecretStr | None) -> str | None:
    return None if secret is None else secret.get_secret_value()
