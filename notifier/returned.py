"""What follows from a mail that comes back: it is on record, and a dead address is not used any more."""

from __future__ import annotations

import asyncio
from enum import StrEnum
from typing import Final

import structlog

from domain.errors import NotFound
from notifier.delivery import Bounces
from notifier.outcomes import Outcomes
from notifier.reports import Fate, Report, read_report
from notifier.statuses import DEAD
from notifier.verp import SentMail

_READING_SECONDS: Final = 10.0

_log = structlog.get_logger(__name__)


class Reading(StrEnum):
    """What came of a mail that was sent to a return path of ours."""

    BOUNCED = "bounced"
    DELAYED = "delayed"
    UNREADABLE = "unreadable"
    UNKNOWN = "unknown"


class Returned:
    """Takes reports in. The same report may come again: it changes nothing then."""

    def __init__(self, outcomes: Outcomes, bounces: Bounces) -> None:
        self._outcomes = outcomes
        self._bounces = bounces

    async def take(self, sent: SentMail, content: bytes) -> Reading:
        """Read what came back to that mail's return path and record it; when this returns, it is committed.

        A mail that says nothing that can be relied on is taken too: to refuse it would only send it back to
        its sender, and nobody reads it there. Raises what the event store raises: it is to come again then.
        """
        report = await _read(content)
        if report is None:
            return Reading.UNREADABLE
        try:
            notification = await self._outcomes.returned(sent.notification_id, report)
        except NotFound:
            return Reading.UNKNOWN
        if report.fate is Fate.DELAYED:
            return Reading.DELAYED
        # Also where the bounce was on record already: killed in between, this is what is left to do.
        if report.status in DEAD:
            await self._bounces.hard_bounce(notification.mailbox_id, report.status, sent.entered_version)
        return Reading.BOUNCED


async def _read(content: bytes) -> Report | None:
    """Beside the event loop, and within a time: what it costs is up to whoever wrote it."""
    try:
        async with asyncio.timeout(_READING_SECONDS):
            return await asyncio.to_thread(read_report, content)
    except Exception as error:  # noqa: BLE001 - the parser fails in many ways, at the next try as well
        _log.warning("bounce.unreadable", error=type(error).__name__)
        return None
