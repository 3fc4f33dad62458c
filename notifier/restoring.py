"""The outbox after a restore: what it holds may have been mailed since the backup of it was taken.

Its rows and the filler's position are one moment's, so nothing is queued twice and nothing forgotten. But the
backup of the log goes on for a moment, and may hold outcomes that the rows do not know yet.
"""

from __future__ import annotations

from datetime import datetime, timedelta

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from notifier.tables import OUTBOX, milliseconds

_A_MOMENT = timedelta(hours=1)
"""Far more than passes between the looks at the two; what is due later was not sent by then."""


def look_before_sending(connection: Connection, taken_at: datetime) -> None:
    """Let rows that were due at the backup count as tried: senders then look first whether the log has their
    outcome.
    """
    connection.execute(
        sa.update(OUTBOX)
        .where(
            OUTBOX.c.state == "due",
            OUTBOX.c.attempts == 0,
            OUTBOX.c.due_at <= milliseconds(taken_at + _A_MOMENT),
        )
        .values(attempts=1)
    )
