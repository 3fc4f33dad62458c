"""The outbox's tables: what is to be sent, and how far the log has been read for it.

Nothing personal lies here: no address and no title. Both are read, decrypted, at the moment of sending, so
that a changed address counts at once and an erased one is gone. Moments are whole milliseconds since 1970:
the same comparison on PostgreSQL and on SQLite.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import sqlalchemy as sa

METADATA = sa.MetaData()

OUTBOX = sa.Table(
    "outbox",
    METADATA,
    sa.Column("notification_id", sa.Uuid, primary_key=True),
    sa.Column("mailbox_id", sa.Uuid, nullable=False),
    sa.Column("message_id", sa.Uuid, nullable=True),
    sa.Column("kind", sa.Text, nullable=False),
    sa.Column("queued_at", sa.BigInteger, nullable=False),
    sa.Column(
        "state",
        sa.Text,
        sa.CheckConstraint("state IN ('due', 'claimed', 'sent', 'failed', 'cancelled')", name="outbox_state"),
        nullable=False,
    ),
    sa.Column("due_at", sa.BigInteger, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("last_code", sa.Integer, nullable=True),
)
"""One row for each notification by e-mail. `message_id` is empty where it is about no single message.
`due_at` is when it may be claimed (again): a claim moves it to the end of its lease, a temporary failure to
the next attempt. Once settled (`sent`, `failed`, `cancelled`) it says when."""

SETTLED = ("sent", "failed", "cancelled")

sa.Index(
    "outbox_due",
    OUTBOX.c.due_at,
    postgresql_where=OUTBOX.c.state.in_(("due", "claimed")),
    sqlite_where=OUTBOX.c.state.in_(("due", "claimed")),
)
sa.Index(
    "outbox_settled",
    OUTBOX.c.due_at,
    postgresql_where=OUTBOX.c.state.in_(SETTLED),
    sqlite_where=OUTBOX.c.state.in_(SETTLED),
)
sa.Index(
    "outbox_due_message",
    OUTBOX.c.message_id,
    postgresql_where=OUTBOX.c.state == "due",
    sqlite_where=OUTBOX.c.state == "due",
)

TOLD_OF = sa.Table(
    "outbox_told_of",
    METADATA,
    sa.Column("notification_id", sa.Uuid, primary_key=True),
    sa.Column("message_id", sa.Uuid, primary_key=True),
)
"""The messages that a summary is to tell of."""

FILLER_POSITION = sa.Table(
    "filler_position",
    METADATA,
    sa.Column("filler", sa.Integer, sa.CheckConstraint("filler = 1"), primary_key=True, autoincrement=False),
    sa.Column("position", sa.BigInteger, nullable=False),
)
"""One row: every event up to this position has its notification in the outbox, or needs none."""


def milliseconds(moment: datetime) -> int:
    """A moment as the tables keep it, rounded down."""
    return (moment - _EPOCH) // timedelta(milliseconds=1)


def moment(kept: int) -> datetime:
    """A kept moment, in UTC."""
    return _EPOCH + timedelta(milliseconds=kept)


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
