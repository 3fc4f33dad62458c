"""One transaction in the key store's database, whose absence is told in the domain's words."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import Connection, Engine
from sqlalchemy.exc import InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeoutError

from domain.errors import Unavailable


@contextmanager
def transaction(engine: Engine) -> Iterator[Connection]:
    """A connection whose work is committed at the end; `Unavailable` where the database does not answer."""
    try:
        with engine.begin() as connection:
            yield connection
    except (OperationalError, InterfaceError, PoolTimeoutError) as error:
        raise Unavailable("the key store") from error
