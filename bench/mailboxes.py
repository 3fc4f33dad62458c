"""Mailboxes of any size that are alike: in each the same parts of the messages have the same of everything.

They span the same three years, so that a period has the same part of the messages in each, too.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from hashlib import blake2b
from typing import Final
from uuid import UUID

from domain.events import Event
from domain.events.message import BusinessDatum
from tests.unit.projections.story import a_citizen, a_message, a_partner, opening, registered

BEGIN: Final = datetime(2023, 1, 1, tzinfo=UTC)
SPAN: Final = timedelta(days=3 * 365)
VALID: Final = timedelta(days=5 * 365)

RARE, FIVE, HALF = "rare", "5 %", "half"
_EVERY: Final = {RARE: 200, FIVE: 20, HALF: 2}
_WORDS: Final = {RARE: "kadastraal", FIVE: "bijlage", HALF: "dossier"}
_TYPES: Final = {RARE: "BENCH_RARE", FIVE: "A1_CERTIFICATE", HALF: "PENSION_STATEMENT"}
_TEXT: Final = "Uw pensioen: {words} van het jaar {year}, kenmerk {number:06}, ter informatie"


def word(part: str) -> str:
    """The word that this part of the messages has."""
    return _WORDS[part]


def message_type(part: str) -> str:
    """The message type of this part of the messages; the demo's, where it has one that words can name."""
    return _TYPES[part]


def application(part: str) -> str:
    """The sender application of this part of the messages."""
    return f"bench.{part[:4].strip()}"


def decisions(party_id: UUID, mailbox_id: UUID, count: int) -> Iterator[list[Event]]:
    """So many messages from the first to the last day, decision by decision; half of them are opened."""
    partner, reader = registered(a_partner(party_id)), a_citizen(party_id)
    for number in range(count):
        at = BEGIN + SPAN * number / count
        texts = [text for part, text in _WORDS.items() if _is_in(part, f"text {number}")]
        message = a_message(
            mailbox_id,
            party_id=party_id,
            at=at,
            expires_at=at + VALID,
            subject={"nl": _TEXT.format(words=" ".join(texts), year=at.year, number=number)},
            body={"nl": "Beste"},
            business_data=[BusinessDatum("file", None, [{"nl": f"{at.year}/{number:06}"}])],
            message_type=_one_of(_TYPES, f"type {number}", "BENCH_OTHER"),
            sender_application=_one_of(
                {part: application(part) for part in _EVERY}, f"application {number}", "bench.other"
            ),
            registered=_is_in(FIVE, f"registered {number}"),
            access=partner,
        )
        yield message.new_facts()
        if _is_in(HALF, f"opened {number}"):
            yield opening(message, reader, at + timedelta(minutes=1))


def _one_of(values: Mapping[str, str], what: str, other: str) -> str:
    return next((value for part, value in values.items() if _is_in(part, what)), other)


def _is_in(part: str, what: str) -> bool:
    """Whether this is true of it: of so many, spread evenly, and whatever else is true of it."""
    digest = blake2b(f"{part} {what}".encode(), digest_size=4).digest()
    return int.from_bytes(digest) % _EVERY[part] == 0
