"""What the authorization server keeps of a person who is erased: sessions, codes and logins under way.

Tokens are in nobody's table. They name the person's party, which nobody is any more: see `identity.actors`.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final
from uuid import UUID

from sqlalchemy import Engine, delete, or_

from eventstore.scrubbing import scrub
from identity.database import transaction
from identity.tables import authorization_codes, logins, sessions

_TABLES: Final = (sessions, authorization_codes, logins)


class IdentityTraces:
    """Implements `application.erasing.traces.Traces`, in the key store's database."""

    def __init__(self, engine: Engine) -> None:
        self._engine = engine

    def forget_owner(self, parties: Sequence[UUID], mailboxes: Sequence[UUID]) -> None:
        """Log them out everywhere, and whoever is in one of their mailboxes."""
        with transaction(self._engine) as connection:
            for table in _TABLES:
                is_theirs = or_(table.c.party_id.in_(parties), table.c.mailbox_id.in_(mailboxes))
                connection.execute(delete(table).where(is_theirs))

    def forget_events(self, events: Sequence[UUID]) -> None:
        """Nothing here is about events."""

    def scrub(self) -> None:
        """Let the database give up what was removed."""
        scrub(self._engine, _TABLES)
