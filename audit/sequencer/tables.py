"""The audit log's rows: each leaf, each subject's last one, and what was signed last.

`leaf` is what the published log is made from, and made from again. There is no table of positions: a leaf has
the position of its event, so that leaf and position are one row, and the primary key keeps two sequencers
from counting twice.

A subject lies here as 17 bytes: `m` or `s`, and its pseudonym. So they sort as the tree of heads does.
"""

from __future__ import annotations

from typing import Final

import sqlalchemy as sa

from audit import leaf

SCHEMA: Final = "audit"
"""Where PostgreSQL keeps these tables: they may share the event store's database."""

METADATA = sa.MetaData()

LEAF = sa.Table(
    "leaf",
    METADATA,
    sa.Column("leaf_index", sa.BigInteger, primary_key=True, autoincrement=False),
    sa.Column("position", sa.BigInteger, nullable=False),
    sa.Column("event_id", sa.Uuid, nullable=False),
    sa.Column("subject", sa.LargeBinary, nullable=False),
    sa.Column("sequence", sa.BigInteger, nullable=False),
    sa.Column("entry", sa.LargeBinary, nullable=False),
    sa.Column("leaf_hash", sa.LargeBinary, nullable=False),
    sa.Index("leaf_position", "position", unique=True),
    sa.Index("leaf_event", "event_id", unique=True),
    sa.Index("leaf_subject", "subject", "sequence", unique=True),
)

HEAD = sa.Table(
    "head",
    METADATA,
    sa.Column("subject", sa.LargeBinary, primary_key=True),
    sa.Column("sequence", sa.BigInteger, nullable=False),
    sa.Column("leaf_hash", sa.LargeBinary, nullable=False),
)
"""Each subject's last leaf."""

MESSAGE_SUBJECT = sa.Table(
    "message_subject",
    METADATA,
    sa.Column("stream", sa.Uuid, primary_key=True),
    sa.Column("subject", sa.LargeBinary, nullable=False),
)
"""Whose each message is: `message.opened` does not say it."""

CHECKPOINT = sa.Table(
    "checkpoint",
    METADATA,
    sa.Column(
        "kind",
        sa.Text,
        sa.CheckConstraint("kind IN ('signed', 'witnessed')", name="checkpoint_kind"),
        primary_key=True,
    ),
    sa.Column("size", sa.BigInteger, nullable=False),
    sa.Column("root", sa.LargeBinary, nullable=False),
    sa.Column("note", sa.LargeBinary, nullable=False),
)
"""The last one that was signed, and the last one that met the witnesses' quorum: at most a row of each."""


def kept_subject(subject: str) -> bytes:
    """A subject as the tables keep it."""
    return subject[:1].encode() + leaf.subject_bytes(subject)
