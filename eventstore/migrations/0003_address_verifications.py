"""Codes that prove an e-mail address: when each was issued, how often somebody guessed."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.operations import Operations

revision = "0003"
down_revision = "0002"


def upgrade(op: Operations) -> None:
    """A table of its own."""
    op.create_table(
        "address_verification",
        sa.Column("mailbox_id", sa.Uuid, primary_key=True),
        sa.Column("number", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("nonce", sa.LargeBinary(16), nullable=False),
        sa.Column("entered_version", sa.Integer, nullable=False),
        sa.Column("issued_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer, nullable=False),
    )
