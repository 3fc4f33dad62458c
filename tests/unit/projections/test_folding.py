"""Texts that a person would call the same are the same once folded."""

from __future__ import annotations

import pytest

from projections.folding import filled, folded, searchable


@pytest.mark.parametrize(
    ("written", "same"),
    [
        ("PENSIOEN", "pensioen"),
        ("ge\N{LATIN SMALL LETTER E WITH DIAERESIS}rfd", "geerfd"),
        ("\N{LATIN CAPITAL LIGATURE IJ}sland", "ijsland"),
        ("IJsland", "ijsland"),
        ("bi\N{LATIN SMALL LETTER J WITH CIRCUMFLEX}n", "bijn"),
        ("Aperçu Élève", "apercu eleve"),
        ("sœur", "soeur"),
        ("Œuvre Ægir", "oeuvre aegir"),
        ("STRASSE", "straße"),
        ("\N{LATIN CAPITAL LETTER SHARP S}", "ss"),
        ("Übersicht", "ubersicht"),
        ("\N{LATIN CAPITAL LETTER I WITH DOT ABOVE}stanbul", "istanbul"),
        ("\N{LATIN SMALL LETTER DOTLESS I}s\N{LATIN SMALL LETTER DOTLESS I}", "ISI"),
        ("e\N{COMBINING ACUTE ACCENT}t\N{COMBINING DIAERESIS}", "et"),
        ("\N{LATIN SMALL LIGATURE FI}n", "fin"),
        ("a\N{NO-BREAK SPACE}b", "a b"),
        ("Σίσυφος", "ΣΙΣΥΦΟΣ"),
    ],
)
def test_what_is_written_differently_is_folded_alike(written: str, same: str) -> None:
    assert folded(written) == folded(same)


@pytest.mark.parametrize("letter", ["ø", "ł", "%", "_", "\\", "日"])
def test_letters_of_their_own_and_signs_stay(letter: str) -> None:
    assert folded(letter) == letter


def test_folding_what_is_folded_changes_nothing() -> None:
    for text in ("Straße", "ΰ", "\N{LATIN CAPITAL LETTER I WITH DOT ABOVE}", "ǰ", "ﬃ", "Ǆ"):
        assert folded(folded(text)) == folded(text)


def test_another_language_stands_in_but_not_for_english() -> None:
    texts = {"fr": "Relevé", "en": "Statement"}
    assert [filled(texts, one) for one in ("nl", "fr", "de", "en")] == [*["Relevé"] * 3, "Statement"]
    assert [filled({"en": "Only"}, one) for one in ("nl", "en")] == ["Only", "Only"]
    assert filled({"nl": "Alleen"}, "en") == ""
    assert filled(None, "nl") == ""


def test_texts_are_searched_together_but_no_word_runs_over_two() -> None:
    assert searchable([{"nl": "Één"}, None, {"fr": "deux"}], "nl") == "een\ndeux"
