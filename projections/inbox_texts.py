"""What a message is found by."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

from sqlalchemy import Connection, bindparam, select

from projections.folding import ANY_LANGUAGE, SEPARATOR, searchable
from projections.inbox_tables import INBOX, TEXTS
from projections.message_facts import update_rows
from projections.model import Row

_SHARED: Final = tuple(one.name for one in TEXTS.columns if one.name in INBOX.columns)


def text_row(row: Row, *, is_crowded: bool) -> Row:
    """A row of texts for a row of the inbox."""
    attention = row["attention_of"]
    label = attention.label if attention else None
    texts = [
        row["subject"],
        *(value for datum in row["business_data"] or () for value in datum.values),
        dict.fromkeys(ANY_LANGUAGE, label) if label else None,
    ]
    found_by = {language: searchable(texts, language) for language in ANY_LANGUAGE}
    return {
        **{name: row[name] for name in _SHARED},
        "words": _words(found_by) if is_crowded else None,
        **found_by,
    }


def crowd(connection: Connection, mailbox_id: UUID) -> None:
    """Bring the mailbox's messages into the index of words; they are few when that becomes worth it."""
    outside = connection.execute(_OUTSIDE, {"mailbox": mailbox_id}).mappings().all()
    update_rows(connection, TEXTS, {row["message_id"]: {"words": _words(dict(row))} for row in outside})


def _words(found_by: Mapping[str, Any]) -> str:
    return SEPARATOR.join(dict.fromkeys(found_by[language] for language in ANY_LANGUAGE))


_OUTSIDE: Final = select(TEXTS.c.message_id, *(TEXTS.c[language] for language in ANY_LANGUAGE)).where(
    TEXTS.c.mailbox_id == bindparam("mailbox"), TEXTS.c.words.is_(None)
)
