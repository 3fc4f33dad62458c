"""A page's language (what was asked for, what the browser prefers, else Dutch), and its words."""

from __future__ import annotations

from dataclasses import asdict

import pytest

from domain.actors import DigitalKey
from web import front_texts
from web.languages import LANGUAGE_NAMES, SWITCH_LABELS, choose_language
from web.login_texts import TEXTS


@pytest.mark.parametrize(
    ("asked", "accepted", "chosen"),
    [
        ("fr", "de", "fr"),
        ("xx", "de", "de"),
        (None, "fr-BE,fr;q=0.9,en;q=0.8", "fr"),
        (None, "en;q=0.2, de;q=0.7", "de"),
        (None, "en;q=0, de;q=0.1", "de"),
        (None, "es, it", "nl"),
        (None, "de;q=much", "nl"),
        (None, "", "nl"),
        (None, None, "nl"),
    ],
)
def test_the_language_is_the_best_that_we_speak(asked: str | None, accepted: str | None, chosen: str) -> None:
    assert choose_language(asked, accepted) == chosen


@pytest.mark.parametrize("language", ["nl", "fr", "de", "en"])
def test_every_digital_key_has_a_name_in_every_language(language: str) -> None:
    assert set(TEXTS[language].keys) == {key.value for key in DigitalKey}
    assert all(TEXTS[language].keys.values())


def test_every_page_has_words_in_every_language() -> None:
    assert set(TEXTS) == set(front_texts.TEXTS) == set(LANGUAGE_NAMES) == set(SWITCH_LABELS)
    for texts in front_texts.TEXTS.values():
        assert all(asdict(texts).values())
