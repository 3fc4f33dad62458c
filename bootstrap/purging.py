"""`ebox retention run`, from settings to the last line."""

from __future__ import annotations

import asyncio
from datetime import timedelta

from rich.console import Console
from rich.progress import Progress

from bootstrap.logs import configure_logging
from bootstrap.requirements import Requirements, wait_until_met
from bootstrap.system import System
from settings import Settings


async def purge(settings: Settings, grace_days: int, *, dry_run: bool) -> None:
    """Purge what is due, showing how far it is; the last line says what was done."""
    configure_logging(settings.log_level)
    system = System(settings)
    terminal = Console(stderr=True)
    try:
        await wait_until_met(Requirements(system).of_scheduler, asyncio.Event())
        retention = system.retention(timedelta(days=grace_days))
        due = await retention.due()
        if dry_run:
            _tell(f"the documents of {due} messages and uploads would be removed")
            return
        messages = documents = size = 0
        with Progress(console=terminal, disable=not terminal.is_terminal) as progress:
            task = progress.add_task("Removing documents", total=due)
            async for purged in retention.run():
                messages, documents, size = (
                    messages + 1,
                    documents + purged.documents,
                    size + purged.size,
                )
                progress.advance(task)
        _tell(f"{documents} documents of {messages} messages and uploads removed, {size} bytes")
    finally:
        await system.aclose()


def _tell(line: str) -> None:
    Console().print(line, highlight=False, soft_wrap=True)
