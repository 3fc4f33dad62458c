"""People are logged in to the portal, and may have proved who they are before they accept the terms."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.operations import Operations

revision = "0002"
down_revision = "0001"


def upgrade(op: Operations) -> None:
    """Sessions; and who it is that a login under way waits for, empty for those of before."""
    op.create_table(
        "identity_sessions",
        sa.Column("session_hash", sa.LargeBinary, primary_key=True),
        sa.Column("party_id", sa.Uuid, nullable=False),
        sa.Column("digital_key", sa.Text, nullable=False),
        sa.Column("assurance_level", sa.Text, nullable=False),
        sa.Column("csrf_secret", sa.Text, nullable=False),
        sa.Column("created_at", sa.BigInteger, nullable=False),
        sa.Column("used_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
    )
    op.create_index("identity_sessions_expiry", "identity_sessions", ["expires_at"])
    op.add_column("identity_logins", sa.Column("party_id", sa.Uuid, nullable=True))
    op.add_column("identity_logins", sa.Column("digital_key", sa.Text, nullable=True))
