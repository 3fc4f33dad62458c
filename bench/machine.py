"""The machine and the servers that figures are of; without them figures mean nothing."""

from __future__ import annotations

import os
import platform
import re
from pathlib import Path

import psutil
import psycopg

_DURABILITY = ("fsync", "synchronous_commit", "full_page_writes")


def describe_machine() -> dict[str, object]:
    """Processor, cores, memory, kernel and Python."""
    return {
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memoryGiB": round(psutil.virtual_memory().total / 2**30, 1),
        "kernel": platform.release(),
        "python": platform.python_version(),
    }


def describe_postgres(admin_url: str) -> dict[str, object]:
    """PostgreSQL's version and what makes its commits durable, as the server itself says."""
    with psycopg.connect(admin_url, autocommit=True) as connection:
        described: dict[str, object] = {"postgresql": _value(connection, "server_version").split()[0]}
        return described | {name: _value(connection, name) for name in _DURABILITY}


def _value(connection: psycopg.Connection, setting: str) -> str:
    row = connection.execute("SELECT current_setting(%s)", [setting]).fetchone()
    return str(row[0]) if row else ""


def _processor() -> str:
    found = re.search(r"^model name\s*:\s*(.+)$", Path("/proc/cpuinfo").read_text(), re.MULTILINE)
    return found[1] if found else platform.machine()
