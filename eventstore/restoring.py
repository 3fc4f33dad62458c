"""The mark that a restore has begun and is not finished: whoever would serve looks for it first.

It lies in the key store's database, which every role looks at before anything else.
"""

from __future__ import annotations

from contextlib import AbstractContextManager
from datetime import datetime
from typing import Protocol

import sqlalchemy as sa
from sqlalchemy.engine import Connection

from eventstore.errors import UnfinishedRestore
from eventstore.partytables import RESTORE_UNDER_WAY


class Database(Protocol):
    """What this needs of the key store's database."""

    def reading(self) -> AbstractContextManager[Connection]:
        """A connection for one look."""
        ...

    def writing(self) -> AbstractContextManager[Connection]:
        """A transaction, committed and synced when the block ends well."""
        ...


class RestoreMark:
    """Set before a restore writes anything, taken away after its last step."""

    def __init__(self, database: Database) -> None:
        self._database = database

    def backup_id(self) -> str | None:
        """Which backup is being restored, or None."""
        with self._database.reading() as connection:
            return connection.execute(sa.select(RESTORE_UNDER_WAY.c.backup_id)).scalar_one_or_none()

    def set(self, backup_id: str, at: datetime) -> None:
        """From here on nothing serves. For an unfinished restore of the same backup this changes nothing."""
        with self._database.writing() as connection:
            there = connection.execute(sa.select(RESTORE_UNDER_WAY.c.backup_id)).scalar_one_or_none()
            if there not in (None, backup_id):
                raise UnfinishedRestore
            if there is None:
                connection.execute(sa.insert(RESTORE_UNDER_WAY).values(backup_id=backup_id, begun_at=at))

    def clear(self) -> None:
        """It is finished."""
        with self._database.writing() as connection:
            connection.execute(sa.delete(RESTORE_UNDER_WAY))

    def check(self) -> None:
        """Raise `UnfinishedRestore` while a restore is under way or was broken off."""
        if self.backup_id() is not None:
            raise UnfinishedRestore
