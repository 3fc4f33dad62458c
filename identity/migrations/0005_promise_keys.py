"""The keys that sign promises."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.operations import Operations

revision = "0005"
down_revision = "0004"


def upgrade(op: Operations) -> None:
    """A table like that of the keys for tokens."""
    op.create_table(
        "identity_promise_keys",
        sa.Column("generation", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("kid", sa.Text, nullable=False, unique=True),
        sa.Column("wrapped_private_key", sa.LargeBinary, nullable=False),
        sa.Column("signs_from", sa.BigInteger, nullable=False),
        sa.Column("published_until", sa.BigInteger, nullable=True),
    )
