"""What the outbox keeps of an erased person's mails: rows without anything personal, due or done."""

from __future__ import annotations

from collections.abc import Sequence
from uuid import UUID

from sqlalchemy import delete, select

from notifier.database import OutboxDatabase
from notifier.tables import OUTBOX, TOLD_OF


class OutboxTraces:
    """Implements `application.erasing.traces.Traces`."""

    def __init__(self, database: OutboxDatabase) -> None:
        self._database = database

    def forget_owner(self, parties: Sequence[UUID], mailboxes: Sequence[UUID]) -> None:
        """Remove every mail of these mailboxes; what is due is not sent any more."""
        theirs = OUTBOX.c.mailbox_id.in_(mailboxes)
        summaries = select(OUTBOX.c.notification_id).where(theirs)
        with self._database.transaction() as connection:
            connection.execute(delete(TOLD_OF).where(TOLD_OF.c.notification_id.in_(summaries)))
            connection.execute(delete(OUTBOX).where(theirs))

    def forget_events(self, events: Sequence[UUID]) -> None:
        """Nothing here is about events."""

    def scrub(self) -> None:
        """Let the database give up what was removed."""
        self._database.scrub([OUTBOX, TOLD_OF])
