"""What the party registry and its keys promise, on SQLite and on PostgreSQL alike."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import replace
from pathlib import Path
from uuid import uuid4

import pytest
import sqlalchemy as sa

from domain.identifiers import ClientIdentifier, EnterpriseNumber, Ssin
from eventstore import parties
from eventstore.errors import KeyMissing
from eventstore.keystore import KeyStore
from eventstore.parties import PartyKind
from eventstore.partytables import PARTY, PARTY_IDENTIFIER
from tests.logbook import CITIZEN, IDENTIFIER_KEY, NOW, key_store_at

WITHIN = 30.0
ENTERPRISE = EnterpriseNumber("0316380841")


@pytest.fixture(params=["sqlite", "postgresql"])
def key_store_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where an empty key store is."""
    url = (
        f"sqlite:///{tmp_path}/keys.sqlite"
        if request.param == "sqlite"
        else str(request.getfixturevalue("postgres_database"))
    )
    with _opened(url) as store:
        store.create_tables()
    return url


@contextmanager
def _opened(url: str) -> Iterator[KeyStore]:
    """A key store as another process would open it: the same keys, nothing in memory."""
    store = key_store_at(url)
    try:
        yield store
    finally:
        store.close()


@pytest.fixture
def store(key_store_url: str) -> Iterator[KeyStore]:
    """An empty key store."""
    with _opened(key_store_url) as store:
        yield store


def test_a_number_that_nobody_mentioned_is_not_found(store: KeyStore) -> None:
    assert store.parties.find(CITIZEN) is None
    assert store.parties.by_id(uuid4()) is None
    assert store.parties.by_mailbox(uuid4()) is None
    assert store.parties.identifier_of(uuid4()) is None


def test_a_citizen_has_a_party_and_a_mailbox_from_the_first_mention(store: KeyStore) -> None:
    party = store.parties.find_or_create(CITIZEN)
    assert party.kind is PartyKind.CITIZEN
    assert party.mailbox_id is not None
    assert not party.is_activated
    assert not party.mailbox_recorded
    assert store.parties.find(CITIZEN) == party
    assert store.parties.by_id(party.party_id) == party
    assert store.parties.by_mailbox(party.mailbox_id) == party
    assert store.keys.key_of(party.party_id) is not None


def test_an_enterprise_has_a_mailbox_and_a_client_has_none(store: KeyStore) -> None:
    enterprise = store.parties.find_or_create(ENTERPRISE)
    client = store.parties.find_or_create(ClientIdentifier("auditor-1"))
    assert (enterprise.kind, enterprise.mailbox_id is None) == (PartyKind.ENTERPRISE, False)
    assert (client.kind, client.mailbox_id) == (PartyKind.CLIENT, None)


def test_the_same_number_is_the_same_party_in_every_process(store: KeyStore, key_store_url: str) -> None:
    party = store.parties.find_or_create(CITIZEN)
    with _opened(key_store_url) as other:
        assert other.parties.find_or_create(Ssin(CITIZEN.number)) == party
        assert other.parties.identifier_of(party.party_id) == CITIZEN


def test_processes_that_race_for_a_number_get_the_same_party(key_store_url: str) -> None:
    racers = 8
    with ExitStack() as stack, ThreadPoolExecutor(racers) as pool:
        stores = [stack.enter_context(_opened(key_store_url)) for _ in range(racers)]
        for number in range(10):
            identifier = ClientIdentifier(f"client-{number}")
            found = [pool.submit(store.parties.find_or_create, identifier) for store in stores]
            assert len({future.result(WITHIN) for future in found}) == 1
    with _opened(key_store_url) as store, store._database.reading() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(PARTY)) == 10


def test_the_number_itself_is_nowhere_in_the_database(store: KeyStore) -> None:
    store.parties.find_or_create(CITIZEN)
    with store._database.reading() as connection:
        rows = [*connection.execute(sa.select(PARTY)), *connection.execute(sa.select(PARTY_IDENTIFIER))]
    assert CITIZEN.number not in repr(rows)


def test_under_another_hashing_key_a_number_is_not_found(store: KeyStore, key_store_url: str) -> None:
    store.parties.find_or_create(CITIZEN)
    other = KeyStore(
        key_store_url, key_encryption=store.keys.key_encryption, identifier_key=IDENTIFIER_KEY[::-1]
    )
    assert other.parties.find(CITIZEN) is None
    other.close()


def test_a_mailbox_that_is_recorded_stays_recorded(store: KeyStore, key_store_url: str) -> None:
    party = store.parties.find_or_create(CITIZEN)
    store.parties.mark_mailbox_recorded(party.party_id)
    with _opened(key_store_url) as other:
        for registry in (store.parties, other.parties):
            found = registry.find(CITIZEN)
            assert found is not None
            assert found.mailbox_recorded


def test_an_activation_is_known_at_once_where_it_happened(store: KeyStore) -> None:
    party = store.parties.find_or_create(CITIZEN)
    store.parties.mark_activated(party.party_id, NOW)
    found = store.parties.find(CITIZEN)
    assert found is not None
    assert found.is_activated


def test_an_activation_elsewhere_is_known_as_soon_as_the_memory_of_its_absence_fades(
    store: KeyStore, key_store_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parties, "UNSETTLED_SECONDS", 0.0)
    party = store.parties.find_or_create(CITIZEN)
    with _opened(key_store_url) as other:
        other.parties.mark_activated(party.party_id, NOW)
        found = store.parties.find(CITIZEN)
    assert found is not None
    assert found.is_activated


def test_the_first_activation_counts(store: KeyStore) -> None:
    party = store.parties.find_or_create(CITIZEN)
    store.parties.mark_activated(party.party_id, NOW)
    store.parties.mark_activated(party.party_id, NOW.replace(year=2030))
    with store._database.reading() as connection:
        at = connection.scalar(sa.select(PARTY.c.activated_at))
    assert at is not None
    assert at.year == NOW.year


def test_a_destroyed_key_takes_the_number_with_it_and_leaves_the_party(key_store_url: str) -> None:
    with _opened(key_store_url) as store:
        party = store.parties.find_or_create(CITIZEN)
        with store._database.writing() as connection:
            connection.execute(sa.update(PARTY).values(wrapped_key=None, erased_at=NOW))
    with _opened(key_store_url) as store:
        assert store.parties.find(CITIZEN) == replace(party, is_erased=True)
        assert store.keys.key_of(party.party_id) is None
        assert store.parties.identifier_of(party.party_id) is None
        with pytest.raises(KeyMissing):
            store.keys.fingerprint(party.party_id, b"request")


def test_a_pages_keys_are_fetched_together(store: KeyStore, key_store_url: str) -> None:
    created = {store.parties.find_or_create(ClientIdentifier(f"client-{n}")).party_id for n in range(5)}
    nobody = uuid4()
    with _opened(key_store_url) as other:
        other.keys.prefetch([*created, nobody])
        assert set(other.keys.unknown([*created, nobody])) == {nobody}


def test_two_processes_may_make_the_tables_at_once(key_store_url: str) -> None:
    with ThreadPoolExecutor(4) as pool:
        stores = [key_store_at(key_store_url) for _ in range(4)]
        for future in [pool.submit(store.create_tables) for store in stores]:
            future.result(WITHIN)
        for store in stores:
            store.check()
            store.close()
