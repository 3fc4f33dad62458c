"""Who is to be told, what is to be delivered, and how far the log has been read for it."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.operations import Operations

revision = "0001"
down_revision = None


def upgrade(op: Operations) -> None:
    """From nothing."""
    op.create_table(
        "webhook_registration",
        sa.Column("registration_id", sa.Uuid, primary_key=True),
        sa.Column("organisation", sa.Text, nullable=True),
        sa.Column("site", sa.Text, nullable=True),
        sa.Column("mailbox_kinds", sa.JSON, nullable=False),
        sa.Column("webhooks", sa.JSON, nullable=False),
        sa.Column("suspended_by_declaration", sa.Boolean, nullable=False),
        sa.Column("suspended_by_command", sa.Boolean, nullable=False),
    )
    op.create_table(
        "webhook_delivery",
        sa.Column("delivery_id", sa.Uuid, primary_key=True),
        sa.Column("registration_id", sa.Uuid, nullable=False),
        sa.Column("webhook_id", sa.Text, nullable=False),
        sa.Column("event_id", sa.Uuid, nullable=False),
        sa.Column("event_type", sa.Text, nullable=False),
        sa.Column("body", sa.Text, nullable=False),
        sa.Column("queued_at", sa.BigInteger, nullable=False),
        sa.Column(
            "state",
            sa.Text,
            sa.CheckConstraint(
                "state IN ('due', 'claimed', 'delivered', 'dead')", name="webhook_delivery_state"
            ),
            nullable=False,
        ),
        sa.Column("due_at", sa.BigInteger, nullable=False),
        sa.Column("attempts", sa.Integer, nullable=False),
        sa.Column("first_tried_at", sa.BigInteger, nullable=True),
        sa.Column("last_status", sa.Integer, nullable=True),
        sa.Column("reason", sa.Text, nullable=True),
    )
    waiting, settled = sa.text("state IN ('due', 'claimed')"), sa.text("state IN ('delivered', 'dead')")
    op.create_index(
        "webhook_delivery_open",
        "webhook_delivery",
        ["registration_id", "webhook_id", "due_at"],
        postgresql_where=waiting,
        sqlite_where=waiting,
    )
    op.create_index(
        "webhook_delivery_settled",
        "webhook_delivery",
        ["state", "due_at"],
        postgresql_where=settled,
        sqlite_where=settled,
    )
    position = op.create_table(
        "webhook_position",
        sa.Column(
            "filler", sa.Integer, sa.CheckConstraint("filler = 1"), primary_key=True, autoincrement=False
        ),
        sa.Column("position", sa.BigInteger, nullable=False),
    )
    op.bulk_insert(position, [{"filler": 1, "position": 0}])
