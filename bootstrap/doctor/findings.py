"""What a look at a part ends with."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Verdict(StrEnum):
    """How it is."""

    FINE = "fine"
    WARNING = "warning"
    WRONG = "wrong"


@dataclass(frozen=True, slots=True)
class Finding:
    """One line: the part by the name that operators know, what was found, and what to do about it.

    Neither text holds a password, a key or anything personal: it ends on screens and in tickets.
    """

    part: str
    verdict: Verdict
    found: str
    advice: str = ""


def fine(part: str, found: str) -> Finding:
    """Nothing to be done."""
    return Finding(part, Verdict.FINE, found)


def warning(part: str, found: str, advice: str) -> Finding:
    """It works, and will not for ever, or not in trouble."""
    return Finding(part, Verdict.WARNING, found, advice)


def wrong(part: str, found: str, advice: str) -> Finding:
    """It does not work."""
    return Finding(part, Verdict.WRONG, found, advice)
