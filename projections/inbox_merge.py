"""A mailbox that another one took the place of: its messages are listed, found and counted there."""

from __future__ import annotations

from uuid import UUID

from sqlalchemy import Connection, delete, update

from domain.events.mailbox import MailboxMerged
from projections.inbox_counters import merge_counters
from projections.inbox_tables import INBOX, MERGES, TEXTS
from projections.inbox_texts import crowd, is_crowded
from projections.mailbox_merges import doubles, record_merge


def merge(connection: Connection, position: int, event: MailboxMerged) -> None:
    """Move everything over. To who follows the surviving mailbox's changes it is all new at this position."""
    mailbox_id: UUID = event.originator_id
    into = record_merge(connection, MERGES, mailbox_id, event.into_mailbox)
    is_there = (INBOX.c.is_expired.is_(False), INBOX.c.is_withdrawn.is_(False))
    superfluous = doubles(connection, INBOX, mailbox_id, into, *is_there)
    if superfluous:
        for table in (TEXTS, INBOX):
            connection.execute(delete(table).where(table.c.message_id.in_(superfluous)))
    connection.execute(update(TEXTS).where(TEXTS.c.mailbox_id == mailbox_id).values(mailbox_id=into))
    moved = update(INBOX).where(INBOX.c.mailbox_id == mailbox_id)
    connection.execute(moved.values(mailbox_id=into, position=position))
    if is_crowded(connection, merge_counters(connection, mailbox_id, into)):
        crowd(connection, into)
