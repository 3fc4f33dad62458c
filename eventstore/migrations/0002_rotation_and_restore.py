"""Hashes say which key they were made with, and a restore leaves a mark until it is finished."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.operations import Operations

revision = "0002"
down_revision = "0001"


def upgrade(op: Operations) -> None:
    """The column is empty for hashes of before: they are of whichever key was in use."""
    op.add_column("party_identifier", sa.Column("key_id", sa.LargeBinary(8), nullable=True))
    op.create_index("ix_party_identifier_key_id", "party_identifier", ["key_id"])
    op.create_table(
        "restore_under_way",
        sa.Column("backup_id", sa.Text, primary_key=True),
        sa.Column("begun_at", sa.DateTime(timezone=True), nullable=False),
    )
