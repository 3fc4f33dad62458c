"""A line of the access history as a sentence in the reader's language. One source for the portal and the API.

The words are the portal's; whoever puts eBox together gives them to whoever needs them.
"""

from __future__ import annotations

from typing import Protocol
from uuid import UUID

from application.reference import ReferenceData
from projections.access_history import HistoryRow


class PlainWords(Protocol):
    """Says what happened."""

    def language(self, asked: str | None, accept_language: str | None) -> str:
        """The language of the answer: the one asked for, else the first of the header that is spoken here."""
        ...

    def sentence(self, row: HistoryRow, reader_party: UUID, reference: ReferenceData, language: str) -> str:
        """What the line says to that reader, as plain text."""
        ...
