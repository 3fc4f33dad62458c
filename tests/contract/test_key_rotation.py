"""Changing the key-encryption key and the identifier key, while processes with either serve."""

from __future__ import annotations

import signal
import subprocess
import sys
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pytest
import sqlalchemy as sa

from domain.identifiers import ClientIdentifier
from eventstore.errors import EventStoreError, WrongIdentifierKey
from eventstore.keys import KeyEncryption
from eventstore.keystore import KeyStore
from eventstore.partytables import PARTY, PARTY_IDENTIFIER

WITHIN = 30.0
NUMBERS = [ClientIdentifier(f"client-{number}") for number in range(10)]


@dataclass(frozen=True, slots=True)
class Keys:
    """One pair of the two keys."""

    encryption: bytes
    identifier: bytes


OLD = Keys(bytes([1] * 32), bytes([2] * 32))
NEW = Keys(bytes([3] * 32), bytes([4] * 32))
OTHER_HASHES = Keys(OLD.encryption, NEW.identifier)


@contextmanager
def a_store(url: str, keys: Keys, previous: Keys | None = None) -> Iterator[KeyStore]:
    """The key store as a process with these keys opens it, nothing in memory."""
    store = KeyStore(
        url,
        key_encryption=KeyEncryption(keys.encryption, [previous.encryption] if previous else []),
        identifier_key=keys.identifier,
        previous_identifier_key=previous.identifier if previous else None,
    )
    try:
        yield store
    finally:
        store.close()


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where an empty key store is."""
    found = (
        f"sqlite:///{tmp_path}/keys.sqlite"
        if request.param == "sqlite"
        else str(request.getfixturevalue("postgres_database"))
    )
    with a_store(found, OLD) as store:
        store.create_tables()
    return found


@pytest.fixture
def parties(url: str) -> list[UUID]:
    """Ten parties, made under the old keys."""
    with a_store(url, OLD) as store:
        return [store.parties.find_or_create(number).party_id for number in NUMBERS]


def found(url: str, keys: Keys, previous: Keys | None = None) -> list[UUID | None]:
    """Whom a process with these keys finds under the ten numbers."""
    with a_store(url, keys, previous) as store:
        return [party.party_id if party else None for party in map(store.parties.find, NUMBERS)]


def erase(url: str, party_id: UUID) -> None:
    """Destroy a party's key."""
    with a_store(url, OLD) as store, store.engine.begin() as connection:
        connection.execute(sa.update(PARTY).where(PARTY.c.party_id == party_id).values(wrapped_key=None))


def rows(url: str) -> int:
    """How many hashes there are."""
    with a_store(url, OLD) as store, store.engine.connect() as connection:
        return connection.execute(sa.select(sa.func.count()).select_from(PARTY_IDENTIFIER)).scalar_one()


def killed_in_the_middle(url: str, what: str) -> None:
    """Change three of the ten in a process that dies then."""
    done = subprocess.run(
        [sys.executable, "-m", "tests.contract.rotation_process", url, what],
        cwd=Path(__file__).parents[2],
        timeout=WITHIN,
        check=False,
    )
    assert done.returncode == -signal.SIGKILL


def silent(_: int) -> None:
    """Nobody watches."""


def test_keys_wrapped_again_open_with_the_new_key_alone(url: str, parties: list[UUID]) -> None:
    before = {}
    with a_store(url, OLD) as store:
        before = {party: store.keys.fingerprint(party, b"x") for party in parties}
    with a_store(url, NEW, OLD) as store:
        assert [*store.wrapped_keys.counts().values()] == [10]
        store.wrapped_keys.wrap_again(silent)
        assert store.wrapped_keys.counts() == {store.wrapped_keys.known_ids[0]: 10}
    with a_store(url, NEW) as store:
        assert {party: store.keys.fingerprint(party, b"x") for party in parties} == before
    with a_store(url, OLD) as store, pytest.raises(EventStoreError):
        store.keys.key_of(parties[0])


def test_wrapping_goes_on_where_it_was_killed(url: str, parties: list[UUID]) -> None:
    killed_in_the_middle(url, "wrap")
    with a_store(url, NEW, OLD) as store:
        assert sorted(store.wrapped_keys.counts().values()) == [3, 7]
        assert all(store.keys.key_of(party) for party in parties)  # whoever has both goes on serving
        done: list[int] = []
        store.wrapped_keys.wrap_again(done.append)
        assert sum(done) == 7
        assert store.wrapped_keys.counts() == {store.wrapped_keys.known_ids[0]: 10}


def test_an_erased_party_has_no_key_afterwards(url: str, parties: list[UUID]) -> None:
    erase(url, parties[4])
    with a_store(url, NEW, OLD) as store:
        store.wrapped_keys.wrap_again(silent)
        assert store.keys.key_of(parties[4]) is None


def test_keys_under_a_key_that_nobody_gave_are_left_and_counted(url: str, parties: list[UUID]) -> None:
    with a_store(url, NEW) as store:
        store.wrapped_keys.wrap_again(silent)
        (left,) = store.wrapped_keys.counts()
        assert left not in store.wrapped_keys.known_ids
    assert len(parties) == 10


def test_every_process_finds_every_number_during_the_change(url: str, parties: list[UUID]) -> None:
    assert found(url, OLD) == parties
    assert found(url, OTHER_HASHES, OLD) == parties
    newcomer = ClientIdentifier("newcomer")
    with a_store(url, OTHER_HASHES, OLD) as store:
        made = store.parties.find_or_create(newcomer)
    for keys, previous in ((OLD, None), (OTHER_HASHES, None), (OLD, OTHER_HASHES)):
        with a_store(url, keys, previous) as store:
            assert store.parties.find_or_create(newcomer) == made


def test_no_number_gets_two_parties_from_processes_with_different_keys(url: str) -> None:
    newcomers = [ClientIdentifier(f"newcomer-{number}") for number in range(25)]
    with (
        a_store(url, OLD) as not_restarted,
        a_store(url, OTHER_HASHES, OLD) as restarted,
        ThreadPoolExecutor(2) as threads,
    ):
        for number in newcomers:
            registries = [not_restarted.parties, restarted.parties]
            tries = [threads.submit(registry.find_or_create, number) for registry in registries]
            assert len({done.result(WITHIN).party_id for done in tries}) == 1


def test_the_new_key_alone_finds_everybody_after_the_change(url: str, parties: list[UUID]) -> None:
    with a_store(url, NEW, OLD) as store:
        assert store.hashed_numbers.counts().left == 10
        store.hashed_numbers.add_current(silent)
        store.wrapped_keys.wrap_again(silent)
        assert store.hashed_numbers.counts().left == 0
    assert found(url, NEW) == parties
    assert rows(url) == 20  # roles that still have both may look under either
    with a_store(url, NEW) as store:
        store.hashed_numbers.remove_others(silent)
        assert store.hashed_numbers.counts().by_key == {store.hashed_numbers.known_ids[0]: 10}
        assert [store.parties.identifier_of(party) for party in parties] == NUMBERS
    assert found(url, NEW) == parties


def test_hashing_goes_on_where_it_was_killed(url: str, parties: list[UUID]) -> None:
    killed_in_the_middle(url, "hash")
    assert found(url, NEW, OLD) == parties
    with a_store(url, NEW, OLD) as store:
        assert store.hashed_numbers.counts().left == 7
        done: list[int] = []
        store.hashed_numbers.add_current(done.append)
        assert sum(done) == 7
        assert store.hashed_numbers.counts().left == 0


def test_hashes_of_before_keys_were_named_are_changed_too(url: str, parties: list[UUID]) -> None:
    with a_store(url, OLD) as store, store.engine.begin() as connection:
        connection.execute(sa.update(PARTY_IDENTIFIER).values(key_id=None))
    with a_store(url, OLD) as store:
        store.hashed_numbers.check()
        store.hashed_numbers.add_current(silent)  # nothing to change: it only learns their names
        assert store.hashed_numbers.counts().by_key == {store.hashed_numbers.known_ids[0]: 10}
    with a_store(url, NEW, OLD) as store:
        store.hashed_numbers.add_current(silent)
        store.wrapped_keys.wrap_again(silent)
    assert found(url, NEW) == parties


def test_a_key_that_finds_nobody_is_refused(url: str, parties: list[UUID]) -> None:
    with a_store(url, OTHER_HASHES) as store, pytest.raises(WrongIdentifierKey):
        store.hashed_numbers.check()
    with a_store(url, NEW, OLD) as store:
        store.hashed_numbers.check()
        store.hashed_numbers.add_current(silent)
        store.wrapped_keys.wrap_again(silent)
    with a_store(url, NEW) as store:
        store.hashed_numbers.check()
    assert found(url, NEW) == parties


def test_the_number_of_an_erased_party_is_counted_and_goes_in_the_end(url: str, parties: list[UUID]) -> None:
    erase(url, parties[0])
    with a_store(url, NEW, OLD) as store:
        store.wrapped_keys.wrap_again(silent)
        store.hashed_numbers.add_current(silent)
        counts = store.hashed_numbers.counts()
        assert (counts.left, counts.erased) == (0, 1)
    with a_store(url, NEW) as store:
        store.hashed_numbers.check()
        store.hashed_numbers.remove_others(silent)
        assert store.hashed_numbers.counts().erased == 0
    assert found(url, NEW) == [None, *parties[1:]]
