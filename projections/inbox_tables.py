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
    SmallInteger,
    String,
    Table,
    TypedColumns,
    and_,
    literal_column,
)
from sqlalchemy.dialects.postgresql import ARRAY

from projections.columns import METADATA, Json, Moment
from projections.folding import ANY_LANGUAGE
from projections.mailbox_merges import merges_table
from projections.message_facts import MessageColumns

CROWDED: Final = 1_000
"""A mailbox that ever got more messages than this has them in the index of words.

Nearly every mailbox stays below: its messages are searched one by one, and cost that index nothing.
"""

_FOLDED: Final = String().with_variant(String(collation="C"), "postgresql")


_PAIRS: Final = ARRAY(SmallInteger).with_variant(Json, "sqlite")


class InboxColumns(MessageColumns):
    """What has expired or was withdrawn stays as a mark, without its texts, for who asks what has changed.

    `is_unread`: neither opened nor recalled.
    """

    is_expired: Named[bool]
    is_withdrawn: Named[bool]
    is_unread: Named[bool]


class TextColumns(TypedColumns):
    """What a message is found by, folded, in each language, as long as its texts may be read.

    Apart from the inbox, so that opening a message leaves the index of words alone, with all that lists are
    filtered by, so that a search need not look there. It is kept narrow, as searches read many rows: what
    has a fixed size comes first, and a language that would say the same as `nl` is null. `is_crowded`: the
    row is in the index of words, which knows words by three letters each, and by the `pairs` of letters.
    """

    message_id: Named[UUID] = Column(primary_key=True)
    mailbox_id: Named[UUID]
    received_at: Named[datetime | None] = Column(Moment)
    expires_at: Named[datetime] = Column(Moment)
    is_hidden: Named[bool]
    is_archived: Named[bool]
    is_unread: Named[bool]
    is_crowded: Named[bool]
    registered: Named[bool]
    nl: Named[str] = Column(_FOLDED)
    fr: Named[str | None] = Column(_FOLDED)
    de: Named[str | None] = Column(_FOLDED)
    en: Named[str | None] = Column(_FOLDED)
    message_type: Named[str]
    sender_organisation: Named[str]
    sender_application: Named[str]
    recipient_partition: Named[str | None]
    pairs: Named[Any] = Column(_PAIRS, nullable=True)


class CounterColumns(TypedColumns):
    """What may be seen of a mailbox, apart for what is hidden, archived, both or neither; `size` in bytes.

    Of the mailbox as a whole, with what is neither: `received`, the messages ever published to it, when it
    was last consulted, and the shortest and the longest time in seconds that a message of it has been
    listed for, from its receipt to its expiry: null if there never was one.
    """

    mailbox_id: Named[UUID] = Column(primary_key=True)
    is_hidden: Named[bool] = Column(primary_key=True)
    is_archived: Named[bool] = Column(primary_key=True)
    messages: Named[int]
    unread: Named[int]
    size: Named[int] = Column(BigInteger)
    received: Named[int]
    last_consulted_at: Named[datetime | None] = Column(Moment)
    shortest: Named[int | None] = Column(BigInteger)
    longest: Named[int | None] = Column(BigInteger)


INBOX: Final = Table("inbox", METADATA, InboxColumns)
TEXTS: Final = Table(
    # Room on each page, so that opening a message need not touch an index of its texts.
    "inbox_texts",
    METADATA,
    TextColumns,
    postgresql_with={"fillfactor": 90},
)
COUNTERS: Final = Table("inbox_counters", METADATA, CounterColumns)
MERGES: Final = merges_table("inbox_merges")

_m, _t = INBOX.c, TEXTS.c
NEWEST_FIRST: Final = (_m.received_at.desc(), _m.message_id.desc())
IS_LISTED: Final = and_(_m.received_at.is_not(None), _m.is_expired.is_(False), _m.is_withdrawn.is_(False))
"""It has come into sight, has not expired and was not withdrawn."""
FROM_THE_LIST: Final = _m.position >= literal_column("0")
"""Always true. Who asks for it means the index of the whole list, which has it for a condition.

PostgreSQL cannot tell beforehand how rare a sender is in one mailbox, and would look through the list for it.
"""
IS_CROWDED: Final = _t.is_crowded.is_(True)

_SHELF: Final = (_m.mailbox_id, _m.is_hidden, _m.is_archived)


def _index(name: str, *columns: ColumnElement[Any], only: ColumnElement[bool] = IS_LISTED) -> None:
    Index(f"inbox_{name}", *_SHELF, *columns, *NEWEST_FIRST, postgresql_where=only, sqlite_where=only)


_index("newest", only=and_(IS_LISTED, FROM_THE_LIST))
_index("newest_unread", only=and_(IS_LISTED, _m.is_unread.is_(True)))
_index("newest_read", only=and_(IS_LISTED, _m.is_unread.is_(False)))
for _column in (_m.message_type, _m.sender_organisation, _m.sender_application, _m.registered):
    _index(f"newest_{_column.name}", _column)
_index("expiry", _m.expires_at)
_index("partition", _m.recipient_partition, only=and_(IS_LISTED, _m.recipient_partition.is_not(None)))
_IS_REPLY: Final = _m.sender_party.is_not(None)
Index("inbox_replier", _m.sender_party, postgresql_where=_IS_REPLY, sqlite_where=_IS_REPLY)
Index("inbox_position", _m.mailbox_id, _m.position, _m.message_id)

_TEXTS_SHELF: Final = (_t.mailbox_id, _t.is_hidden, _t.is_archived)
Index("inbox_texts_newest", *_TEXTS_SHELF, _t.received_at.desc(), _t.message_id.desc())
Index(
    "inbox_texts_words",
    _t.mailbox_id,
    _t.message_type,
    _t.sender_organisation,
    _t.sender_application,
    *(_t[language] for language in ANY_LANGUAGE),
    _t.pairs,
    postgresql_using="gin",
    # Every search reads what is not yet in its place in the index: 256 kB are some 70 messages.
    postgresql_with={"gin_pending_list_limit": 256},
    postgresql_ops=dict.fromkeys(ANY_LANGUAGE, "gin_trgm_ops"),
    postgresql_where=IS_CROWDED,
).ddl_if(dialect="postgresql")
