"""`ebox audit export`: the lines of a running eBox, however often the connection breaks, or a log's leaves.

What broke off goes on before the last row that arrived. Each further request is on record, as the first is.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import Final
from uuid import UUID

import httpx

from api.schemas.timestamps import parse_timestamp
from audit.export.formats import Format, line_of
from audit.export.published import LeafFilter, checkpoint_of, rows_of_log
from audit.export.rows import Row, row_of_line
from audit.export.writing import Output, Summary
from audit.leaf import mailbox_subject
from audit.verifier.findings import WrongUse
from audit.verifier.sources import source_of
from bootstrap.auditors import refusal, token_in
from bootstrap.development import development_token
from settings import Settings

TIMEOUT_SECONDS: Final = 60.0
PAUSES: Final = (0.5, 1.0, 2.0, 5.0, 10.0)
"""Seconds before each further try, counted anew whenever a row has arrived."""

_LATER: Final = {httpx.codes.TOO_MANY_REQUESTS, httpx.codes.BAD_GATEWAY, httpx.codes.SERVICE_UNAVAILABLE}


class BrokeOff(Exception):
    """eBox does not answer, or not to the end; the text says what to do."""


class RunningEbox:
    """Where the rows come from. The demo's auditor is asked for a token where no file has one."""

    def __init__(self, settings: Settings, url: str | None, token_file: Path | None) -> None:
        self.base = (url or settings.url).rstrip("/")
        self._settings = settings
        self._token_file = token_file

    async def token(self) -> str:
        """Read or asked for anew each time: one lives for minutes. Raises `CannotStart`."""
        if self._token_file is not None:
            return await token_in(self._token_file)
        return await development_token(self._settings, "auditor", None)


async def export_running(
    ebox: RunningEbox,
    asked: Mapping[str, str],
    export_format: Format,
    output: Path | None,
    arrived: Callable[[int], object],
) -> Summary:
    """Write the rows that `asked` (the query of `GET /audit/export`) is about, telling how many arrived.

    Raises `BrokeOff`; `CannotStart` where eBox refuses; OSError where the file cannot be written.
    """
    with Output(output) as written:
        async with httpx.AsyncClient(base_url=ebox.base, timeout=TIMEOUT_SECONDS) as http:
            async for row, raw in _rows(http, {**asked, "format": export_format.value}, ebox.token):
                written.write(row, line_of(export_format, row, raw, ebox.base))
                arrived(1)
    return written.summary


class _AskLater(Exception):
    """eBox is there, and cannot answer now."""


async def _rows(
    http: httpx.AsyncClient, asked: Mapping[str, str], token: Callable[[], Awaitable[str]]
) -> AsyncIterator[tuple[Row, bytes]]:
    before: dict[str, str] = {}
    pauses = iter(PAUSES)
    while True:
        try:
            headers = {"Authorization": f"Bearer {await token()}"}
            query = {**asked, **before}
            async with http.stream("GET", "/audit/export", params=query, headers=headers) as answer:
                await _require(answer)
                async for line in _lines(answer):
                    row = row_of_line(line)
                    yield row, line
                    before, pauses = {"before": str(row.position)}, iter(PAUSES)
        except (httpx.TransportError, _AskLater) as error:
            pause = next(pauses, None)
            if pause is None:
                where = f"nothing answers at {http.base_url}" if not before else "the export broke off"
                raise BrokeOff(f"{where} ({type(error).__name__}); run it again once eBox answers") from error
            await asyncio.sleep(pause)
        else:
            return


async def _lines(answer: httpx.Response) -> AsyncIterator[bytes]:
    """Parted by line feeds alone: texts in them may have what Unicode takes for the end of a line."""
    begun = b""
    async for chunk in answer.aiter_bytes():
        *whole, begun = (begun + chunk).split(b"\n")
        for line in whole:
            yield line


async def _require(answer: httpx.Response) -> None:
    if answer.status_code in _LATER:
        raise _AskLater
    if not answer.is_success:
        await answer.aread()
        raise refusal(answer)


def export_log(
    log: str,
    token_file: Path | None,
    asked: Mapping[str, str],
    export_format: Format,
    output: Path | None,
    arrived: Callable[[int], object],
) -> Summary:
    """Write the leaves of a published log, oldest first, telling how many passed by.

    Raises `audit.verifier.findings.WrongUse` for what no leaf knows, `Unreachable`; `NotWhole`; OSError.
    """
    wanted = _leaf_filter(asked)
    source = source_of(log, token_file)
    try:
        checkpoint = checkpoint_of(source)
        with Output(output) as written:
            for row, entry in rows_of_log(source, checkpoint):
                if wanted.wants(row):
                    written.write(row, line_of(export_format, row, entry, checkpoint.origin))
                arrived(1)
        return written.summary
    finally:
        source.close()


def _leaf_filter(asked: Mapping[str, str]) -> LeafFilter:
    unknown = asked.keys() - {"mailbox", "kind", "from", "to"}
    if unknown:
        raise WrongUse(f"the leaves of a log know no {', '.join(sorted(unknown))}: that takes a running eBox")
    mailbox = asked.get("mailbox")
    return LeafFilter(
        mailbox_subject(UUID(mailbox)) if mailbox else None,
        asked.get("kind"),
        _moment(asked, "from"),
        _moment(asked, "to"),
    )


def _moment(asked: Mapping[str, str], name: str) -> datetime | None:
    if name not in asked:
        return None
    try:
        return parse_timestamp(asked[name])
    except ValueError as error:
        raise WrongUse(f"--{name}: {error}") from None
