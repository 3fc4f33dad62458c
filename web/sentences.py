"""Lines of the access history as sentences: for the page that lists them, and for the API and the export."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any
from uuid import UUID

from markupsafe import Markup

from application.reference import ReferenceData
from domain.access import BasisKind
from identity.visitors import PORTAL
from projections.access_history import HistoryRow
from web.languages import choose_language
from web.pages import environment


@dataclass(frozen=True, slots=True, repr=False)
class Line:
    """One thing that happened.

    `who`: you, auditor, sender, ebox, somebody, or withheld. `site` is None for the portal. `employee`: the
    number of which person of the enterprise it was, where it is one's history and it was not the reader.
    """

    row: HistoryRow
    who: str
    sender: Mapping[str, str]
    site: Mapping[str, str] | None
    employee: str | None = None


def line_of(row: HistoryRow, reader_party: UUID, known: ReferenceData) -> Line:
    """What there is to say of this row to that reader."""
    sender = known.organisations.get(row.sender_organisation or "")
    site = known.sites.get(row.site or "")
    return Line(
        row,
        _who(row, reader_party),
        sender.name if sender else {},
        None if row.site == PORTAL else _name_of_site(site.name if site else None, row.site),
        row.actor if row.basis_kind == BasisKind.ROLE and row.actor_party != reader_party else None,
    )


class Sentences:
    """Implements `application.plain_words.PlainWords`."""

    def language(self, asked: str | None, accept_language: str | None) -> str:
        """The language of the answer."""
        return choose_language(asked, None, accept_language)

    def sentence(self, row: HistoryRow, reader_party: UUID, reference: ReferenceData, language: str) -> str:
        """What the page says of this row, without its links."""
        said: Markup = _macro(language).sentence(line_of(row, reader_party, reference))
        return said.striptags()


@cache
def _macro(language: str) -> Any:
    return environment(language).get_template("_history_sentence.html").make_module({"language": language})


def _name_of_site(name: Mapping[str, str] | None, site: str | None) -> Mapping[str, str]:
    return name or ({"en": site} if site else {})


def _who(row: HistoryRow, reader_party: UUID) -> str:
    if row.is_withheld:
        return "withheld"
    if row.actor_party == reader_party:
        return "you"
    return {"auditor": "auditor", "partner": "sender", None: "ebox"}.get(row.actor_kind, "somebody")
