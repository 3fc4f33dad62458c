"""Dates, times, sizes and texts as a reader of each language writes them; times are Belgian."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Final
from zoneinfo import ZoneInfo

from babel.dates import format_date, format_time, get_timezone_location
from babel.numbers import format_currency, format_decimal
from markupsafe import Markup

from web.languages import spoken

BRUSSELS: Final = ZoneInfo("Europe/Brussels")
_KIB: Final = 1024


def filters(language: str) -> Mapping[str, Callable[..., str]]:
    """The template filters of a language, by name."""
    locale = f"{language}_BE"

    def date(moment: datetime) -> str:
        return format_date(moment.astimezone(BRUSSELS), "long", locale)

    def time(moment: datetime) -> str:
        return format_time(moment, "short", BRUSSELS, locale)

    def size(count: int) -> str:
        if count < _KIB * _KIB:
            return f"{format_decimal(max(1, round(count / _KIB)), locale=locale)} KB"
        return f"{format_decimal(round(count / _KIB / _KIB, 1), locale=locale)} MB"

    def in_words(texts: Mapping[str, str] | None) -> Markup:
        found = spoken(texts or {}, language)
        if found is None:
            return Markup("")
        code, text = found
        # Read out in the language it is written in, also where that is not the page's.
        said = Markup('<span lang="{}">{}</span>').format(code, text)
        return said if code != language else Markup("{}").format(text)

    def city(time_zone: str) -> str:
        return get_timezone_location(time_zone, locale, return_city=True)

    def number(value: int) -> str:
        return format_decimal(value, locale=locale)

    def money(amount: Decimal, currency: str) -> str:
        return format_currency(amount, currency, locale=locale)

    return {
        "money": money,
        "date": date,
        "time": time,
        "size": size,
        "in_words": in_words,
        "number": number,
        "city": city,
    }
