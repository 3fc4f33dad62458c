"""What a message is found by."""

from __future__ import annotations

from typing import Final
from uuid import UUID

from sqlalchemy import Connection, bindparam, select

from projections.folding import ANY_LANGUAGE, pairs_of, searchable
from projections.inbox_tables import CROWDED, INBOX, TEXTS
from projections.message_facts import update_rows
from projections.model import Row

_SHARED: Final = tuple(one.name for one in TEXTS.columns if one.name in INBOX.columns)


def text_row(row: Row, *, is_indexed: bool) -> Row:
    """A row of texts for a row of the inbox."""
    attention = row["attention_of"]
    label = attention.label if attention else None
    texts = [
        row["subject"],
        *(value for datum in row["business_data"] or () for value in datum.values),
        dict.fromkeys(ANY_LANGUAGE, label) if label else None,
    ]
    first, *others = ANY_LANGUAGE
    found_by: Row = {first: searchable(texts, first)}
    for language in others:
        text = searchable(texts, language)
        found_by[language] = None if text == found_by[first] else text
    pairs = pairs_of(*found_by.values()) if is_indexed else None
    return {**{name: row[name] for name in _SHARED}, **found_by, "pairs": pairs, "is_crowded": is_indexed}


def is_crowded(connection: Connection, published: int) -> bool:
    """Whether a mailbox to which so many messages were published has them in the index of words."""
    return published > CROWDED and connection.dialect.name == "postgresql"


def crowd(connection: Connection, mailbox_id: UUID) -> None:
    """Bring the mailbox's messages into the index of words; they are few when that becomes worth it."""
    rows = connection.execute(_OUTSIDE, {"mailbox": mailbox_id}).all()
    changes: dict[UUID, Row] = {
        message_id: {"is_crowded": True, "pairs": pairs_of(*texts)} for message_id, *texts in rows
    }
    update_rows(connection, TEXTS, changes)


_OUTSIDE: Final = select(TEXTS.c.message_id, *(TEXTS.c[language] for language in ANY_LANGUAGE)).where(
    TEXTS.c.mailbox_id == bindparam("mailbox"), TEXTS.c.is_crowded.is_(False)
)
