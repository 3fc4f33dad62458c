"""The tables of deliveries, in the outbox's database: who is told of what, and how far the log was read.

Nothing personal lies here: a delivery's body names neither a person nor a subject. Moments are whole
milliseconds since 1970: the same comparison on PostgreSQL and on SQLite.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

import sqlalchemy as sa

METADATA = sa.MetaData()

VERSION_TABLE: Final = "webhook_version"

REGISTRATION = sa.Table(
    "webhook_registration",
    METADATA,
    sa.Column("registration_id", sa.Uuid, primary_key=True),
    sa.Column("organisation", sa.Text, nullable=True),
    sa.Column("site", sa.Text, nullable=True),
    sa.Column("mailbox_kinds", sa.JSON, nullable=False),
    sa.Column("webhooks", sa.JSON, nullable=False),
    sa.Column("suspended_by_declaration", sa.Boolean, nullable=False),
    sa.Column("suspended_by_command", sa.Boolean, nullable=False),
)
"""Partner organisations and sites with their webhooks (`id`, `url`, `events`), as the log has them at the
position below. `site` is a client's id."""

DELIVERY = sa.Table(
    "webhook_delivery",
    METADATA,
    sa.Column("delivery_id", sa.Uuid, primary_key=True),
    sa.Column("registration_id", sa.Uuid, nullable=False),
    sa.Column("webhook_id", sa.Text, nullable=False),
    sa.Column("event_id", sa.Uuid, nullable=False),
    sa.Column("event_type", sa.Text, nullable=False),
    sa.Column("body", sa.Text, nullable=False),
    sa.Column("queued_at", sa.BigInteger, nullable=False),
    sa.Column(
        "state",
        sa.Text,
        sa.CheckConstraint("state IN ('due', 'claimed', 'delivered', 'dead')", name="webhook_delivery_state"),
        nullable=False,
    ),
    sa.Column("due_at", sa.BigInteger, nullable=False),
    sa.Column("attempts", sa.Integer, nullable=False),
    sa.Column("first_tried_at", sa.BigInteger, nullable=True),
    sa.Column("last_status", sa.Integer, nullable=True),
    sa.Column("reason", sa.Text, nullable=True),
)
"""One row for each event and webhook. `body` is the CloudEvent as every attempt sends it. `due_at` is when it
may be claimed (again): a claim moves it to the end of its lease, a failure to the next attempt. Once settled
(`delivered`, `dead`) it says when. `reason` is why the last attempt failed, in our words."""

OPEN: Final = ("due", "claimed")
SETTLED: Final = ("delivered", "dead")

sa.Index(
    "webhook_delivery_open",
    DELIVERY.c.registration_id,
    DELIVERY.c.webhook_id,
    DELIVERY.c.due_at,
    postgresql_where=DELIVERY.c.state.in_(OPEN),
    sqlite_where=DELIVERY.c.state.in_(OPEN),
)
sa.Index(
    "webhook_delivery_settled",
    DELIVERY.c.state,
    DELIVERY.c.due_at,
    postgresql_where=DELIVERY.c.state.in_(SETTLED),
    sqlite_where=DELIVERY.c.state.in_(SETTLED),
)

POSITION = sa.Table(
    "webhook_position",
    METADATA,
    sa.Column("filler", sa.Integer, sa.CheckConstraint("filler = 1"), primary_key=True, autoincrement=False),
    sa.Column("position", sa.BigInteger, nullable=False),
)
"""One row: every event up to this position has its deliveries, or needs none."""


def milliseconds(moment: datetime) -> int:
    """A moment as the tables keep it, rounded down."""
    return (moment - _EPOCH) // timedelta(milliseconds=1)


def moment(kept: int) -> datetime:
    """A kept moment, in UTC."""
    return _EPOCH + timedelta(milliseconds=kept)


_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
