"""`ebox retention run`, from settings to the last line."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from rich.console import Console
from rich.progress import Progress

from application.access_retention import AccessRetention
from application.retention import Retention
from bootstrap.logs import configure_logging
from bootstrap.requirements import Requirements, wait_until_met
from bootstrap.system import System
from projections.access_history_retention import Leaving
from settings import Settings


async def purge(settings: Settings, grace_days: int, *, dry_run: bool) -> None:
    """Remove what is due, showing how far it is; the last lines say what was done."""
    configure_logging(settings.log_level)
    system = System(settings)
    terminal = Console(stderr=True)
    try:
        await wait_until_met(Requirements(system).of_scheduler, asyncio.Event())
        retention = system.retention(timedelta(days=grace_days))
        with Progress(console=terminal, disable=not terminal.is_terminal) as progress:
            await _purge_documents(retention, progress, dry_run=dry_run)
            await _retire_access_records(system.access_retention, progress, dry_run=dry_run)
    finally:
        await system.aclose()


async def _purge_documents(retention: Retention, progress: Progress, *, dry_run: bool) -> None:
    due = await retention.due()
    if dry_run:
        _tell(f"the documents of {due} messages and uploads would be removed")
        return
    messages = documents = size = 0
    task = progress.add_task("Removing documents", total=due)
    async for purged in retention.run():
        messages, documents, size = messages + 1, documents + purged.documents, size + purged.size
        progress.advance(task)
    _tell(f"{documents} documents of {messages} messages and uploads removed, {size} bytes")


async def _retire_access_records(retention: AccessRetention, progress: Progress, *, dry_run: bool) -> None:
    due = await retention.due()
    if dry_run:
        _tell(f"{_counted(due)} would leave the access history")
        return
    left = Leaving(0, 0)
    task = progress.add_task("Moving the access history's beginning", total=due.accesses + due.messages)
    async for step in retention.run():
        left += step
        progress.update(task, completed=left.accesses + left.messages)
    _tell(f"{_counted(left)} left the access history")


def _counted(leaving: Leaving) -> str:
    return f"{leaving.accesses} access records, and {leaving.messages} messages that ended,"


def _tell(line: str) -> None:
    Console().print(line, highlight=False, soft_wrap=True)
