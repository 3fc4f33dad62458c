"""What no event names is found and removed; whatever may still get its event is not."""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path
from uuid import UUID, uuid4

import pytest

from application.progress import Silent
from application.sweeping import Sweeper
from domain.errors import NotAllowed
from domain.events.mailbox import OwnerErased
from domain.events.message import DocumentsPurged
from domain.events.notification import NotificationKind
from domain.notification import Notification
from eventstore.keystore import KeyStore
from eventstore.store import EventStore
from storage.filesystem import FilesystemObjectStore
from storage.keys import new_object_key
from storage.port import ObjectEntry, ObjectStore
from storage.s3 import S3ObjectStore
from tests.logbook import NOW, a_key_store, a_publication, an_attachment, an_event_store, event_of, know

DAY = timedelta(days=1)
SEALED = b"sealed"


class Store(FilesystemObjectStore):
    """Objects whose age a test chooses."""

    def __init__(self, root: Path) -> None:
        super().__init__(root)
        self._below = root
        self.prepare()

    def keep(self, *, hours: float, key: str | None = None) -> str:
        """An object that was put so long ago."""
        key = key or new_object_key()
        self.put(key, BytesIO(SEALED), len(SEALED))
        then = time.time() - hours * 3600
        os.utime(self._below / key, (then, then))
        return key


class Log:
    """An event store whose events name objects."""

    def __init__(self, events: EventStore, keys: KeyStore) -> None:
        self.events = events
        self._keys = keys.keys

    def name(self, key: str, party: UUID | None = None) -> UUID:
        """Publish a message with this object; the message's id."""
        party = know(self._keys, party or uuid4())
        attachment = replace(an_attachment("letter.pdf"), object_key=key)
        publication = a_publication(party, party, {"nl": "x"}, attachments=[attachment])
        self.events.append_now(publication)
        return publication.publication_id


@pytest.fixture(params=["sqlite", "postgresql"])
def log(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Log]:
    """An empty one."""
    sqlite = f"sqlite:///{tmp_path}/events.sqlite"
    url = sqlite if request.param == "sqlite" else str(request.getfixturevalue("postgres_database"))
    with a_key_store(tmp_path) as keys, an_event_store(url, keys.keys) as events:
        yield Log(events, keys)


@pytest.fixture
def store(tmp_path: Path) -> Store:
    """An empty one."""
    return Store(tmp_path / "objects")


def keys(store: ObjectStore) -> set[str]:
    """What is there."""
    return {entry.key for entry in store.list()}


def sweeper(store: ObjectStore, log: Log, tmp_path: Path) -> Sweeper:
    """One that nobody watches."""
    return Sweeper(store, log.events, tmp_path, Silent())


def test_only_old_objects_that_no_event_names_are_removed(log: Log, store: Store, tmp_path: Path) -> None:
    named, young = store.keep(hours=100), store.keep(hours=23)
    left_over = {store.keep(hours=25) for _ in range(3)}
    foreign = store.keep(hours=100, key="not-ours")
    log.name(named)
    found = sweeper(store, log, tmp_path).sweep(DAY, remove=False)
    assert (found.listed, found.left_over, found.size, found.removed) == (4, 3, 3 * len(SEALED), 0)
    assert keys(store) == {named, young, foreign, *left_over}  # a dry run, and its probe is gone
    found = sweeper(store, log, tmp_path).sweep(DAY, remove=True, expect=3)
    assert (found.removed, found.foreign) == (3, 1)
    assert keys(store) == {named, young, foreign}
    assert sweeper(store, log, tmp_path).sweep(DAY, remove=True).left_over == 0


def test_what_is_published_while_it_lists_is_not_swept(log: Log, tmp_path: Path) -> None:
    """The object is old, its event younger than the list: whoever read the log first would miss it."""

    class NamedWhileListed(Store):
        def list(self, prefix: str = "") -> Iterator[ObjectEntry]:
            yield from super().list(prefix)
            if not prefix:
                log.name(late)

    store = NamedWhileListed(tmp_path / "objects")
    late = store.keep(hours=25)
    log.name(store.keep(hours=25))
    assert sweeper(store, log, tmp_path).sweep(DAY, remove=True).left_over == 0
    assert late in keys(store)


def test_purged_and_erased_documents_are_left_over(log: Log, store: Store, tmp_path: Path) -> None:
    purged, erased, kept, shared = (store.keep(hours=25) for _ in range(4))
    party = uuid4()
    message = log.name(purged)
    log.name(erased, party)
    log.name(kept)
    log.name(shared, party)
    log.name(shared)  # another's message carries it too
    place = {"timestamp": NOW, "event_id": uuid4(), "originator_version": 2}
    log.events.append_now(
        event_of(DocumentsPurged, originator_id=message, mailbox_id=uuid4(), **place),
        event_of(OwnerErased, originator_id=uuid4(), party_id=party, legal_basis="a court", **place),
    )
    assert sweeper(store, log, tmp_path).sweep(DAY, remove=True).removed == 2
    assert keys(store) == {kept, shared}


def test_it_is_refused_where_it_could_take_too_much(log: Log, store: Store, tmp_path: Path) -> None:
    store.keep(hours=25)
    with pytest.raises(NotAllowed, match="younger than an hour"):
        sweeper(store, log, tmp_path).sweep(timedelta(minutes=59), remove=False)
    with pytest.raises(NotAllowed, match="the event store names no object"):
        sweeper(store, log, tmp_path).sweep(DAY, remove=True)


def test_a_log_that_never_named_an_object_is_not_the_objects_own(
    log: Log, store: Store, tmp_path: Path
) -> None:
    """A new event store is not empty for long: `ebox migrate` appends, the notifier does."""
    notification = Notification.of(uuid4(), uuid4(), NotificationKind.DAILY_SUMMARY, NOW)
    log.events.append_now(*notification.new_facts())
    kept = {store.keep(hours=25) for _ in range(2)}
    with pytest.raises(NotAllowed, match="the event store names no object"):
        sweeper(store, log, tmp_path).sweep(DAY, remove=True, expect=2)
    assert keys(store) == kept


def test_most_objects_are_removed_only_where_the_operator_says_how_many(
    log: Log, store: Store, tmp_path: Path
) -> None:
    named = store.keep(hours=25)
    log.name(named)
    left_over = {store.keep(hours=25) for _ in range(2)}
    with pytest.raises(NotAllowed, match=r"2 of 3 objects would be removed: .*--expect 2"):
        sweeper(store, log, tmp_path).sweep(DAY, remove=True)
    with pytest.raises(NotAllowed, match="2 objects are left over and 3 were expected"):
        sweeper(store, log, tmp_path).sweep(DAY, remove=True, expect=3)
    assert keys(store) == {named, *left_over}
    assert sweeper(store, log, tmp_path).sweep(DAY, remove=True, expect=2).removed == 2
    assert keys(store) == {named}


def test_the_age_is_by_the_object_stores_own_clock(log: Log, store: Store, tmp_path: Path) -> None:
    """A store whose clock is two days behind has nothing older than a day."""

    class Behind(Store):
        def list(self, prefix: str = "") -> Iterator[ObjectEntry]:
            for one in super().list(prefix):
                yield replace(one, modified_at=one.modified_at - 2 * DAY)

    behind = Behind(tmp_path / "objects")
    young = behind.keep(hours=0)
    log.name(new_object_key())
    assert sweeper(behind, log, tmp_path).sweep(DAY, remove=True).left_over == 0
    assert keys(store) == {young}


def test_on_an_s3_server_what_was_just_put_is_too_young(log: Log, s3_url: str, tmp_path: Path) -> None:
    store = S3ObjectStore.from_url(s3_url)
    key = new_object_key()
    store.put(key, BytesIO(SEALED), len(SEALED))
    log.name(new_object_key())
    found = sweeper(store, log, tmp_path).sweep(timedelta(hours=1), remove=True)
    assert (found.listed, found.foreign) == (0, 0)
    assert keys(store) == {key}
    assert abs(next(store.list()).modified_at - datetime.now(UTC)) < timedelta(minutes=5)
    store.close()
