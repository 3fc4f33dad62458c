"""A role begins once what it needs is there: what is away is waited for, what will not mend is told."""

from __future__ import annotations

import asyncio
import os
import secrets
from base64 import b64encode
from pathlib import Path

import pytest
import structlog

from bootstrap.errors import CannotStart
from bootstrap.migration import migrate
from bootstrap.requirements import Requirement, Requirements, once_met, wait_until_met
from bootstrap.supervision import Role
from bootstrap.system import System
from domain.errors import Unavailable
from domain.identifiers import ClientIdentifier
from settings import Settings


@pytest.fixture(autouse=True)
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a developer's .env nor the environment of the test run has a say in here."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("EBOX_")]:
        monkeypatch.delenv(name)


def away(*_: object) -> None:
    raise Unavailable("it") from ConnectionRefusedError("at 10.0.0.7")


async def test_what_is_away_is_waited_for_and_named() -> None:
    failures = [True, True, False]

    def check() -> None:
        if failures.pop(0):
            away()

    with structlog.testing.capture_logs() as lines:
        await wait_until_met([Requirement("outbox", "EBOX_OUTBOX_URL", check)], asyncio.Event())
    assert [(line["part"], line["cause"]) for line in lines] == [("outbox", "ConnectionRefusedError")] * 2
    assert "10.0.0.7" not in str(lines)


async def test_a_role_that_still_waits_can_be_stopped() -> None:
    def begin() -> Role:
        raise AssertionError("it is not there")

    role = once_met([Requirement("outbox", "EBOX_OUTBOX_URL", away)], begin)
    running = asyncio.ensure_future(role.run())
    await asyncio.sleep(0)
    role.stop()
    async with asyncio.timeout(5):
        await running


async def test_another_key_than_the_one_used_before_is_told(tmp_path: Path) -> None:
    before = System(Settings(data_dir=tmp_path / "data", demo=False))
    list(migrate(before))
    before.signing_keys.active()
    await before.aclose()
    assert "EBOX_KEY_ENCRYPTION_KEY" in await trouble_of_another_key(tmp_path / "data")


async def test_a_key_that_opens_no_partys_key_is_told(tmp_path: Path) -> None:
    before = System(Settings(data_dir=tmp_path / "data", demo=False))
    list(migrate(before))
    before.key_store.parties.find_or_create(ClientIdentifier("demo"))
    await before.aclose()
    assert "EBOX_KEY_ENCRYPTION_KEY" in await trouble_of_another_key(tmp_path / "data")


async def trouble_of_another_key(data: Path) -> str:
    another = b64encode(secrets.token_bytes(32)).decode()
    after = System(Settings.model_validate({"data_dir": data, "demo": False, "key_encryption_key": another}))
    try:
        with pytest.raises(CannotStart) as told:
            await wait_until_met(Requirements(after).of_api, asyncio.Event())
    finally:
        await after.aclose()
    return str(told.value)
