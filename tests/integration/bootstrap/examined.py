"""What `ebox doctor` finds of some settings, in this process."""

from __future__ import annotations

import asyncio
from base64 import b64encode
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from bootstrap.doctor.examination import checks_of
from bootstrap.doctor.findings import Finding, Verdict
from bootstrap.doctor.patient import Patient
from bootstrap.doctor.running import examine
from bootstrap.migration import migrate, seed_demo
from bootstrap.system import System
from domain.clock import Clock
from settings import Settings
from tests.servers.postgres import Postgres

PARTS: Final = ("event_store", "read_model", "key_store", "outbox")
KEY_ENCRYPTION_KEY: Final = b64encode(bytes([1] * 32)).decode()
IDENTIFIER_KEY: Final = b64encode(bytes([2] * 32)).decode()


def embedded(folder: Path, **settings: Any) -> Settings:
    """The embedded mode in this folder."""
    return Settings.model_validate({"data_dir": folder / "data", "port": 15_000, **settings})


def production(folder: Path, postgres: Postgres, **settings: Any) -> Settings:
    """Production on real databases, which are empty."""
    databases = {f"{part}_url": postgres.create_database(part) for part in PARTS}
    given = {
        "environment": "production",
        "public_url": "https://localhost",
        "data_dir": folder / "data",
        "object_store_url": "s3+http://key:secret@127.0.0.1:9/nothing",
        "smtp_url": "smtp://127.0.0.1:9",
        "mail_from": "eBox <no-reply@example.test>",
        "key_encryption_key": KEY_ENCRYPTION_KEY,
        "identifier_key": IDENTIFIER_KEY,
        **databases,
        **settings,
    }
    return Settings.model_validate(given)


def changed(settings: Settings, **other: Any) -> Settings:
    """The same but for these."""
    given = {
        name: value.get_secret_value() if hasattr(value, "get_secret_value") else value
        for name, value in settings.model_dump().items()
    }
    return Settings.model_validate(given | other)


async def filled(settings: Settings) -> None:
    """`ebox migrate`, and the demo people's mailboxes."""
    system = System(settings)
    try:
        await asyncio.to_thread(lambda: list(migrate(system)))
        await seed_demo(system)
    finally:
        await system.aclose()


def look(settings: Settings, *parts: str, clock: Clock | None = None) -> list[Finding]:
    """What is found of these parts, or of all. Not from within an event loop."""
    system = Patient(settings)
    if clock is not None:
        system.clock = clock
    try:
        return list(examine([one for one in checks_of(system) if not parts or one.part in parts]))
    finally:
        asyncio.run(system.aclose())


def only(findings: Sequence[Finding], part: str, verdict: Verdict) -> Finding:
    """The one finding of that part, which must be so."""
    (found,) = [one for one in findings if one.part == part and one.verdict is not Verdict.FINE] or [
        one for one in findings if one.part == part
    ]
    assert found.verdict is verdict, found
    assert bool(found.advice) is (verdict is not Verdict.FINE), found
    return found
