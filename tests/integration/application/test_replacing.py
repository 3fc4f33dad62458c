"""Numbers are replaced and mailboxes merged, wherever it is broken off; on SQLite and on PostgreSQL."""

from __future__ import annotations

from collections.abc import AsyncIterator
from dataclasses import fields
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from application.mailboxes import Mailboxes
from application.parties import Parties, mailbox_of
from application.placement import Placed, Placement
from application.progress import Silent
from application.replacing import Replacing
from domain.clock import FixedClock
from domain.errors import Conflict, InvalidInput, NotFound, Unavailable
from domain.events.mailbox import Frequency
from domain.identifiers import EnterpriseNumber, Identifier, Ssin
from domain.mailbox import Mailbox
from domain.publication import Publication
from eventstore.parties import Party
from tests.integration.notifier.publications import a_message
from tests.logbook import an_event_store, key_store_at
from threads import BoundedThreads

AT = datetime(2026, 5, 6, 7, 8, 9, 101112, tzinfo=UTC)
OLD, NEW, THIRD = Ssin("92321506985"), Ssin("92521506931"), Ssin("81050103522")


class Office:
    """The operator, and two people who may be one."""

    def __init__(self, key_store: Any, events: Any, threads: BoundedThreads) -> None:
        self.key_store = key_store
        self.events = events
        clock = FixedClock(AT)
        self.parties = Parties(key_store.parties, key_store.keys, threads)
        self.mailboxes = Mailboxes(events=events, parties=self.parties, clock=clock)
        self.replacing = Replacing(
            events=events,
            parties=self.parties,
            replacements=key_store.replacements,
            threads=threads,
            clock=clock,
            settling_seconds=0.0,
        )

    async def in_use(self, number: Identifier) -> Party:
        """A mailbox whose owner has an address and wishes."""
        party = await self.mailboxes.activate(number)
        await self.mailboxes.confirm_address(mailbox_of(party), f"{number.number[:6]}@example.test")
        await self.mailboxes.prefer(mailbox_of(party), language="fr", frequency=Frequency.DAILY)
        return party

    async def merge(self, old: Identifier, new: Identifier) -> None:
        await self.replacing.merge(old, new, Silent())

    def mailbox(self, party: Party) -> Mailbox:
        mailbox = self.events.load(mailbox_of(party))
        assert isinstance(mailbox, Mailbox)
        return mailbox

    def topics(self, party: Party) -> list[str]:
        return [event.TOPIC for event in self.events.events_of(mailbox_of(party))]


@pytest.fixture(params=["sqlite", "postgresql"])
async def office(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Office]:
    database = str(request.getfixturevalue("postgres_database")) if request.param == "postgresql" else None
    key_store = key_store_at(database or f"sqlite:///{tmp_path}/keys.sqlite")
    key_store.create_tables()
    threads = BoundedThreads("key store", 4, waiting=16, seconds=10)
    with an_event_store(database or f"sqlite:///{tmp_path}/events.sqlite", key_store.keys) as events:
        yield Office(key_store, events, threads)
    threads.close()
    key_store.close()


async def test_a_replaced_number_is_on_record_once(office: Office) -> None:
    party = await office.in_use(OLD)
    for _ in range(2):
        await office.replacing.replace(OLD, NEW)
    assert office.topics(party)[-2:] == ["mailbox.preferences_changed", "mailbox.identifier_replaced"]
    found = await office.replacing.holder(NEW)
    assert (found.party_id, found.is_activated) == (party.party_id, True)
    assert await office.parties.identifier_of(party.party_id) == NEW


async def test_a_replacement_that_was_broken_off_is_finished(office: Office) -> None:
    party = await office.in_use(OLD)
    office.key_store.replacements.replace(party.party_id, NEW, AT)
    await office.replacing.replace(OLD, NEW)
    assert office.topics(party)[-1] == "mailbox.identifier_replaced"


async def test_of_a_party_whose_mailbox_is_not_on_record_the_registry_knows(office: Office) -> None:
    party = await office.parties.find_or_create(OLD)
    await office.replacing.replace(OLD, NEW)
    assert office.events.events_of(mailbox_of(party)) == []
    assert (await office.replacing.holder(NEW)).party_id == party.party_id


async def test_a_number_with_a_mailbox_of_its_own_wants_a_merge(office: Office) -> None:
    await office.in_use(OLD)
    await office.in_use(NEW)
    with pytest.raises(Conflict, match="parties merge"):
        await office.replacing.replace(OLD, NEW)


@pytest.mark.parametrize("what", ["replace", "merge"])
async def test_numbers_that_make_no_pair_are_refused(office: Office, what: str) -> None:
    act = office.replacing.replace if what == "replace" else office.merge
    with pytest.raises(NotFound):
        await act(OLD, NEW)
    await office.in_use(OLD)
    for other in (OLD, EnterpriseNumber("0316380841")):
        with pytest.raises(InvalidInput):
            await act(OLD, other)


async def test_a_merge_with_a_number_that_nobody_has_is_refused(office: Office) -> None:
    await office.in_use(OLD)
    with pytest.raises(NotFound, match="new number"):
        await office.merge(OLD, NEW)


async def test_a_merged_mailbox_hands_over_and_is_merged_once(office: Office) -> None:
    one, survivor = await office.in_use(OLD), await office.parties.find_or_create(NEW)
    for _ in range(2):
        await office.merge(OLD, NEW)
    assert office.topics(one)[-1] == "mailbox.merged_into"
    assert office.topics(one).count("mailbox.merged_into") == 1
    assert office.mailbox(one).merged_into == survivor.mailbox_id
    assert office.mailbox(survivor).address == "923215@example.test"
    for number in (OLD, NEW):
        found = await office.replacing.holder(number)
        assert (found.party_id, found.is_recorded, found.is_activated) == (survivor.party_id, True, True)
    assert office.key_store.replacements.unfinished() == []


@pytest.mark.parametrize("reached", ["the numbers", "the event"])
async def test_a_merge_that_was_broken_off_is_finished(
    office: Office, reached: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    one, survivor = await office.in_use(OLD), await office.parties.find_or_create(NEW)
    at, step = (office.events, "append") if reached == "the numbers" else (office.parties, "mailbox_recorded")
    with monkeypatch.context() as broken:

        async def broken_off(*_: object) -> None:
            raise Unavailable("killed here")

        broken.setattr(at, step, broken_off)
        with pytest.raises(Unavailable):
            await office.merge(OLD, NEW)
    assert len(office.key_store.replacements.unfinished()) == 1
    await office.merge(OLD, NEW)
    assert office.topics(one).count("mailbox.merged_into") == 1
    assert office.key_store.replacements.unfinished() == []
    assert (await office.replacing.holder(OLD)).is_activated
    assert office.mailbox(survivor).activated_at == AT


async def test_three_mailboxes_become_one_after_the_other(office: Office) -> None:
    parties = [await office.in_use(number) for number in (OLD, NEW, THIRD)]
    await office.merge(OLD, NEW)
    await office.merge(NEW, THIRD)
    survivor = await office.parties.find(OLD)
    assert survivor is not None
    assert survivor.party_id == parties[2].party_id
    assert set(survivor.merged_mailboxes) == {parties[0].mailbox_id, parties[1].mailbox_id}
    assert office.mailbox(parties[0]).merged_into == parties[1].mailbox_id
    assert office.mailbox(parties[1]).merged_into == parties[2].mailbox_id


async def test_nothing_is_accepted_for_a_mailbox_that_was_merged(office: Office) -> None:
    one = await office.in_use(OLD)
    await office.in_use(NEW)
    await office.merge(OLD, NEW)
    with pytest.raises(Conflict):
        await office.mailboxes.prefer(mailbox_of(one), language="de", frequency=Frequency.IMMEDIATE)


async def test_a_publication_that_was_begun_before_a_merge_does_not_go_into_the_old_mailbox(
    office: Office,
) -> None:
    """Nobody's eyes would ever fall on it there: where that mailbox never began, no event hands it over."""
    await office.in_use(NEW)
    old = await office.parties.find_or_create(OLD)
    message = a_message(mailbox_of(old), old.party_id, AT, "Geheim", None, "PENSION_STATEMENT", AT).published
    facts = {field.name: getattr(message, field.name) for field in fields(Publication)}
    publication = Publication(**facts)
    await office.merge(OLD, NEW)
    placement = Placement(office.events, office.parties)

    with pytest.raises(Unavailable):
        await placement.put(publication, OLD, old, AT)
    with pytest.raises(Unavailable):
        await placement.put_all([Placed(publication, OLD, old)], AT)

    assert office.events.events_of(mailbox_of(old)) == []
