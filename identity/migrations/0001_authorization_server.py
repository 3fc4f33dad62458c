"""Signing keys, authorization codes, assertions that were used, and logins under way."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.operations import Operations

revision = "0001"
down_revision = None


def upgrade(op: Operations) -> None:
    """From an empty database."""
    op.create_table(
        "identity_signing_keys",
        sa.Column("generation", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("kid", sa.Text, nullable=False, unique=True),
        sa.Column("wrapped_private_key", sa.LargeBinary, nullable=False),
        sa.Column("signs_from", sa.BigInteger, nullable=False),
        sa.Column("published_until", sa.BigInteger, nullable=True),
    )
    op.create_table(
        "identity_authorization_codes",
        sa.Column("code_hash", sa.LargeBinary, primary_key=True),
        sa.Column("client_id", sa.Text, nullable=False),
        sa.Column("redirect_uri", sa.Text, nullable=False),
        sa.Column("code_challenge", sa.Text, nullable=False),
        sa.Column("party_id", sa.Uuid, nullable=False),
        sa.Column("digital_key", sa.Text, nullable=False),
        sa.Column("authenticated_at", sa.BigInteger, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "identity_used_assertions",
        sa.Column("assertion_hash", sa.LargeBinary, primary_key=True),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
    )
    op.create_table(
        "identity_logins",
        sa.Column("login_hash", sa.LargeBinary, primary_key=True),
        sa.Column("browser_hash", sa.LargeBinary, nullable=False),
        sa.Column("client_id", sa.Text, nullable=False),
        sa.Column("redirect_uri", sa.Text, nullable=False),
        sa.Column("state", sa.Text, nullable=True),
        sa.Column("code_challenge", sa.Text, nullable=False),
        sa.Column("expires_at", sa.BigInteger, nullable=False),
    )
    for table in ("identity_authorization_codes", "identity_used_assertions", "identity_logins"):
        op.create_index(f"{table}_expiry", table, ["expires_at"])
