"""The words of our pages in each language: gettext catalogues, read from their source when first needed.

English is the language that the templates are written in; the others are `translations/<language>/
LC_MESSAGES/web.po`. Nothing compiled is kept, so nothing compiled can be stale.
"""

from __future__ import annotations

from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Final

from babel.messages.mofile import write_mo
from babel.messages.pofile import read_po
from babel.support import NullTranslations, Translations

SOURCE_LANGUAGE: Final = "en"
_FOLDER = Path(__file__).parent / "translations"


@cache
def translations(language: str) -> NullTranslations:
    """What gettext says in that language."""
    if language == SOURCE_LANGUAGE:
        return NullTranslations()
    compiled = BytesIO()
    with catalogue_file(language).open("rb") as source:
        write_mo(compiled, read_po(source, locale=language))
    compiled.seek(0)
    return Translations(compiled)


def catalogue_file(language: str) -> Path:
    """Where the words of a language are kept."""
    return _FOLDER / language / "LC_MESSAGES" / "web.po"
