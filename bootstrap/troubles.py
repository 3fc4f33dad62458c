"""What keeps a store from being used, in a line that says what to do next.

Drivers' texts name hosts, users and files, and some repeat an address with its password: none of that is
told. What PostgreSQL says before it lets somebody in has no code, so that its sentence has to be looked at;
in another language it is taken for a server that does not answer yet.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence
from typing import Final

import psycopg
from sqlalchemy.exc import ArgumentError

from eventstore.errors import UnfinishedRestore, UnsafeSetting, WrongIdentifierKey
from identity.keys import WrongKeyEncryptionKey

MIGRATE_FIRST: Final = "its tables are not there, or are an older release's: run `ebox migrate` first"

_NO_ADDRESS = "this is not an address of a database: postgresql://user:password@host/name, or sqlite:///path"
_BY_TYPE: Final[Sequence[tuple[type[Exception], str]]] = (
    (psycopg.errors.UndefinedTable, MIGRATE_FIRST),
    (psycopg.errors.UndefinedColumn, MIGRATE_FIRST),
    (psycopg.errors.InvalidSchemaName, MIGRATE_FIRST),
    (
        psycopg.errors.InsufficientPrivilege,
        "its user may not do this: let it own the database, or what lies in it",
    ),
    (
        WrongKeyEncryptionKey,
        "EBOX_KEY_ENCRYPTION_KEY is not the one that was used here before: give that one",
    ),
    (
        WrongIdentifierKey,
        "EBOX_IDENTIFIER_KEY is not the one that was used here before: give that one as the previous one",
    ),
    (
        UnfinishedRestore,
        "a restore was begun here and is not finished: run `ebox restore` again, with the same backup",
    ),
    (ArgumentError, _NO_ADDRESS),
)
_AT_THE_DOOR = (
    ("authentication failed", "the database refuses this user or password: correct them"),
    ("no password supplied", "the database wants a password: add it"),
    ("pg_hba.conf", "the database lets nobody in from here: allow it in its pg_hba.conf"),
    ("does not exist", "there is no such database or user: make it, then run `ebox migrate`"),
)
_OF_SQLITE = (
    ("no such table", MIGRATE_FIRST),
    ("no such column", MIGRATE_FIRST),
    ("unable to open", "its file cannot be opened: see that the folder exists and may be written to"),
    ("readonly", "its file is read-only: see that it may be written to"),
    ("not a database", "its file is not an SQLite database: name another one"),
)


def lasting_trouble(error: BaseException) -> str | None:
    """What to do, where waiting will not mend it; None where it may, or nobody knows."""
    return next(filter(None, map(_one, _chain(error))), None)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__


def _one(error: BaseException) -> str | None:
    for kind, what in _BY_TYPE:
        if isinstance(error, kind):
            return what
    if isinstance(error, UnsafeSetting):
        return str(error)
    if isinstance(error, psycopg.OperationalError):
        return None if error.sqlstate else _told_by(error, _AT_THE_DOOR)
    if isinstance(error, psycopg.ProgrammingError):
        return None if error.sqlstate else _NO_ADDRESS
    if isinstance(error, sqlite3.DatabaseError):
        return _told_by(error, _OF_SQLITE)
    return None


def _told_by(error: Exception, advice: tuple[tuple[str, str], ...]) -> str | None:
    text = str(error)
    return next((what for sign, what in advice if sign in text), None)
