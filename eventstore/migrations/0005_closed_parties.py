"""Parties that an erasure has closed: since when, so that every process learns of them."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.operations import Operations

revision = "0005"
down_revision = "0004"


def upgrade(op: Operations) -> None:
    """A column that is empty for the parties of before: nobody's erasure is under way."""
    op.add_column("party", sa.Column("closed_at", sa.DateTime(timezone=True), nullable=True))
    is_closed = sa.text("closed_at IS NOT NULL")
    op.create_index(
        "party_closed", "party", ["closed_at"], postgresql_where=is_closed, sqlite_where=is_closed
    )
