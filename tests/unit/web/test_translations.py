"""Every word of every page is there in every language, with all that it stands for."""

from __future__ import annotations

import re
from html.parser import HTMLParser
from pathlib import Path

import pytest
from babel.messages.catalog import Message
from jinja2 import nodes

from domain.actors import DigitalKey
from tests.unit.web.catalogues import TRANSLATED, catalogue, words
from web.languages import LANGUAGE_NAMES
from web.pages import TEMPLATES, environment

_PLACE = re.compile(r"%\(\w+\)s")
_MARKS = re.compile(r"</?\w+>")
_ATTRIBUTE = re.compile(r'[\w-]+="[^"]*"')
_SPOKEN_ATTRIBUTES = {"alt", "aria-label", "placeholder", "title", "content"}
_NAMES = {"eBox", "NL"}
ALL_TEMPLATES = sorted(TEMPLATES.glob("*.html"))


def forms(value: object) -> tuple[str, ...]:
    """The singular and plural of a message or a translation."""
    return tuple(value) if isinstance(value, list | tuple) else (str(value),)


@pytest.mark.parametrize("language", TRANSLATED)
def test_every_word_is_translated(language: str) -> None:
    wanted = {message.id for message in words() if message.id}
    translated: dict[object, Message] = {one.id: one for one in catalogue(language) if one.id}
    assert len(wanted) > 150
    assert set(translated) == wanted, "python -m tests.unit.web.catalogues brings the catalogue up to date"
    for source, message in translated.items():
        assert not message.fuzzy, source
        assert all(forms(message.string)), source
        places = set(_PLACE.findall(forms(source)[-1]))
        for form in forms(message.string):
            assert set(_PLACE.findall(form)) == places, source


@pytest.mark.parametrize("language", TRANSLATED)
def test_a_translation_keeps_the_marks_of_its_source(language: str) -> None:
    for message in catalogue(language):
        marks = sorted(_MARKS.findall(forms(message.id)[0]))
        for form in forms(message.string):
            assert sorted(_MARKS.findall(form)) == marks, message.id


@pytest.mark.parametrize("language", list(LANGUAGE_NAMES))
def test_every_digital_key_has_a_name(language: str) -> None:
    macro = environment(language).get_template("_digital_keys.html").module
    assert all(str(macro.name_of(key.value)).strip() for key in DigitalKey)  # type: ignore[attr-defined]


class _Unmarked(HTMLParser):
    """The words of a page that stand in it as they are."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.found: list[str] = []
        self.feed(html)

    def handle_data(self, data: str) -> None:
        self._note(_ATTRIBUTE.sub("", data))  # a macro may write nothing but attributes

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        for name, value in attrs:
            if name in _SPOKEN_ATTRIBUTES and tag != "meta":
                self._note(value or "")

    def _note(self, text: str) -> None:
        self.found += [word for word in re.findall(r"[^\W\d_]{2,}", text) if word not in _NAMES]


def raw_html(path: Path) -> str:
    """What a template writes itself, with a digit in place of what it is given."""
    tree = environment("en").parse(path.read_text("utf-8"))
    parts = []
    for output in tree.find_all(nodes.Output):
        parts += [one.data if isinstance(one, nodes.TemplateData) else "0" for one in output.nodes]
    return "".join(parts)


@pytest.mark.parametrize("path", ALL_TEMPLATES, ids=lambda path: path.name)
def test_no_template_says_anything_that_cannot_be_translated(path: Path) -> None:
    assert _Unmarked(raw_html(path)).found == []


def test_an_unmarked_word_would_be_found(tmp_path: Path) -> None:
    page = tmp_path / "page.html"
    page.write_text('<a title="{% trans %}Marked{% endtrans %}">Loose {{ word }}</a><img alt="Words">')
    assert _Unmarked(raw_html(page)).found == ["Loose", "Words"]
