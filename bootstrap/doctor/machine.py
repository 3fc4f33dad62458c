"""This machine and this installation: settings, files with secrets, limits, versions."""

from __future__ import annotations

import platform
import resource
import socket
from collections.abc import Iterator
from importlib.metadata import version
from pathlib import Path
from typing import Final
from urllib.parse import urlsplit

from bootstrap.doctor.findings import Finding, fine, warning
from bootstrap.doctor.patient import Patient
from settings import files_with_secrets

DESCRIPTORS: Final = 20_000
"""For 16,384 connections that the API may have open (`bootstrap.roles`), files and databases."""
_OTHERS: Final = 0o007
_PACKAGES: Final = ("ebox-mailbox", "eventsourcing", "sqlalchemy", "psycopg", "minio", "fastapi", "uvicorn")


def configuration(system: Patient) -> Iterator[Finding]:
    """The environment, and whether the public URL leads anywhere."""
    part = "settings"
    host = urlsplit(system.settings.url).hostname or ""
    try:
        socket.getaddrinfo(host, None)
    except OSError:
        yield warning(
            part, f"the name {host} has no address here", "correct EBOX_PUBLIC_URL, or enter it in the DNS"
        )
    else:
        yield fine(part, f"{system.settings.environment.value}, reached as {host}")


def secret_files(system: Patient) -> Iterator[Finding]:
    """Those that others may read or change."""
    part = "secrets"
    files = [*files_with_secrets(), *sorted(system.secrets_dir.glob("*"))]
    if system.settings.is_embedded and system.data_dir.exists():
        files.append(system.data_dir)
    exposed = [file for file in files if _is_exposed(file)]
    for file in exposed:
        yield warning(part, f"others than its user may read {file}", f"run `chmod o= {file}`")
    if not exposed:
        yield fine(part, f"{len(files)} files and folders, for their user and group alone")


def limits(_system: Patient) -> Iterator[Finding]:
    """Open files: each connection is one."""
    most, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    if most != resource.RLIM_INFINITY and most < DESCRIPTORS:
        yield warning(
            "open files",
            f"{most} at most for a process that is started here, the API may want {DESCRIPTORS}",
            "raise it where `ebox api` is started: LimitNOFILE=65536, or `ulimit -n 65536`",
        )
    else:
        yield fine("open files", "as many as the API may want")


def versions(_system: Patient) -> Iterator[Finding]:
    """What to name in a question to whoever helps."""
    packages = ", ".join(f"{name} {version(name)}" for name in _PACKAGES)
    yield fine("versions", f"Python {platform.python_version()}, {packages}")


def _is_exposed(file: Path) -> bool:
    return bool(file.stat().st_mode & _OTHERS)
