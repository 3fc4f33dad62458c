"""Notifications about several messages or about none, and ones that are cancelled.

Who sent a message, and of what type it is, is read from the message itself at the moment of sending. A
notifier of the release before does not work beside these tables, and is not to: it knows no quiet hours.
"""

from __future__ import annotations

import sqlalchemy as sa
from alembic.operations import Operations

revision = "0002"
down_revision = "0001"


def upgrade(op: Operations) -> None:
    """What was queued before stays queued."""
    before = sa.Table(
        "outbox",
        sa.MetaData(),
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
    for name in ("outbox_due", "outbox_settled"):
        op.drop_index(name, "outbox")
    with op.batch_alter_table("outbox", copy_from=before) as outbox:
        outbox.alter_column("message_id", existing_type=sa.Uuid, nullable=True)
        outbox.drop_column("sender_organisation")
        outbox.drop_column("message_type")
        outbox.drop_constraint("outbox_state", type_="check")
        outbox.create_check_constraint(
            "outbox_state", "state IN ('due', 'claimed', 'sent', 'failed', 'cancelled')"
        )
    indexes = (
        ("outbox_due", "due_at", "state IN ('due', 'claimed')"),
        ("outbox_settled", "due_at", "state IN ('sent', 'failed', 'cancelled')"),
        ("outbox_due_message", "message_id", "state = 'due'"),
    )
    for name, column, condition in indexes:
        of_these = sa.text(condition)
        op.create_index(name, "outbox", [column], postgresql_where=of_these, sqlite_where=of_these)
    op.create_table(
        "outbox_told_of",
        sa.Column("notification_id", sa.Uuid, primary_key=True),
        sa.Column("message_id", sa.Uuid, primary_key=True),
    )
