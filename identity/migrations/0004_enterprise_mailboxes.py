"""People act in enterprises' mailboxes: which one, from the login on until its token or session."""

from __future__ import annotations

import sqlalchemy as sa
from alembic.operations import Operations

revision = "0004"
down_revision = "0003"


def upgrade(op: Operations) -> None:
    """Empty for those of before: they are for people's own mailboxes."""
    for table in ("identity_logins", "identity_authorization_codes", "identity_sessions"):
        op.add_column(table, sa.Column("mailbox_id", sa.Uuid, nullable=True))
    for table in ("identity_logins", "identity_authorization_codes"):
        op.add_column(table, sa.Column("wish", sa.Text, nullable=True))
