"""A page's language: what was asked for, what the browser remembers or prefers, else Dutch."""

from __future__ import annotations

import pytest

from web.languages import choose_language, spoken


@pytest.mark.parametrize(
    ("asked", "remembered", "accepted", "chosen"),
    [
        ("fr", "en", "de", "fr"),
        ("xx", "en", "de", "en"),
        ("xx", "yy", "de", "de"),
        (None, None, "fr-BE,fr;q=0.9,en;q=0.8", "fr"),
        (None, None, "en;q=0.2, de;q=0.7", "de"),
        (None, None, "en;q=0, de;q=0.1", "de"),
        (None, None, "es, it", "nl"),
        (None, None, "de;q=much", "nl"),
        (None, None, "", "nl"),
        (None, None, None, "nl"),
    ],
)
def test_the_language_is_the_best_that_we_speak(
    asked: str | None, remembered: str | None, accepted: str | None, chosen: str
) -> None:
    assert choose_language(asked, remembered, accepted) == chosen


@pytest.mark.parametrize(
    ("texts", "said"),
    [
        ({"nl": "Brief", "fr": "Lettre"}, ("fr", "Lettre")),
        ({"de": "Brief", "nl": "Schrijven"}, ("nl", "Schrijven")),
        ({"fr": "", "de": "Brief"}, ("de", "Brief")),
        ({"ga": "Litir"}, ("ga", "Litir")),
        ({}, None),
    ],
)
def test_a_text_is_shown_in_the_readers_language_or_else_in_one_that_there_is(
    texts: dict[str, str], said: tuple[str, str] | None
) -> None:
    assert spoken(texts, "fr") == said
