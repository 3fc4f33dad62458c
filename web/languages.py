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

DEFAULT_LANGUAGE: Final = "nl"


def choose_language(asked: str | None, remembered: str | None, accept_language: str | None) -> str:
    """The language asked for, else the one remembered, else the browser's first that we speak, else Dutch."""
    for wanted in (asked, remembered):
        if wanted is not None and wanted in LANGUAGE_NAMES:
            return wanted
    ranked = sorted(
        (_weighed(part) for part in (accept_language or "").split(",")[:20]),
        key=lambda weighed: -weighed[1],
    )
    return next((tag for tag, weight in ranked if weight > 0 and tag in LANGUAGE_NAMES), DEFAULT_LANGUAGE)


def spoken(texts: Mapping[str, str], language: str) -> tuple[str, str] | None:
    """What is said in the reader's language, or else in another one: its language and the text.

    None where nothing is said at all.
    """
    for code in (language, *LANGUAGE_NAMES, *texts):
        if texts.get(code):
            return code, texts[code]
    return None


def _weighed(part: str) -> tuple[str, float]:
    tag, _, parameter = part.strip().partition(";")
    try:
        weight = float(parameter.strip().removeprefix("q=")) if parameter else 1.0
    except ValueError:
        weight = 0.0
    return tag.strip().lower().partition("-")[0], weight
