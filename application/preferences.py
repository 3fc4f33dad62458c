"""How an owner wants to be told, and which of that can be meant."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Final, TypedDict

from domain.errors import InvalidInput, Issue
from domain.events.mailbox import Frequency, QuietHours

LANGUAGES: Final = ("nl", "fr", "de", "en")

_TIME: Final = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]", re.ASCII)


@dataclass(frozen=True, slots=True)
class Preferences:
    """All of an owner's preferences. `language` is None until the owner chose one."""

    language: str | None
    frequency: Frequency
    quiet_hours: QuietHours | None
    reminders: bool
    exclusively_ebox: bool
    show_title: bool


NEVER_CHOSEN: Final = Preferences(
    language=None,
    frequency=Frequency.IMMEDIATE,
    quiet_hours=None,
    reminders=True,
    exclusively_ebox=False,
    show_title=False,
)
"""What counts until an owner says otherwise."""


class PreferenceChanges(TypedDict, total=False):
    """Those preferences that are to become others."""

    language: str
    frequency: Frequency
    quiet_hours: QuietHours | None
    reminders: bool
    exclusively_ebox: bool
    show_title: bool


def checked_language(preferences: Preferences) -> str:
    """The language, of preferences that may all be recorded. Raises `InvalidInput` naming what may not."""
    issues = list(_issues(preferences))
    if issues or preferences.language is None:
        raise InvalidInput(*issues)
    return preferences.language


def _issues(preferences: Preferences) -> Iterator[Issue]:
    if preferences.language is None:
        yield Issue("language", "required", f"choose one of {', '.join(LANGUAGES)}")
    elif preferences.language not in LANGUAGES:
        yield Issue("language", "schemaViolation", f"must be one of {', '.join(LANGUAGES)}")
    quiet = preferences.quiet_hours
    if quiet is None:
        return
    for name, time in (("start", quiet.start), ("end", quiet.end)):
        if not _TIME.fullmatch(time):
            yield Issue(f"quietHours.{name}", "schemaViolation", "must be a time of the day, as 22:00")
    if quiet.start == quiet.end:
        yield Issue("quietHours.end", "invalidInput", "must be another time than start")
    if quiet.time_zone not in _time_zones():
        yield Issue("quietHours.timeZone", "schemaViolation", "must be an IANA name, as Europe/Brussels")


@cache
def _time_zones() -> frozenset[str]:
    """The names of the IANA database that comes along: the same ones on every machine."""
    return frozenset(files("tzdata").joinpath("zones").read_text("utf-8").split())
