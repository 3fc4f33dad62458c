"""Logging in as a demo person with a pretended digital key. Only ever in the embedded, demonstration mode."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from uuid import UUID

from domain.actors import DigitalKey
from identity.errors import InvalidRequest
from identity.mailbox_wishes import Wish
from identity.ports import DemoPerson, Enterprises, OfferedEnterprise, People, ProvenPerson


@dataclass(frozen=True, slots=True)
class DemoOffer:
    """Somebody on the login page, and in which enterprises they may act."""

    person: DemoPerson
    enterprises: Sequence[OfferedEnterprise]


class DemoLogins:
    """The demo people that the login page offers. All methods block.

    A form sends `<key of the person>:<digital key>`, and behind another colon the number of the enterprise
    that they act in.
    """

    def __init__(self, people: People, enterprises: Enterprises, demo_people: Sequence[DemoPerson]) -> None:
        self._people = people
        self._enterprises = enterprises
        self._by_key = {person.key: person for person in demo_people}

    def offers(self, wish: Wish) -> list[DemoOffer]:
        """Whoever has a mailbox of the kind that is wished for, in the order of the demo data."""
        offers = [DemoOffer(person, self._of(person, wish)) for person in self._by_key.values()]
        return [offer for offer in offers if wish.is_for_own or offer.enterprises]

    def prove(self, choice: str, wish: Wish) -> ProvenPerson:
        """The person, digital key and enterprise that were picked.

        Raises `InvalidRequest` for what the page did not offer.
        """
        key, _, rest = choice.partition(":")
        digital_key, _, number = rest.partition(":")
        person = self._by_key.get(key)
        if person is None or digital_key not in person.digital_keys:
            raise InvalidRequest("no such demo login")
        mailbox_id = self._mailbox(person, number, wish) if number else None
        if mailbox_id is None and not wish.is_for_own:
            raise InvalidRequest("no such demo login")
        party_id = self._people.find_or_create(person.identifier)
        return ProvenPerson(party_id, DigitalKey(digital_key), mailbox_id)

    def _mailbox(self, person: DemoPerson, number: str, wish: Wish) -> UUID:
        for enterprise in self._of(person, wish):
            if enterprise.number == number:
                return enterprise.mailbox_id
        raise InvalidRequest("no such demo login")

    def _of(self, person: DemoPerson, wish: Wish) -> Sequence[OfferedEnterprise]:
        party_id = self._people.find(person.identifier) if wish.is_for_enterprises else None
        return () if party_id is None else self._enterprises.offered(party_id)
