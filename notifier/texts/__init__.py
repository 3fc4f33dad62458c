"""The words of the mails, in the four languages a recipient can choose from: a file for each."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TypeVar

from notifier.texts import de, en, fr, nl
from notifier.texts.words import Texts

T = TypeVar("T")

TEXTS: dict[str, Texts] = {"nl": nl.TEXTS, "fr": fr.TEXTS, "de": de.TEXTS, "en": en.TEXTS}


def in_language(texts: Mapping[str, T], language: str) -> T | None:
    """The text in that language, else in the first language of ours that there is; None if there is none."""
    for candidate in (language, *TEXTS):
        if candidate in texts:
            return texts[candidate]
    return None
