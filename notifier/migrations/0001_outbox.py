"""What is to be sent, and how far the log has been read for it: from the beginning."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.operations import Operations

revision = "0001"
down_revision = None


def upgrade(op: Operations) -> None:
    """From an empty database."""
    op.create_table(
        "outbox",
        sa.Column("notification_id", sa.Uuid, primary_key=True),
        sa.Column("mailbox_id", sa.Uuid, nullable=False),
        sa.Column("message_id", sa.Uuid, nullable=False),
        sa.Column("kind", sa.Text, nullable=False),
        sa.Column("sender_organisation", sa.Text, nullable=False),
        sa.Column("message_type", sa.Text, nullable=False),
        sa.Column("queued_at", sa.BigInteger, nullable=False),
        sa.Column(
            "state",
            sa.Text,
            sa.CheckConstraint("state IN ('due', 'claimed', 'sent', 'failed')", name="outbox_state"),
            nullable=False,
        ),
        sa.Column("due_at", sa.BigInteger, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("last_code", sa.Integer, nullable=True),
    )
    for name, states in (("outbox_due", "'due', 'claimed'"), ("outbox_settled", "'sent', 'failed'")):
        of_these = sa.text(f"state IN ({states})")
        op.create_index(name, "outbox", ["due_at"], postgresql_where=of_these, sqlite_where=of_these)
    filler_position = op.create_table(
        "filler_position",
        sa.Column(
            "filler", sa.Integer, sa.CheckConstraint("filler = 1"), primary_key=True, autoincrement=False
        ),
        sa.Column("position", sa.BigInteger, nullable=False),
    )
    op.bulk_insert(filler_position, [{"filler": 1, "position": 0}])
