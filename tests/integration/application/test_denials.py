"""Who was refused what stands in the log: up to a limit, without delaying or hiding the refusal."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from uuid import uuid4

import pytest
import structlog

import application.denials
from application.denials import A_MINUTE, Denials
from domain.errors import Unavailable
from domain.events.access import AccessDenied
from domain.events.base import Event
from tests.integration.application.owner import AT, NUMBER, Owner, an_owner


@pytest.fixture
async def owner(tmp_path: Path) -> AsyncIterator[Owner]:
    async with an_owner(None, tmp_path) as owner:
        yield owner


@pytest.fixture
def denials(owner: Owner) -> Denials:
    return Denials(events=owner.events, clock=owner.clock)


def recorded(owner: Owner) -> list[AccessDenied]:
    """All refusals in the log."""
    follower = owner.events.follow(0)
    try:
        page = follower.next_page()
        return [event for _, event in follower.decode(page) if isinstance(event, AccessDenied)]
    finally:
        follower.close()


async def test_a_refusal_says_who_wanted_what_and_why_not(owner: Owner, denials: Denials) -> None:
    mailbox = uuid4()
    await denials.record(owner.actor, "read", "not the owner", mailbox)

    [denied] = recorded(owner)
    assert (denied.operation, denied.reason, denied.mailbox_id) == ("read", "not the owner", mailbox)
    assert (denied.timestamp, denied.unrecorded) == (AT, 0)
    caller = denied.caller
    assert (caller.actor, caller.actor_party, caller.actor_kind) == (NUMBER, owner.party_id, "citizen")
    assert (caller.site, caller.request_id) == ("demo-site", owner.actor.request_id)


async def test_past_the_limit_of_a_minute_refusals_are_counted_and_the_next_one_tells(
    owner: Owner, denials: Denials
) -> None:
    for _ in range(A_MINUTE + 3):
        await denials.record(owner.actor, "read", "not the owner")
    assert [one.unrecorded for one in recorded(owner)] == [0] * A_MINUTE

    owner.clock.advance(timedelta(minutes=1))
    await denials.record(owner.actor, "read", "not the owner")
    await denials.record(owner.actor, "read", "not the owner")
    assert [one.unrecorded for one in recorded(owner)] == [0] * A_MINUTE + [3, 0]


async def test_the_limit_is_for_one_caller_alone(owner: Owner, denials: Denials) -> None:
    for _ in range(A_MINUTE + 1):
        await denials.record(owner.actor, "read", "not the owner")
    await denials.record(replace(owner.actor, site="other-site"), "read", "not the owner")
    assert recorded(owner)[-1].caller.site == "other-site"


async def test_callers_that_were_refused_long_ago_are_forgotten(
    owner: Owner, denials: Denials, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(application.denials, "CALLERS", 2)
    for site in ["one"] * A_MINUTE + ["two", "three", "one"]:
        await denials.record(replace(owner.actor, site=site), "read", "not the owner")
    assert len(recorded(owner)) == A_MINUTE + 3


async def test_a_log_that_does_not_answer_hides_no_refusal_and_the_next_one_tells(
    owner: Owner, denials: Denials, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def away(*_: Event) -> int:
        raise Unavailable("event store")

    async def stands_still(*_: Event) -> int:
        await asyncio.Event().wait()
        return 0

    monkeypatch.setattr(application.denials, "SECONDS", 0.01)
    for failing in (away, stands_still):
        with structlog.testing.capture_logs() as logs, monkeypatch.context() as patch:
            patch.setattr(owner.events, "append", failing)
            await denials.record(owner.actor, "read", "not the owner")
        assert [line["event"] for line in logs] == ["denial.unrecorded"]
        assert NUMBER not in str(logs)

    await denials.record(owner.actor, "read", "not the owner")
    assert [one.unrecorded for one in recorded(owner)] == [2]
