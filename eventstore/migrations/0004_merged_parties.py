"""Parties that turned out to be one: which party goes on, and since when that is on record."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.operations import Operations

revision = "0004"
down_revision = "0003"


def upgrade(op: Operations) -> None:
    """Columns that are empty for the parties of before: none of them was merged."""
    op.add_column("party", sa.Column("merged_into", sa.Uuid, nullable=True))
    op.add_column("party", sa.Column("merged_at", sa.DateTime(timezone=True), nullable=True))
    op.create_index("ix_party_merged_into", "party", ["merged_into"])
