"""Mail that comes back for good rejects the address it went to, and no other."""

from __future__ import annotations

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest

from tests.integration.application.owner import ADDRESS, Owner, an_owner

HOUR = timedelta(hours=1)


@pytest.fixture
async def owner(tmp_path: Path) -> AsyncIterator[Owner]:
    """With a verified address."""
    async with an_owner(None, tmp_path) as owner:
        await owner.log_in()
        await owner.profiles.enter_address(owner.actor, ADDRESS)
        await owner.profiles.verify_address(owner.actor, await owner.mailed_code())
        yield owner


async def bounce(owner: Owner, entered_version: int, status: str = "5.1.1") -> None:
    await owner.bounces.hard_bounce(owner.mailbox_id, status, entered_version)


async def test_the_address_does_not_count_any_more_and_the_owner_may_enter_it_again(owner: Owner) -> None:
    await bounce(owner, owner.entered_version())

    rejected = await owner.profile()
    assert (rejected.address, rejected.is_verified, rejected.rejection) == (None, False, "5.1.1")
    again = await owner.profiles.enter_address(owner.actor, ADDRESS)
    assert (again.address, again.is_verified, again.rejection) == (ADDRESS, False, None)


async def test_a_second_report_changes_nothing(owner: Owner) -> None:
    entered = owner.entered_version()
    for status in ("5.1.1", "5.2.1"):
        await bounce(owner, entered, status)
    assert (await owner.profile()).rejection == "5.1.1"


@pytest.mark.parametrize("address", ["new@example.test", ADDRESS])
async def test_an_address_entered_after_the_mail_was_sent_stays(owner: Owner, address: str) -> None:
    entered = owner.entered_version()
    await bounce(owner, entered)
    await owner.profiles.enter_address(owner.actor, address)  # in the same moment: the clock stands still

    await bounce(owner, entered)

    assert (await owner.profile()).address == address


async def test_the_mail_with_the_code_may_be_what_comes_back(owner: Owner) -> None:
    owner.clock.advance(HOUR)
    await owner.profiles.enter_address(owner.actor, "nobody@example.test")

    await bounce(owner, owner.entered_version())

    rejected = await owner.profile()
    assert (rejected.address, rejected.code_expires_at) == (None, None)


async def test_what_a_report_says_beyond_its_status_is_not_kept(owner: Owner) -> None:
    await bounce(owner, owner.entered_version(), f"5.1.1 {ADDRESS}")
    assert (await owner.profile()).rejection == "5.0.0"


async def test_a_mailbox_nobody_knows_is_no_trouble(owner: Owner) -> None:
    await owner.bounces.hard_bounce(uuid4(), "5.1.1", 3)
