"""The clocks: what is recorded, signed and due goes by this machine's, what others say by theirs."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import datetime, timedelta
from email.utils import parsedate_to_datetime
from typing import Final
from urllib.parse import urlsplit

import httpx
import psycopg
from sqlalchemy import make_url

from bootstrap.doctor.findings import Finding, fine, warning, wrong
from bootstrap.doctor.patient import Patient, sqlite_file
from domain.clock import Clock
from eventstore.postgres.connection import connect

WARN: Final = timedelta(seconds=2)
FAIL: Final = timedelta(seconds=30)
"""Tokens are good for minutes, and S3 refuses a request that is a quarter of an hour off."""
_HTTP_RESOLUTION: Final = timedelta(seconds=1)
_SECONDS: Final = 5.0
_SYNCHRONISE: Final = "let an NTP client (chrony, systemd-timesyncd) keep the clocks of both machines"

Ask = Callable[[], tuple[datetime, timedelta]]
"""What a server's clock says, and to how much it says it."""


def look_at(system: Patient) -> Iterator[Finding]:
    """This machine's clock against that of each server that answers; those that do not are told of apart."""
    troubles: list[Finding] = []
    compared = []
    for name, ask in _servers(system):
        with suppress(psycopg.Error, httpx.HTTPError):
            troubles += compare(system.clock, name, ask)
            compared.append(name)
    if troubles:
        yield from troubles
    elif compared:
        yield fine("clock", f"within {WARN.seconds} seconds of {' and '.join(compared)}")
    else:
        yield fine("clock", "no server to compare it with")


def compare(clock: Clock, name: str, ask: Ask) -> Iterator[Finding]:
    """A finding where it is off by more than the way there and back can explain."""
    before = clock.now()
    theirs, resolution = ask()
    after = clock.now()
    middle, doubt = before + (after - before) / 2, (after - before) / 2 + resolution
    off = abs(theirs - middle) - doubt
    told = f"this machine and {name} are {abs(theirs - middle).total_seconds():.0f} seconds apart"
    if off > FAIL:
        yield wrong("clock", told, _SYNCHRONISE)
    elif off > WARN:
        yield warning("clock", told, _SYNCHRONISE)


def _servers(system: Patient) -> Iterator[tuple[str, Ask]]:
    seen = set()
    for part, url in system.database_urls.items():
        where = (make_url(url).host, make_url(url).port)
        if sqlite_file(url) is None and where not in seen:
            seen.add(where)
            yield f"the server of the {part}", _postgresql(url)
    objects = system.settings.object_store_url
    if objects is not None and objects.get_secret_value().startswith("s3+"):
        yield "the S3 server", _http(objects.get_secret_value())


def _postgresql(url: str) -> Ask:
    def ask() -> tuple[datetime, timedelta]:
        with connect(url, "doctor") as connection:
            ((now,),) = connection.execute("SELECT clock_timestamp()").fetchall()
        return now, timedelta(0)

    return ask


def _http(url: str) -> Ask:
    parts = urlsplit(url)
    origin = f"{parts.scheme.removeprefix('s3+')}://{parts.netloc.rpartition('@')[2]}/"

    def ask() -> tuple[datetime, timedelta]:
        answer = httpx.head(origin, timeout=_SECONDS)
        # Whatever it answers to a stranger, it says when (RFC 9110 §6.6.1): the second that had begun.
        return parsedate_to_datetime(answer.headers["Date"]) + _HTTP_RESOLUTION / 2, _HTTP_RESOLUTION / 2

    return ask
