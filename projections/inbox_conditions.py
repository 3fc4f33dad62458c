"""What a filter means, as conditions on columns that the inbox's rows and their texts both have."""

from __future__ import annotations

from typing import Any, Final, TypeAlias
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, true
from sqlalchemy.sql.base import ReadOnlyColumnCollection

from domain.decisions import NO_PARTITION
from projections.folding import ANY_LANGUAGE, folded, pairs_of
from projections.inbox_filter import MessageFilter, Named
from projections.inbox_tables import FROM_THE_LIST, INBOX, IS_LISTED, TEXTS

Columns: TypeAlias = ReadOnlyColumnCollection[str, ColumnElement[Any]]

EQUAL: Final = (
    "message_type",
    "sender_application",
    "sender_organisation",
    "recipient_partition",
    "registered",
)
"""The filters that have an index, those that narrow most first."""


def shelf(mailbox_id: UUID, wanted: MessageFilter) -> list[ColumnElement[bool]]:
    """What can be seen of the mailbox, hidden or not, archived or not."""
    return [INBOX.c.mailbox_id == mailbox_id, *flags(INBOX.c, wanted), IS_LISTED]


def in_list(mailbox_id: UUID, wanted: MessageFilter) -> list[ColumnElement[bool]]:
    """What is in the list, of a period and read or not, as the indexes of the list itself have it."""
    state = read_status(INBOX.c, wanted) or [FROM_THE_LIST]
    return [*shelf(mailbox_id, wanted), *state, *received(INBOX.c, wanted)]


def flags(columns: Columns, wanted: MessageFilter) -> list[ColumnElement[bool]]:
    """Hidden or not, archived or not."""
    flags = ((columns["is_hidden"], wanted.is_hidden), (columns["is_archived"], wanted.is_archived))
    return [column == value for column, value in flags if value is not None]


def equal_to(columns: Columns, wanted: MessageFilter) -> list[ColumnElement[bool]]:
    """The filters that pick one value."""
    return [columns[name] == value for name in EQUAL if (value := getattr(wanted, name)) is not None]


def read_status(columns: Columns, wanted: MessageFilter) -> list[ColumnElement[bool]]:
    """Opened, or not; a recalled message waits for nobody."""
    return [] if wanted.read_status is None else [columns["is_unread"].is_(not wanted.read_status)]


def received(columns: Columns, wanted: MessageFilter) -> list[ColumnElement[bool]]:
    """The period in which it came into sight."""
    return _period(columns["received_at"], wanted.received_after, wanted.received_before)


def expiring(columns: Columns, wanted: MessageFilter) -> list[ColumnElement[bool]]:
    """The period in which it expires."""
    return _period(columns["expires_at"], wanted.expired_after, wanted.expired_before)


def visible(columns: Columns, wanted: MessageFilter) -> list[ColumnElement[bool]]:
    """What a reader of some partitions sees."""
    return [] if wanted.partitions is None else [in_partitions(columns, wanted.partitions)]


def in_partitions(columns: Columns, partitions: frozenset[str]) -> ColumnElement[bool]:
    """Whether it lies in one of these; `NO_PARTITION` stands for those that lie in none."""
    column = columns["recipient_partition"]
    named = column.in_(sorted(partitions - {NO_PARTITION}))
    return or_(named, column.is_(None)) if NO_PARTITION in partitions else named


def _period(column: ColumnElement[Any], start: object, end: object) -> list[ColumnElement[bool]]:
    after = [] if start is None else [column >= start]
    return after if end is None else [*after, column < end]


def unseen(condition: ColumnElement[bool]) -> ColumnElement[bool]:
    """The condition, without the planner's looking for an index for it."""
    return condition.is_(true())


def matches(wanted: MessageFilter, named: Named, *, is_indexed: bool = False) -> ColumnElement[bool]:
    """Whether a row of texts has the words, or is of a type or from a sender that has them.

    With `is_indexed` it is said so that the index of words can serve it.
    """
    t = TEXTS.c
    words = folded(wanted.words or "")
    pattern = f"%{words.translate(_LITERALLY)}%"
    own, standing_in = t[wanted.language or _FIRST], t[_FIRST]
    has_words: ColumnElement[bool]
    if own is standing_in:
        has_words = own.like(pattern, escape="\\")
    elif is_indexed:
        said_alike = and_(own.is_(None), standing_in.like(pattern, escape="\\"))
        has_words = or_(own.like(pattern, escape="\\"), said_alike)
    else:
        has_words = func.coalesce(own, standing_in).like(pattern, escape="\\")
    if is_indexed and len(words) == SHORTEST_INDEXED:
        # An index of three letters each would be read from end to end for two.
        has_words = and_(t.pairs.contains(pairs_of(words)), unseen(has_words))
    found: list[ColumnElement[bool]] = [has_words]
    for column, ids in (
        (t.message_type, named.message_types),
        (t.sender_organisation, named.organisations),
        (t.sender_application, named.applications),
    ):
        if ids:
            found.append(column.in_(sorted(ids)))
    return or_(*found)


SHORTEST_INDEXED: Final = 2
"""Of words so short two letters each are indexed, of longer ones three."""
_FIRST: Final = ANY_LANGUAGE[0]
_LITERALLY: Final = str.maketrans({"\\": r"\\", "%": r"\%", "_": r"\_"})
