"""How texts are made alike before they are compared: a search finds what a person would call the same.

Both what is searched and what is searched for go through `folded`; a search is then a plain search for a
substring. Compatibility forms are taken apart (Unicode NFKD: a ligature of `fi` is `fi`, a no-break space a
space), marks on letters dropped (`é` is `e`), and letters made small by Unicode's full case folding (`ß` is
`ss`). `œ` and `æ` are found as `oe` and `ae`, which keyboards have. Where languages differ one rule holds for
all: the Turkish capital I with a dot and small i without one are found as `i`, the German `ü` as `u` and not
as `ue`. Letters that are letters of their own and no marked ones stay (`ø`, `ł`).
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Final

LANGUAGES: Final = ("nl", "fr", "de")
"""The languages that every text is filled for, in the order in which one stands in for another."""

ANY_LANGUAGE: Final = (*LANGUAGES, "en")

SEPARATOR: Final = "\n"
"""Between two texts that are searched together: nothing that is searched for holds one."""

_SPELT_OUT: Final = str.maketrans({"\N{LATIN SMALL LETTER DOTLESS I}": "i", "œ": "oe", "æ": "ae"})


def folded(text: str) -> str:
    """The text as searches compare it."""
    if text.isascii():
        return text.lower()
    small = unicodedata.normalize("NFKD", text).casefold()
    # Case folding may bring composed letters back.
    letters = unicodedata.normalize("NFKD", small)
    return "".join(one for one in letters if not unicodedata.combining(one)).translate(_SPELT_OUT)


def filled(texts: Mapping[str, str] | None, language: str) -> str:
    """The text that answers show in this language: another stands in for nl, fr and de; empty if none does.

    English is shown only where it was given.
    """
    if not texts:
        return ""
    if language in texts or language not in LANGUAGES:
        return texts.get(language, "")
    return next(texts[one] for one in ANY_LANGUAGE if one in texts)


def pairs_of(*texts: str | None) -> list[int]:
    """Numbers of 15 bits for the pairs of letters that follow one another; two pairs may have the same."""
    pairs = {pair for text in texts if text for pair in pairwise(text)}
    return sorted({(41 * ord(one) + ord(other)) & 0x7FFF for one, other in pairs})


def searchable(texts: Sequence[Mapping[str, str] | None], language: str) -> str:
    """Several texts as a search in this language sees them."""
    return folded(SEPARATOR.join(text for one in texts if (text := filled(one, language))))
