"""A party that an erasure closes is closed for every process within seconds, and opened again as soon."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack

import pytest

from domain.errors import Gone, NotFound, Unavailable
from eventstore import closing
from eventstore.keystore import KeyStore
from tests.logbook import CITIZEN, NOW, key_store_at
from tests.waiting import until

WITHIN = 5.0


@pytest.fixture(params=["sqlite", "postgresql"])
def stores(request: pytest.FixtureRequest) -> Iterator[tuple[KeyStore, KeyStore]]:
    """The same key store, as two processes have it."""
    on_files = request.param == "sqlite"
    folder = request.getfixturevalue("tmp_path")
    url = f"sqlite:///{folder}/keys.sqlite" if on_files else request.getfixturevalue("postgres_database")
    with ExitStack() as exits:
        made = []
        for _ in range(2):
            store = key_store_at(url)
            exits.callback(store.close)
            store.create_tables()
            made.append(store)
        yield made[0], made[1]


async def test_another_process_learns_of_it_and_its_number_waits(
    stores: tuple[KeyStore, KeyStore], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(closing, "TRUST_SECONDS", 0.3)
    monkeypatch.setattr(closing, "RENEW_SECONDS", 0.1)
    here, there = stores
    party = here.parties.find_or_create(CITIZEN)
    assert there.parties.find(CITIZEN) == party
    assert there.keys.key_of(party.party_id) is not None
    here.erased.close([party.party_id], NOW)
    await until(lambda: there.keys.key_of(party.party_id) is None, within=WITHIN)
    assert there.keys.in_memory(party.party_id) is None
    assert there.parties.known(CITIZEN) is None
    assert there.parties.known_by_id(party.party_id) is None
    for look in (there.parties.find, there.parties.find_or_create):
        with pytest.raises(Unavailable):
            look(CITIZEN)
    with pytest.raises(Unavailable):
        there.parties.find_many([CITIZEN])
    by_id = there.parties.by_id(party.party_id)
    assert by_id is not None
    assert by_id.is_erased
    here.erased.reopen([party.party_id])
    await until(lambda: there.keys.key_of(party.party_id) is not None, within=WITHIN)
    assert there.parties.find(CITIZEN) == party


def test_memory_is_not_trusted_longer_than_the_last_look(
    stores: tuple[KeyStore, KeyStore], monkeypatch: pytest.MonkeyPatch
) -> None:
    here, _ = stores
    party = here.parties.find_or_create(CITIZEN)
    assert here.parties.known(CITIZEN) == party
    assert here.keys.in_memory(party.party_id) is not None
    assert not here.keys.unknown([party.party_id])
    monkeypatch.setattr(closing, "TRUST_SECONDS", 0.0)
    monkeypatch.setattr(closing, "RENEW_SECONDS", 0.0)
    assert here.parties.known(CITIZEN) is None
    assert here.keys.in_memory(party.party_id) is None
    assert here.keys.unknown([party.party_id])


def test_what_is_destroyed_leads_nowhere_and_the_number_begins_anew(
    stores: tuple[KeyStore, KeyStore],
) -> None:
    here, there = stores
    party = here.parties.find_or_create(CITIZEN)
    assert party.mailbox_id is not None
    here.erased.close([party.party_id], NOW)
    for _ in range(2):
        here.erased.destroy(here.erased.of_mailbox(party.mailbox_id), NOW)
    here.erased.reopen([party.party_id])
    here.erased.scrub()
    [standing] = there.erased.of_mailbox(party.mailbox_id)
    assert standing.is_closed
    assert standing.is_destroyed
    assert there.parties.find(CITIZEN) is None
    assert there.keys.key_of(party.party_id) is None
    new = there.parties.find_or_create(CITIZEN)
    assert new.party_id != party.party_id
    with pytest.raises(Gone):
        here.replacements.merge(party.party_id, new.party_id, NOW)
    with pytest.raises(NotFound):
        here.erased.of_mailbox(party.party_id)
