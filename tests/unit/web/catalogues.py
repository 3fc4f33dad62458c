"""The words that our templates ask to be translated, and the catalogues that have to have them.

`python -m tests.unit.web.catalogues` brings the catalogues up to date: new words come in without a
translation, words that nobody uses any more go.
"""

from __future__ import annotations

from pathlib import Path

from babel.messages.catalog import Catalog
from babel.messages.extract import extract_from_dir
from babel.messages.pofile import read_po, write_po

from web.languages import LANGUAGE_NAMES
from web.pages import TEMPLATES
from web.translations import SOURCE_LANGUAGE, catalogue_file

TRANSLATED = [language for language in LANGUAGE_NAMES if language != SOURCE_LANGUAGE]
_OPTIONS = {"trimmed": "true", "silent": "false", "newstyle_gettext": "true"}


def words() -> Catalog:
    """What the templates say, without translations."""
    found = Catalog(project="eBox", charset="utf-8")
    extracted = extract_from_dir(
        TEMPLATES, [("**.html", "jinja2.ext:babel_extract")], options_map={"**.html": _OPTIONS}
    )
    for file, _, message, comments, context in extracted:
        found.add(message, locations=[(Path(file).name, 0)], auto_comments=comments, context=context)
    return found


def catalogue(language: str) -> Catalog:
    """What that language's catalogue has."""
    with catalogue_file(language).open("rb") as source:
        return read_po(source, locale=language)


def main() -> None:
    """Bring the catalogues up to date."""
    for language in TRANSLATED:
        kept = catalogue(language)
        kept.update(words(), no_fuzzy_matching=True)
        kept.obsolete.clear()
        with catalogue_file(language).open("wb") as target:
            write_po(target, kept, width=110, include_lineno=False, sort_by_file=True, omit_header=True)


if __name__ == "__main__":
    main()
