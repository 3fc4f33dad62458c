"""Leaves, heads, whose each message is, and the last checkpoints."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.operations import Operations

revision = "0001"
down_revision = None


def upgrade(op: Operations) -> None:
    """From an empty database."""
    op.create_table(
        "leaf",
        sa.Column("leaf_index", sa.BigInteger, primary_key=True, autoincrement=False),
        sa.Column("position", sa.BigInteger, nullable=False),
        sa.Column("event_id", sa.Uuid, nullable=False),
        sa.Column("subject", sa.LargeBinary, nullable=False),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        sa.Column("entry", sa.LargeBinary, nullable=False),
        sa.Column("leaf_hash", sa.LargeBinary, nullable=False),
    )
    op.create_index("leaf_position", "leaf", ["position"], unique=True)
    op.create_index("leaf_event", "leaf", ["event_id"], unique=True)
    op.create_index("leaf_subject", "leaf", ["subject", "sequence"], unique=True)
    op.create_table(
        "head",
        sa.Column("subject", sa.LargeBinary, primary_key=True),
        sa.Column("sequence", sa.BigInteger, nullable=False),
        sa.Column("leaf_hash", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "message_subject",
        sa.Column("stream", sa.Uuid, primary_key=True),
        sa.Column("subject", sa.LargeBinary, nullable=False),
    )
    op.create_table(
        "checkpoint",
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
    if op.get_bind().dialect.name == "postgresql":
        # A head changes with each leaf of its subject: room beside it keeps the index out of that. Entries
        # are mostly digests, which do not compress.
        op.execute("ALTER TABLE head SET (fillfactor = 70)")
        op.execute("ALTER TABLE leaf ALTER COLUMN entry SET STORAGE EXTERNAL")
