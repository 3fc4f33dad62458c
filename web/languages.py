"""The four languages of our pages, and which of them a reader gets."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

LANGUAGE_NAMES: Final[Mapping[str, str]] = {
    "nl": "Nederlands",
    "fr": "Français",
    "de": "Deutsch",
    "en": "English",
}
"""Each language by its own name for itself."""

SWITCH_LABELS: Final[Mapping[str, str]] = {"nl": "Taal", "fr": "Langue", "de": "Sprache", "en": "Language"}
"""What the choice between them is called."""

DEFAULT_LANGUAGE: Final = "nl"


def choose_language(asked: str | None, accept_language: str | None) -> str:
    """The language asked for, else the first known one of an `Accept-Language` header, else Dutch."""
    if asked is not None and asked in LANGUAGE_NAMES:
        return asked
    ranked = sorted(
        (_weighed(part) for part in (accept_language or "").split(",")[:20]),
        key=lambda weighed: -weighed[1],
    )
    return next((tag for tag, weight in ranked if weight > 0 and tag in LANGUAGE_NAMES), DEFAULT_LANGUAGE)


def _weighed(part: str) -> tuple[str, float]:
    tag, _, parameter = part.strip().partition(";")
    try:
        weight = float(parameter.strip().removeprefix("q=")) if parameter else 1.0
    except ValueError:
        weight = 0.0
    return tag.strip().lower().partition("-")[0], weight
