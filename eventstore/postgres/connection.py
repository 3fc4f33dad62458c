"""How to connect: with a limit on every wait, and so that both ends notice when the other is gone."""

from __future__ import annotations

import time
from typing import Any, TypeVar

import psycopg
from psycopg.abc import PQGen
from psycopg.conninfo import conninfo_to_dict, make_conninfo

CONNECT_SECONDS = 3
STATEMENT_SECONDS = 10
ANSWER_SECONDS = 15
"""More than a statement may take. After this the server is frozen, or its disk is: it cannot end a statement
itself, and its kernel still acknowledges what is sent, so that no other limit does.
"""

_SERVER = {
    "statement_timeout": f"{STATEMENT_SECONDS}s",
    # Without these the server would keep the locks of a machine that vanished for two hours.
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
}


T = TypeVar("T")


class LimitedConnection(psycopg.Connection[Any]):
    """Ends itself when an answer takes too long; that is a `psycopg.errors.ConnectionTimeout`."""

    def wait(self, gen: PQGen[T], interval: float = 0.1, timeout: float | None = None) -> T:
        """Wait for the server; `psycopg` does all its waiting here."""
        if timeout is not None:
            return super().wait(gen, interval, timeout)
        deadline = time.monotonic() + ANSWER_SECONDS
        try:
            return super().wait(gen, interval, ANSWER_SECONDS)
        except psycopg.OperationalError as error:
            if time.monotonic() < deadline:
                raise
            # At once, or the end of the pipeline, say, would be waited for anew.
            self.pgconn.finish()
            raise psycopg.errors.ConnectionTimeout("the database does not answer") from error


def connection_string(url: str, purpose: str) -> str:
    """The URL with limits added; `purpose` shows in `pg_stat_activity`."""
    given = conninfo_to_dict(url.replace("postgresql+psycopg://", "postgresql://", 1))
    options = " ".join(
        [str(given.get("options", "")), *(f"-c {name}={value}" for name, value in _SERVER.items())]
    )
    given |= {
        "application_name": f"ebox-{purpose}",
        "options": options.strip(),
        "connect_timeout": CONNECT_SECONDS,
        "keepalives_idle": 10,
        "keepalives_interval": 5,
        "keepalives_count": 3,
        "tcp_user_timeout": 15_000,
    }
    return make_conninfo("", **given)


def connect(url: str, purpose: str) -> psycopg.Connection:
    """A connection of one's own, in autocommit mode."""
    return LimitedConnection.connect(connection_string(url, purpose), autocommit=True)
