"""The demo people, and how their mailboxes come to be when the event store is empty."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from application.mailboxes import Mailboxes
from domain.actors import DigitalKey
from domain.events.mailbox import Frequency
from domain.identifiers import Ssin

ADDRESS_OF_AN: Final = "an@example.test"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody one can be in the demo. `key` stands for the number where a number must not stand."""

    key: str
    label: str
    number: str
    language: str
    digital_keys: tuple[DigitalKey, ...] = (DigitalKey.ITSME, DigitalKey.EID)


PEOPLE: Final = (
    Person("an", "An (nl, activated)", "81050103522", "nl"),
    Person("lea", "Léa (fr, a minor, not activated)", "19082416188", "fr"),
    Person("kim", "Kim (de, bis number, not activated)", "92321506985", "de"),
)


async def make_mailboxes(mailboxes: Mailboxes) -> None:
    """An's mailbox is in use, with a verified address; the others have never logged in. May be repeated."""
    an = PEOPLE[0]
    party = await mailboxes.activate(Ssin(an.number))
    if party.mailbox_id is None:
        raise TypeError("a person has a mailbox")
    await mailboxes.confirm_address(party.mailbox_id, ADDRESS_OF_AN)
    await mailboxes.prefer(party.mailbox_id, language=an.language, frequency=Frequency.IMMEDIATE)
