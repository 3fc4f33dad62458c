"""Who may publish: the partners file, and the issuers whose tokens are believed."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from typing import Final

import httpx

from application.partners import read_partners_file
from bootstrap.doctor.findings import Finding, fine, warning, wrong
from bootstrap.doctor.patient import Patient, require_file
from domain.errors import InvalidInput, Unavailable
from identity.issuers import RemoteKeys
from trusted_issuers import TrustedIssuer

PARTNERS: Final = "partners file"
ISSUERS: Final = "trusted issuers"
_CORRECT: Final = "correct it, then run `ebox migrate`"


def partners(system: Patient) -> Iterator[Finding]:
    """What `ebox migrate` would change."""
    if system.partners_file is None:
        yield fine(PARTNERS, "none is named: partners stay as they are")
        return
    try:
        file = read_partners_file(system.partners_file)
    except InvalidInput as error:
        # What it says of a value may quote it: the entry alone.
        entries = ", ".join(sorted({issue.field for issue in error.issues})[:3])
        yield wrong(PARTNERS, f"it cannot be taken in as it is, see {entries}", _CORRECT)
        return
    require_file(system.event_store_url)
    require_file(system.key_store_url)
    changes = system.partners.count(file)
    if changes:
        yield warning(
            PARTNERS, f"it says something else than the record, {changes} times", "run `ebox migrate`"
        )
    else:
        yield fine(PARTNERS, "all of it is on record")


def issuers(system: Patient) -> Iterator[Finding]:
    """Whether their keys can be read."""
    trusted = system.settings.trusted_issuers
    if not trusted:
        yield fine(ISSUERS, "none but ourselves")
        return
    away = asyncio.run(_away(system, trusted))
    for one in away:
        yield wrong(
            ISSUERS, f"the keys of {one} cannot be read", "see that its jwks_url is right and answers"
        )
    if not away:
        yield fine(ISSUERS, f"the keys of all {len(trusted)} can be read")


async def _away(system: Patient, trusted: list[TrustedIssuer]) -> list[str]:
    async with httpx.AsyncClient() as client:

        async def is_away(one: TrustedIssuer) -> bool:
            try:
                await RemoteKeys(one.jwks_url, client, system.clock).look_up("any")
            except Unavailable:
                return True
            return False

        answers = await asyncio.gather(*map(is_away, trusted))
    return [one.issuer for one, is_it in zip(trusted, answers, strict=True) if is_it]
