"""An owner's profile: an address that is proved by a code, and how to be told. On both databases."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Coroutine
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from application.profile import Preferences
from application.verification import CODES, LIFE, PERIOD, TRIES
from domain.errors import Gone, InvalidInput, LimitReached, NotActivated
from domain.events.mailbox import Frequency, QuietHours
from tests.integration.application.owner import ADDRESS, Owner, an_owner

MOMENT = timedelta(microseconds=1)


@pytest.fixture(params=["sqlite", "postgresql"])
async def owner(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Owner]:
    is_postgresql = request.param == "postgresql"
    database = request.getfixturevalue("postgres_database") if is_postgresql else None
    async with an_owner(database, tmp_path) as owner:
        await owner.log_in()
        yield owner


async def refusal(asked: Coroutine[Any, Any, Any]) -> tuple[str, str]:
    with pytest.raises(InvalidInput) as raised:
        await asked
    [issue] = raised.value.issues
    return issue.field, issue.code


async def test_an_address_counts_once_its_code_came_back(owner: Owner) -> None:
    entered = await owner.profiles.enter_address(owner.actor, f" {ADDRESS} ")

    assert (entered.address, entered.is_verified, entered.tries_left) == (ADDRESS, False, TRIES)
    assert entered.code_expires_at == owner.clock.now() + LIFE
    code = await owner.mailed_code()
    verified = await owner.profiles.verify_address(owner.actor, f"{code[:3]} {code[3:]}")
    assert (verified.is_verified, verified.tries_left, verified.code_expires_at) == (True, None, None)
    assert verified.position is not None
    assert verified.position > (entered.position or 0)
    assert replace(verified, position=None) == await owner.profile()
    assert await owner.codes.code_for(owner.mailbox_id, owner.mail()) is None


async def test_the_same_verified_address_again_changes_nothing(owner: Owner) -> None:
    await owner.profiles.enter_address(owner.actor, ADDRESS)
    verified = await owner.profiles.verify_address(owner.actor, await owner.mailed_code())

    again = await owner.profiles.enter_address(owner.actor, ADDRESS)

    assert again == replace(verified, position=None)
    assert await owner.profiles.verify_address(owner.actor, "000000") == again
    assert await owner.profiles.send_new_code(owner.actor) == again


async def test_the_same_unverified_address_again_mails_no_second_code_while_one_lives(owner: Owner) -> None:
    await owner.profiles.enter_address(owner.actor, ADDRESS)
    mail = owner.mail()
    await owner.profiles.enter_address(owner.actor, ADDRESS)
    assert owner.mail() == mail

    owner.clock.advance(LIFE)
    await owner.profiles.enter_address(owner.actor, ADDRESS)
    assert owner.mail() != mail
    assert owner.times_entered() == 1


async def test_another_address_takes_the_place_of_a_verified_one_and_voids_its_code(owner: Owner) -> None:
    await owner.profiles.enter_address(owner.actor, ADDRESS)
    former_mail, former_code = owner.mail(), await owner.mailed_code()
    other = await owner.profiles.enter_address(owner.actor, "an@münchen.example")

    assert (other.address, other.is_verified) == ("an@münchen.example", False)
    assert await owner.codes.code_for(owner.mailbox_id, former_mail) is None
    assert await owner.mailed_code() != former_code
    assert (await owner.profiles.verify_address(owner.actor, await owner.mailed_code())).is_verified


async def test_after_five_wrong_codes_the_right_one_is_dead_too(owner: Owner) -> None:
    await owner.profiles.enter_address(owner.actor, ADDRESS)
    right, wrong = await owner.mailed_code(), await owner.wrong_code()

    for left in reversed(range(TRIES)):
        assert await refusal(owner.profiles.verify_address(owner.actor, wrong)) == ("code", "wrongCode")
        assert (await owner.profile()).tries_left == (left or None)
    assert await refusal(owner.profiles.verify_address(owner.actor, right)) == ("code", "tooManyTries")
    assert await owner.codes.code_for(owner.mailbox_id, owner.mail()) is None

    await owner.profiles.send_new_code(owner.actor)
    assert (await owner.profiles.verify_address(owner.actor, await owner.mailed_code())).is_verified


async def test_many_guesses_at_once_get_no_more_than_five_tries(owner: Owner) -> None:
    await owner.profiles.enter_address(owner.actor, ADDRESS)
    wrong = await owner.wrong_code()

    refusals = await asyncio.gather(
        *(refusal(owner.profiles.verify_address(owner.actor, wrong)) for _ in range(20))
    )

    assert sorted(refusals) == [("code", "tooManyTries")] * 15 + [("code", "wrongCode")] * 5


async def test_the_right_code_many_times_at_once_verifies_once(owner: Owner) -> None:
    await owner.profiles.enter_address(owner.actor, ADDRESS)
    code = await owner.mailed_code()
    views = await asyncio.gather(*(owner.profiles.verify_address(owner.actor, code) for _ in range(TRIES)))
    assert all(view.is_verified for view in views)
    assert len([view for view in views if view.position is not None]) == 1


async def test_a_code_lasts_fifteen_minutes(owner: Owner) -> None:
    await owner.profiles.enter_address(owner.actor, ADDRESS)
    code = await owner.mailed_code()

    owner.clock.advance(LIFE)
    assert await refusal(owner.profiles.verify_address(owner.actor, code)) == ("code", "codeExpired")
    assert (await owner.profile()).code_expires_at is None
    owner.clock.advance(-MOMENT)
    assert (await owner.profiles.verify_address(owner.actor, code)).is_verified


async def test_a_new_code_voids_the_former_one(owner: Owner) -> None:
    await owner.profiles.enter_address(owner.actor, ADDRESS)
    former_mail, former_code = owner.mail(), await owner.mailed_code()
    await owner.profiles.send_new_code(owner.actor)

    assert await owner.codes.code_for(owner.mailbox_id, former_mail) is None
    assert await owner.mailed_code() != former_code
    assert await refusal(owner.profiles.verify_address(owner.actor, former_code)) == ("code", "wrongCode")


async def test_five_codes_an_hour(owner: Owner) -> None:
    await owner.profiles.enter_address(owner.actor, ADDRESS)
    owner.clock.advance(timedelta(minutes=10))
    for _ in range(CODES - 1):
        await owner.profiles.send_new_code(owner.actor)

    with pytest.raises(LimitReached) as raised:
        await owner.profiles.enter_address(owner.actor, "other@example.test")
    assert raised.value.retry_after == 50 * 60
    assert (await owner.profile()).address == ADDRESS
    owner.clock.advance(PERIOD - timedelta(minutes=10))
    await owner.profiles.enter_address(owner.actor, "other@example.test")


async def test_five_codes_an_hour_however_many_ask_at_once(owner: Owner) -> None:
    await owner.profiles.enter_address(owner.actor, ADDRESS)
    outcomes = await asyncio.gather(
        *(owner.profiles.send_new_code(owner.actor) for _ in range(12)), return_exceptions=True
    )
    assert len([one for one in outcomes if isinstance(one, LimitReached)]) == 12 - (CODES - 1)


async def test_of_two_addresses_entered_at_once_the_one_that_stands_is_the_one_that_is_mailed(
    owner: Owner,
) -> None:
    await asyncio.gather(
        owner.profiles.enter_address(owner.actor, "one@example.test"),
        owner.profiles.enter_address(owner.actor, "two@example.test"),
    )

    assert owner.times_entered() == 2
    stands = await owner.profile()
    verified = await owner.profiles.verify_address(owner.actor, await owner.mailed_code())
    assert (verified.address, verified.is_verified) == (stands.address, True)


async def test_a_code_asked_for_before_another_address_was_entered_is_no_proof_of_that_one(
    owner: Owner,
) -> None:
    await owner.profiles.enter_address(owner.actor, ADDRESS)
    before = await owner.events.get(owner.mailbox_id)
    await owner.profiles.enter_address(owner.actor, "victim@example.test")
    late = await owner.codes.issue(before, owner.clock.now())
    await owner.events.append(*late.new_facts())

    assert await owner.codes.code_for(owner.mailbox_id, late.id) is None
    assert await refusal(owner.profiles.verify_address(owner.actor, "000000")) == ("code", "noCode")


async def test_without_an_address_there_is_no_code(owner: Owner) -> None:
    assert await refusal(owner.profiles.verify_address(owner.actor, "000000")) == ("code", "noCode")
    assert await refusal(owner.profiles.send_new_code(owner.actor)) == ("emailAddress", "required")


async def test_what_is_not_an_address_is_refused(owner: Owner) -> None:
    for address in ("an", "an@", "an@example.test\nBcc: eve@example.test", "a" * 300):
        refused = await refusal(owner.profiles.enter_address(owner.actor, address))
        assert refused == ("emailAddress", "schemaViolation")


async def test_what_is_not_six_digits_costs_no_try(owner: Owner) -> None:
    await owner.profiles.enter_address(owner.actor, ADDRESS)
    for code in ("", "12345", "1234567", "12345a", "\u0661" * 6):
        refused = await refusal(owner.profiles.verify_address(owner.actor, code))
        assert refused == ("code", "schemaViolation")
    assert (await owner.profile()).tries_left == TRIES


async def test_preferences_are_recorded_once_and_whole(owner: Owner) -> None:
    wanted = Preferences(
        language="fr",
        frequency=Frequency.DAILY,
        quiet_hours=QuietHours("22:00", "07:30", "Europe/Brussels"),
        reminders=False,
        exclusively_ebox=True,
        show_title=True,
    )
    view = await owner.profiles.prefer(owner.actor, wanted)

    assert (view.language, view.frequency, view.quiet_hours) == ("fr", Frequency.DAILY, wanted.quiet_hours)
    assert (view.reminders, view.exclusively_ebox, view.show_title) == (False, True, True)
    assert (await owner.profiles.prefer(owner.actor, wanted)).position is None


async def test_changes_of_different_preferences_at_once_lose_none(owner: Owner) -> None:
    await owner.profiles.change_preferences(owner.actor, {"language": "nl"})
    await asyncio.gather(
        owner.profiles.change_preferences(owner.actor, {"reminders": False}),
        owner.profiles.change_preferences(owner.actor, {"show_title": True}),
    )
    view = await owner.profile()
    assert (view.language, view.reminders, view.show_title) == ("nl", False, True)


async def test_a_mailbox_that_is_not_in_use_has_no_profile_to_change(tmp_path: Path) -> None:
    async with an_owner(None, tmp_path) as owner:
        view = await owner.profile()
        assert (view.mailbox_id, view.is_activated, view.address) == (owner.mailbox_id, False, None)
        for change in (
            owner.profiles.enter_address(owner.actor, ADDRESS),
            owner.profiles.send_new_code(owner.actor),
            owner.profiles.verify_address(owner.actor, "000000"),
            owner.profiles.change_preferences(owner.actor, {"language": "nl"}),
        ):
            with pytest.raises(NotActivated):
                await change


async def test_the_profile_of_an_erased_owner_is_gone(owner: Owner) -> None:
    await owner.profiles.enter_address(owner.actor, ADDRESS)
    mail = owner.mail()
    owner.erase()

    assert await owner.codes.code_for(owner.mailbox_id, mail) is None
    for asked in (owner.profile(), owner.profiles.enter_address(owner.actor, "b@example.test")):
        with pytest.raises(Gone):
            await asked
