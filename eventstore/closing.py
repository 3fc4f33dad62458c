"""Parties that an erasure has closed, as every process learns of them: promptly, and without being told.

An erasure marks its parties in the key store before it destroys anything. Whoever has keys or parties in
memory trusts that memory only for as long as its last look at those marks is young: past that it asks the
database, which is a look. So a process needs no thread for this, an idle one costs nothing, and one that is
cut off from the key store knows nothing any more instead of something that is no longer so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from contextlib import AbstractContextManager
from datetime import UTC, datetime, timedelta
from threading import Lock
from time import monotonic
from typing import Any, Final, Protocol
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from domain.errors import Unavailable
from eventstore.partytables import PARTY

TRUST_SECONDS: Final = 2.0
"""How long after a look what is in memory is believed: so soon does every process know of a closed party."""
RENEW_SECONDS: Final = 1.0
"""Whoever may ask the database looks again after this, so that whoever may not need hardly ever wait."""

BEING_ERASED: Final = 60
"""After how many seconds it is worth asking again for a number whose party is being erased."""

_STILL_TOLD: Final = timedelta(days=1)
"""An erasure is long over then, and nobody has anything of it in memory."""


class Reads(Protocol):
    """What this needs of the key store's database."""

    def reading(self) -> AbstractContextManager[Connection]:
        """A connection for one look."""
        ...


class ClosedParties:
    """What this process knows of them. Safe among threads."""

    def __init__(self, database: Reads) -> None:
        self._database = database
        self._closed: frozenset[UUID] = frozenset()
        self._looked_at = self._asked_at = float("-inf")
        self._lock = Lock()
        self._forget: list[Callable[[UUID], None]] = []

    def on_closed(self, forget: Callable[[UUID], None]) -> None:
        """Have a cache told of each party that turns out to be closed, or open again, before anybody else
        learns it.
        """
        self._forget.append(forget)

    @property
    def is_known(self) -> bool:
        """Whether the last look is young enough for what is in memory to be believed."""
        return monotonic() - self._looked_at < TRUST_SECONDS

    @property
    def is_fresh(self) -> bool:
        """Whether it would be too early to look again."""
        return monotonic() - self._looked_at < RENEW_SECONDS

    def is_my_turn(self) -> bool:
        """Whether this caller is to look again, though memory is still believed: one of many, before it is
        not, so that they do not all wait for the database at once.
        """
        now = monotonic()
        if now - max(self._looked_at, self._asked_at) < RENEW_SECONDS:
            return False
        self._asked_at = now
        return True

    def __contains__(self, party_id: UUID) -> bool:
        return party_id in self._closed

    def look_again(self) -> None:
        """This process has just changed it itself: nothing in memory is believed before the next look."""
        self._looked_at = float("-inf")

    def look(self) -> None:
        """Ask the database, unless somebody just did; blocks. Raises `domain.errors.Unavailable`."""
        if self.is_fresh:
            return
        with self._lock:
            if self.is_fresh:
                return
            begun = monotonic()
            is_told = sa.or_(
                PARTY.c.wrapped_key.is_not(None), PARTY.c.closed_at > datetime.now(UTC) - _STILL_TOLD
            )
            query = sa.select(PARTY.c.party_id).where(PARTY.c.closed_at.is_not(None), is_told)
            with self._database.reading() as connection:
                self._learn(connection.scalars(query))
            self._looked_at = begun

    def _learn(self, found: Iterable[UUID]) -> None:
        closed = frozenset(found)
        for party_id in closed ^ self._closed:
            for forget in self._forget:
                forget(party_id)
        self._closed = closed


def require_settled(row: Any) -> None:
    """Raise `Unavailable` while a number still leads to the party of this row, which is being erased."""
    if row.closed_at is not None and row.wrapped_key is not None:
        raise Unavailable("the party is being erased; its number will be free in some minutes", BEING_ERASED)
