"""Texts as callers send and get them: which characters they may hold, and in which languages they come."""

from __future__ import annotations

import re
from typing import Annotated, Final

from pydantic import AfterValidator, BaseModel, ConfigDict, Field
from pydantic.alias_generators import to_camel
from pydantic_core import PydanticCustomError

LANGUAGES: Final = ("nl", "fr", "de", "en")

_CONTROL: Final = re.compile("[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]")
_CONTROL_BUT_LAYOUT: Final = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f\ud800-\udfff]")


def is_line(text: str) -> bool:
    """Whether it is print alone, on one line."""
    return _CONTROL.search(text) is None


def is_prose(text: str) -> bool:
    """Whether it is print, line breaks and tabs alone."""
    return _CONTROL_BUT_LAYOUT.search(text) is None


def _one_line(text: str) -> str:
    if not is_line(text):
        raise PydanticCustomError(
            "ebox_controlCharacter", "holds a control character or half of a surrogate pair"
        )
    return text


def _prose(text: str) -> str:
    if not is_prose(text):
        raise PydanticCustomError(
            "ebox_controlCharacter", "holds a control character or half of a surrogate pair"
        )
    return text


Line = Annotated[str, AfterValidator(_one_line)]
"""Text without line breaks or other control characters: it may become part of a mail's or a file's header."""

Prose = Annotated[str, AfterValidator(_prose)]
"""Text that may have line breaks and tabs."""

Id = Annotated[Line, Field(min_length=1, max_length=100)]
"""The id of something in the reference data."""


class StrictModel(BaseModel):
    """Takes what is described, of the described types, and nothing else. Names are camelCase outside."""

    model_config = ConfigDict(
        extra="forbid", strict=True, hide_input_in_errors=True, alias_generator=to_camel
    )


class TranslatedLine(StrictModel):
    """A line of text in at least one language."""

    nl: Line | None = None
    fr: Line | None = None
    de: Line | None = None
    en: Line | None = None

    def texts(self) -> dict[str, str]:
        """The texts there are, by language."""
        return _given((self.nl, self.fr, self.de, self.en))


class TranslatedProse(StrictModel):
    """A text in at least one language."""

    nl: Prose | None = None
    fr: Prose | None = None
    de: Prose | None = None
    en: Prose | None = None

    def texts(self) -> dict[str, str]:
        """The texts there are, by language."""
        return _given((self.nl, self.fr, self.de, self.en))


def _given(texts: tuple[str | None, ...]) -> dict[str, str]:
    return {language: text for language, text in zip(LANGUAGES, texts, strict=True) if text is not None}
