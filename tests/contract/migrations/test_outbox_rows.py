"""What waits in the outbox of the release before is sent by this one."""

from __future__ import annotations

import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID, uuid4

import sqlalchemy as sa

from notifier.database import OutboxDatabase
from notifier.outbox import Outbox
from notifier.tables import milliseconds
from schema_changes import migrate

SCRIPTS = Path(__file__).parents[3] / "notifier" / "migrations"
NOW = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)


def test_what_was_due_stays_due(url: str, tmp_path: Path) -> None:
    first = tmp_path / "scripts"
    first.mkdir()
    shutil.copy(SCRIPTS / "0001_outbox.py", first)
    database = OutboxDatabase(url)
    waiting, mailbox, message = uuid4(), uuid4(), uuid4()
    with database.transaction() as connection:
        migrate(connection, first, "outbox_version")
        before = sa.Table("outbox", sa.MetaData(), autoload_with=connection)
        connection.execute(
            before.insert().values(
                notification_id=_kept(connection, waiting),
                mailbox_id=_kept(connection, mailbox),
                message_id=_kept(connection, message),
                kind="new_document",
                sender_organisation="0206731645",
                message_type="PENSION_STATEMENT",
                queued_at=milliseconds(NOW),
                state="due",
                due_at=milliseconds(NOW),
                attempts=2,
            )
        )
    database.close()

    outbox = Outbox(url)
    outbox.create_tables()
    (claim,) = outbox.claim(1, NOW, timedelta(minutes=5))
    outbox.close()

    assert (claim.notification_id, claim.mailbox_id, claim.message_id) == (waiting, mailbox, message)
    assert (claim.attempts, claim.queued_at) == (3, NOW)


def _kept(connection: sa.Connection, one: UUID) -> UUID | str:
    """As the database keeps it: SQLite has no such type, and a table read from it does not know better."""
    return one.hex if connection.dialect.name == "sqlite" else one
