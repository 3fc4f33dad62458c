"""Numbers that are replaced, and parties that are merged, on SQLite and on PostgreSQL alike."""

from __future__ import annotations

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from domain.errors import Conflict, Gone
from domain.identifiers import Identifier, Ssin
from eventstore.keys import KeyEncryption
from eventstore.keystore import KeyStore
from eventstore.parties import Party
from eventstore.partytables import PARTY
from tests.logbook import NOW

OLD, NEW, THIRD = Ssin("92321506985"), Ssin("92521506931"), Ssin("81050103522")
IDENTIFIER_KEY, NEXT_KEY = bytes([2] * 32), bytes([4] * 32)
LATER = NOW + timedelta(days=1)
WITHIN = 30.0


def opened(url: str, key: bytes = IDENTIFIER_KEY, previous: bytes | None = None) -> KeyStore:
    """The key store as a process with these identifier keys opens it, nothing in memory."""
    encryption = KeyEncryption(bytes([1] * 32))
    return KeyStore(url, key_encryption=encryption, identifier_key=key, previous_identifier_key=previous)


@pytest.fixture(params=["sqlite", "postgresql"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """Where an empty key store is."""
    if request.param == "sqlite":
        return f"sqlite:///{tmp_path}/keys.sqlite"
    return str(request.getfixturevalue("postgres_database"))


@pytest.fixture
def store(url: str) -> Iterator[KeyStore]:
    """An empty key store."""
    store = opened(url)
    store.create_tables()
    yield store
    store.close()


@pytest.fixture
def party(store: KeyStore) -> Party:
    """The party with the old number."""
    return store.parties.find_or_create(OLD)


def found(store: KeyStore, *numbers: Identifier) -> list[Party | None]:
    """Whom another process finds."""
    other = opened(str(store.engine.url.render_as_string(hide_password=False)))
    try:
        return [other.parties.find(number) for number in numbers]
    finally:
        other.close()


def test_both_numbers_lead_to_the_party_and_the_new_one_is_its_number(store: KeyStore, party: Party) -> None:
    store.replacements.replace(party.party_id, NEW, LATER)
    assert found(store, OLD, NEW) == [party, party]
    assert store.parties.find(NEW) == party
    assert store.parties.identifier_of(party.party_id) == NEW


def test_a_number_may_be_replaced_again_and_back(store: KeyStore, party: Party) -> None:
    for days, number in enumerate((NEW, NEW, THIRD, OLD), 1):
        store.replacements.replace(party.party_id, number, NOW + timedelta(days=days))
        assert store.parties.identifier_of(party.party_id) == number
    assert found(store, OLD, NEW, THIRD) == [party] * 3


def test_another_partys_number_is_refused(store: KeyStore, party: Party) -> None:
    other = store.parties.find_or_create(NEW)
    with pytest.raises(Conflict, match="merge"):
        store.replacements.replace(party.party_id, NEW, LATER)
    assert found(store, OLD, NEW) == [party, other]


def test_after_a_merge_every_number_leads_to_the_party_that_goes_on(store: KeyStore, party: Party) -> None:
    store.replacements.replace(party.party_id, THIRD, LATER)
    survivor = store.parties.find_or_create(NEW)
    store.replacements.merge(party.party_id, survivor.party_id, LATER)
    for one in (*found(store, OLD, NEW, THIRD), store.parties.find(OLD), store.parties.known(OLD)):
        assert one is not None
        assert (one.party_id, one.merged_mailboxes) == (survivor.party_id, (party.mailbox_id,))
    assert store.parties.identifier_of(survivor.party_id) == NEW
    merged = store.parties.by_id(party.party_id)
    assert merged is not None
    assert (merged.merged_into, merged.mailbox_id) == (survivor.party_id, party.mailbox_id)
    assert store.parties.find(OLD) == store.parties.find(NEW)  # with the merged one in memory too
    assert store.parties.identifier_of(party.party_id) is None
    assert store.keys.key_of(party.party_id) is not None


def test_what_was_merged_before_goes_along(store: KeyStore, party: Party) -> None:
    second, third = store.parties.find_or_create(NEW), store.parties.find_or_create(THIRD)
    store.replacements.merge(party.party_id, second.party_id, LATER)
    store.replacements.recorded(party.party_id, LATER)
    store.replacements.merge(second.party_id, third.party_id, LATER)
    (survivor,) = {one.party_id: one for one in found(store, OLD, NEW, THIRD) if one}.values()
    assert survivor.party_id == third.party_id
    assert set(survivor.merged_mailboxes) == {party.mailbox_id, second.mailbox_id}
    assert [one.party_id for one in store.replacements.unfinished()] == [second.party_id]


def test_a_merge_is_unfinished_until_it_is_on_record(store: KeyStore, party: Party) -> None:
    survivor = store.parties.find_or_create(NEW)
    for _ in range(2):
        store.replacements.merge(party.party_id, survivor.party_id, LATER)
    (unfinished,) = store.replacements.unfinished(survivor.party_id)
    assert (unfinished.party_id, unfinished.mailbox_id) == (party.party_id, party.mailbox_id)
    assert (unfinished.into_party, unfinished.into_mailbox) == (survivor.party_id, survivor.mailbox_id)
    store.replacements.recorded(party.party_id, LATER)
    assert store.replacements.unfinished() == []


def test_two_merges_of_the_same_two_leave_one_that_goes_on(store: KeyStore, url: str, party: Party) -> None:
    survivor = store.parties.find_or_create(NEW)
    ways = [(party.party_id, survivor.party_id), (survivor.party_id, party.party_id)]
    stores = [opened(url), opened(url)]
    with ThreadPoolExecutor(2) as threads:
        tries = [
            threads.submit(one.replacements.merge, *way, LATER) for one, way in zip(stores, ways, strict=True)
        ]
        refused = [isinstance(done.exception(WITHIN), Conflict) for done in tries]
    for one in stores:
        one.close()
    assert sorted(refused) == [False, True]
    assert len({one.party_id for one in found(store, OLD, NEW) if one}) == 1


def test_an_erased_party_is_neither_renumbered_nor_merged(store: KeyStore, party: Party) -> None:
    survivor = store.parties.find_or_create(NEW)
    with store.engine.begin() as connection:
        is_it = PARTY.c.party_id == survivor.party_id
        connection.execute(sa.update(PARTY).where(is_it).values(wrapped_key=None))
    with pytest.raises(Gone):
        store.replacements.merge(party.party_id, survivor.party_id, LATER)
    with pytest.raises(Gone):
        store.replacements.replace(survivor.party_id, THIRD, LATER)


@pytest.mark.parametrize("is_during", [False, True])
def test_replaced_and_merged_numbers_are_found_under_a_new_identifier_key(
    store: KeyStore, url: str, party: Party, is_during: bool
) -> None:
    survivor = store.parties.find_or_create(THIRD)
    changing = opened(url, NEXT_KEY, IDENTIFIER_KEY)
    replacing = changing if is_during else store
    replacing.replacements.replace(party.party_id, NEW, LATER)
    replacing.replacements.merge(party.party_id, survivor.party_id, LATER)
    changing.hashed_numbers.add_current(lambda _: None)
    assert changing.hashed_numbers.counts().left == 0
    changing.close()
    after = opened(url, NEXT_KEY)
    after.hashed_numbers.check()
    after.hashed_numbers.remove_others(lambda _: None)
    assert after.hashed_numbers.counts().by_key == {after.hashed_numbers.known_ids[0]: 3}
    numbers = [after.parties.find(number) for number in (OLD, NEW, THIRD)]
    assert {one.party_id for one in numbers if one} == {survivor.party_id}
    assert None not in numbers
    assert after.parties.identifier_of(survivor.party_id) == THIRD
    after.close()
