"""The demo people: who one can be, and publish to, in the embedded mode."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from domain.actors import DigitalKey

ADDRESS_OF_AN: Final = "an@example.test"
EMPLOYEE: Final = "marc"
EMPLOYER: Final = "0884303369"
"""The enterprise whose access manager he is."""


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
    Person("marc", "Marc (nl, access manager of 0884303369)", "81000003517", "nl"),
)
