"""The register of persons and enterprises, and what an operator began in ours and did not finish."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Final

from bootstrap.doctor.findings import Finding, fine, warning
from bootstrap.doctor.patient import Patient, require_file
from bootstrap.party_register import party_register
from registers.extract import ExtractRegister
from registers.over_http import HttpRegister

PART: Final = "party register"
MERGES: Final = "merges"
SECONDS: Final = 60.0
"""A large extract is read as a role reads it at its start."""


def look_at(system: Patient) -> Iterator[Finding]:
    """Raises `CannotStart`, `Unavailable`."""
    register = party_register(system.settings)
    if isinstance(register, HttpRegister):
        asyncio.run(_ask(register))
        yield fine(PART, "it answers")
    elif isinstance(register, ExtractRegister):
        yield fine(PART, f"an extract of {len(register)} rows")
    elif system.settings.is_embedded:
        yield fine(PART, "none: every valid number is accepted")
    else:
        yield warning(PART, "none: every valid number is accepted", "set EBOX_PARTY_REGISTER_URL")


def merges(system: Patient) -> Iterator[Finding]:
    """Mailboxes that were being merged when somebody broke it off, or before a backup."""
    require_file(system.key_store_url)
    unfinished = len(system.key_store.replacements.unfinished())
    if unfinished:
        yield warning(MERGES, f"{unfinished} unfinished", "run the same `ebox parties merge` again")
    else:
        yield fine(MERGES, "none is unfinished")


async def _ask(register: HttpRegister) -> None:
    try:
        await register.answers()
    finally:
        await register.aclose()
