"""The outbox after a restore: what it holds may have been mailed since the backup of it was taken.

Its rows and the filler's position are one moment's, so nothing is queued twice and nothing forgotten. But the
backup of the log goes on for a moment, and may hold outcomes that the rows do not know yet.
"""

from __future__ import annotations

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from notifier.tables import OUTBOX


def look_before_sending(connection: Connection) -> None:
    """Let every waiting row count as tried once: senders then first look whether the log has its outcome."""
    connection.execute(
        sa.update(OUTBOX)
        .where(OUTBOX.c.state.in_(("due", "claimed")), OUTBOX.c.attempts == 0)
        .values(attempts=1)
    )
