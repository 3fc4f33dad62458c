"""The inbox's tables: messages, the texts they are found by, and counters for each mailbox."""

from __future__ import annotations

from datetime import datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import (
    BigInteger,
    Column,
    ColumnElement,
    Index,
    Named,
    String,
    Table,
    TypedColumns,
    and_,
)

from projections.columns import METADATA, Moment
from projections.message_facts import MessageColumns

CROWDED: Final = 1_000
"""The first messages of a mailbox are searched one by one; only those behind them are in the index of words.

Nearly every mailbox stays below, and then costs that index nothing.
"""

_FOLDED: Final = String().with_variant(String(collation="C"), "postgresql")


class InboxColumns(MessageColumns):
    """An expired message stays as a mark, without its texts, for those who ask what has changed."""

    is_expired: Named[bool]


class TextColumns(TypedColumns):
    """What a message that has not expired is found by, folded, in each language.

    Apart from the inbox, so that opening a message leaves the index of words alone. `number` counts the
    mailbox's messages in the order of their publication. `words` has the texts of all languages once, for the
    index; null where the message is not in it.
    """

    message_id: Named[UUID] = Column(primary_key=True)
    mailbox_id: Named[UUID]
    number: Named[int]
    received_at: Named[datetime | None] = Column(Moment)
    is_hidden: Named[bool]
    is_archived: Named[bool]
    message_type: Named[str]
    sender_organisation: Named[str]
    sender_application: Named[str]
    nl: Named[str] = Column(_FOLDED)
    fr: Named[str] = Column(_FOLDED)
    de: Named[str] = Column(_FOLDED)
    en: Named[str] = Column(_FOLDED)
    words: Named[str | None] = Column(_FOLDED)


class CounterColumns(TypedColumns):
    """What may be seen of a mailbox, apart for what is hidden, archived, both or neither; `size` in bytes.

    Of the mailbox as a whole, with what is neither: `received`, the messages ever published to it, and when
    it was last consulted.
    """

    mailbox_id: Named[UUID] = Column(primary_key=True)
    is_hidden: Named[bool] = Column(primary_key=True)
    is_archived: Named[bool] = Column(primary_key=True)
    messages: Named[int]
    unread: Named[int]
    size: Named[int] = Column(BigInteger)
    received: Named[int]
    last_consulted_at: Named[datetime | None] = Column(Moment)


INBOX: Final = Table("inbox", METADATA, InboxColumns)
TEXTS: Final = Table("inbox_texts", METADATA, TextColumns)
COUNTERS: Final = Table("inbox_counters", METADATA, CounterColumns)

_m, _t = INBOX.c, TEXTS.c
NEWEST_FIRST: Final = (_m.received_at.desc(), _m.message_id.desc())
IS_LISTED: Final = and_(_m.received_at.is_not(None), _m.is_expired.is_(False))
"""It has come into sight, and has not expired."""
IS_CROWDED: Final = _t.words.is_not(None)

_SHELF: Final = (_m.mailbox_id, _m.is_hidden, _m.is_archived)


def _index(name: str, *columns: ColumnElement[Any], only: ColumnElement[bool] = IS_LISTED) -> None:
    Index(f"inbox_{name}", *_SHELF, *columns, *NEWEST_FIRST, postgresql_where=only, sqlite_where=only)


_index("newest")
_index("newest_unread", only=and_(IS_LISTED, _m.opened_at.is_(None)))
_index("newest_read", only=and_(IS_LISTED, _m.opened_at.is_not(None)))
for _column in (_m.message_type, _m.sender_organisation, _m.sender_application, _m.registered):
    _index(f"newest_{_column.name}", _column)
_index("expiry", _m.expires_at)
Index("inbox_position", _m.mailbox_id, _m.position)

_TEXTS_SHELF: Final = (_t.mailbox_id, _t.is_hidden, _t.is_archived)
Index("inbox_texts_newest", *_TEXTS_SHELF, _t.received_at.desc(), _t.message_id.desc())
Index("inbox_texts_number", _t.mailbox_id, _t.number)
Index(
    "inbox_texts_words",
    _t.mailbox_id,
    _t.message_type,
    _t.sender_organisation,
    _t.sender_application,
    _t.words,
    postgresql_using="gin",
    postgresql_ops={"words": "gin_trgm_ops"},
    postgresql_where=IS_CROWDED,
).ddl_if(dialect="postgresql")
