"""The login page's language: what was asked for, what the browser prefers, else Dutch."""

from __future__ import annotations

import pytest

from domain.actors import DigitalKey
from web.login_texts import TEXTS, choose_language


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
