"""How to connect: with a limit on every wait, and so that both ends notice when the other is gone."""

from __future__ import annotations

import psycopg
from psycopg.conninfo import conninfo_to_dict, make_conninfo

CONNECT_SECONDS = 3
STATEMENT_SECONDS = 10

_SERVER = {
    "statement_timeout": f"{STATEMENT_SECONDS}s",
    # Without these the server would keep the locks of a machine that vanished for two hours.
    "tcp_keepalives_idle": "10",
    "tcp_keepalives_interval": "5",
    "tcp_keepalives_count": "3",
}


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
    return psycopg.connect(connection_string(url, purpose), autocommit=True)
