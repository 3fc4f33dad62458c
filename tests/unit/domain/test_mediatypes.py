"""The kinds of files, by the endings of their names and by what is declared."""

from __future__ import annotations

import pytest

from domain.mediatypes import ENDINGS, MEDIA_TYPES, declared, of_file_name


def test_there_are_fifteen_and_no_two_share_an_ending() -> None:
    assert len(MEDIA_TYPES) == 15
    assert len(ENDINGS) == sum(len(one.endings) for one in MEDIA_TYPES.values())


@pytest.mark.parametrize(
    ("name", "media_type"),
    [
        ("a.pdf", "application/pdf"),
        ("A.PDF", "application/pdf"),
        ("a.pdf.txt", "text/plain"),
        (".csv", "text/csv"),
        ("page.HTM", "text/html"),
        ("a.docm", None),
        ("a.pdf.", None),
        ("pdf", None),
        ("", None),
        (None, None),
    ],
)
def test_the_last_ending_counts(name: str | None, media_type: str | None) -> None:
    found = of_file_name(name)
    assert (found.name if found else None) == media_type


def test_a_declared_type_is_found_however_it_is_spelled() -> None:
    assert declared("Text/PLAIN") == MEDIA_TYPES["text/plain"]
    assert declared("application/xml") == MEDIA_TYPES["text/xml"]
    assert declared("image/png") is None
