"""Parties, their keys, and the numbers that lead to them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.operations import Operations

revision = "0001"
down_revision = None


def upgrade(op: Operations) -> None:
    """From an empty database."""
    op.create_table(
        "party",
        sa.Column("party_id", sa.Uuid, primary_key=True),
        sa.Column("mailbox_id", sa.Uuid, unique=True, nullable=True),
        sa.Column(
            "kind",
            sa.Text,
            sa.CheckConstraint("kind IN ('citizen', 'enterprise', 'client')"),
            nullable=False,
        ),
        sa.Column("wrapped_key", sa.LargeBinary, nullable=True),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
        sa.Column("mailbox_recorded", sa.Boolean, nullable=False),
        sa.Column("activated_at", sa.DateTime(timezone=True), nullable=True),
        sa.Column("erased_at", sa.DateTime(timezone=True), nullable=True),
    )
    op.create_table(
        "party_identifier",
        sa.Column("identifier_hash", sa.LargeBinary(32), primary_key=True),
        sa.Column("party_id", sa.Uuid, sa.ForeignKey("party.party_id"), nullable=False),
        sa.Column("scheme", sa.Text, nullable=False),
        sa.Column("sealed_identifier", sa.LargeBinary, nullable=False),
        sa.Column("created_at", sa.DateTime(timezone=True), nullable=False),
    )
    op.create_index("ix_party_identifier_party_id", "party_identifier", ["party_id"])
