"""Logging in as a demo person with a pretended digital key. Only ever in the embedded, demonstration mode."""

from __future__ import annotations

from collections.abc import Sequence

from domain.actors import DigitalKey
from identity.errors import InvalidRequest
from identity.ports import DemoPerson, People, ProvenPerson


class DemoLogins:
    """The demo people that the login page offers; a form sends `<key of the person>:<digital key>`."""

    def __init__(self, people: People, demo_people: Sequence[DemoPerson]) -> None:
        self._people = people
        self._by_key = {person.key: person for person in demo_people}

    def people(self) -> Sequence[DemoPerson]:
        """Everyone on the page, in the order of the demo data."""
        return list(self._by_key.values())

    def prove(self, choice: str) -> ProvenPerson:
        """The person and digital key that were picked; `InvalidRequest` for what the page did not offer."""
        key, _, digital_key = choice.partition(":")
        person = self._by_key.get(key)
        if person is None or digital_key not in person.digital_keys:
            raise InvalidRequest("no such demo login")
        return ProvenPerson(self._people.find_or_create(person.identifier), DigitalKey(digital_key))
