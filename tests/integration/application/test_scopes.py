"""Auditors look under scopes that other auditors approved, while those stand, and owners are told."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest

from application.demo.scopes import APPROVER, AUDITOR
from bootstrap.migration import seed_demo
from domain.clock import FixedClock
from domain.declarations import AuditorDeclaration
from domain.events.access import AccessDenied
from domain.events.audit import AuditReplayed
from domain.events.scope import ScopeApproved
from domain.ids import auditor_id
from identity.client import LoginFailed
from tests.integration.api.embedded import Embedded
from tests.integration.application.office import Office
from tests.waiting import until

TELLING = {"eventId", "what", "who", "messageId", "attachmentId", "proofHref"}
"""What a withheld line does not have."""


@pytest.fixture
async def office(timed: Embedded, clock: FixedClock) -> Office:
    office = Office(timed, clock)
    await office.open()
    return office


def events(office: Office, kind: type) -> list[Any]:
    return [event for event in office.ebox.events_since(0) if isinstance(event, kind)]


async def test_a_look_rests_on_the_scope_that_another_auditor_approved(office: Office) -> None:
    scope = await office.approved()

    assert (await office.look()).status_code == 200

    look = events(office, AuditReplayed)[-1]
    assert (look.scope_id, look.embargo_until) == (UUID(scope), None)
    assert (look.access.basis.kind, look.access.basis.id) == ("audit_scope", UUID(scope))
    assert look.access.basis.version == 2
    assert look.access.actor == AUDITOR


async def test_nobody_approves_or_refuses_what_they_asked_for_themselves(office: Office) -> None:
    scope = await office.requested()
    for answer in (
        await office.approve(scope, AUDITOR),
        await office.ask(AUDITOR, "POST", f"/{scope}/refusal", reason="a change of mind"),
    ):
        assert answer.status_code == 403
        assert "another auditor" in answer.json()["detail"]
    assert (await office.ask(APPROVER, "GET", f"/{scope}")).json()["state"] == "requested"
    assert [one.operation for one in events(office, AccessDenied)] == ["approve_scope", "refuse_scope"]


async def test_who_has_the_keys_of_both_auditors_is_one_pair_of_eyes(office: Office) -> None:
    system = office.ebox.system
    scope = await office.requested()
    ours, theirs = (system.events.load(auditor_id(one)).on_record for one in (AUDITOR, APPROVER))
    shared = {**ours["client"].keys[0], "kid": "under-another-name"}
    client = replace(theirs["client"], keys=[*theirs["client"].keys, shared])
    changed = system.events.load(auditor_id(APPROVER))
    changed.declare(AuditorDeclaration(theirs["name"], client, theirs["grants"]), office.clock.now())
    await system.events.append(*changed.new_facts())
    await office.ebox.caught_up()
    await until(lambda: len(system.reference.now().clients[APPROVER].keys) > 1)
    answer = await office.approve(scope)
    assert (answer.status_code, "share a key" in answer.json()["detail"]) == (403, True)
    assert (await office.ask(APPROVER, "GET", f"/{scope}")).json()["state"] == "requested"


async def test_a_suspended_auditor_approves_nothing(office: Office) -> None:
    scope = await office.requested()
    await asyncio.to_thread(office.ebox.system.suspending.suspend, APPROVER, "under inquiry")
    await office.ebox.caught_up()
    reference = office.ebox.system.reference  # what a process knows of it is a second old at most
    await until(lambda: reference.now().clients[APPROVER].is_suspended)
    assert (await office.approve(scope)).status_code == 403


async def test_what_is_not_approved_gets_no_token_and_looks_at_nothing(office: Office) -> None:
    scope = await office.requested()
    for named in (None, scope):
        with pytest.raises(LoginFailed, match="POST /audit/scopes"):
            await office.take_token(named)
    office.ebox.tokens["looking"] = office.ebox.tokens[AUDITOR]
    refused = await office.look()
    assert refused.status_code == 403
    [issue] = refused.json()["issues"]
    assert issue["title"] == "scopeRequired"
    assert "POST /audit/scopes" in issue["detail"]


async def test_a_refused_scope_opens_nothing(office: Office) -> None:
    scope = await office.requested()
    refused = await office.ask(APPROVER, "POST", f"/{scope}/refusal", reason="too wide")
    assert (refused.json()["state"], refused.json()["refused"]["reason"]) == ("refused", "too wide")
    assert (await office.approve(scope)).status_code == 409
    with pytest.raises(LoginFailed):
        await office.take_token(scope)


@pytest.mark.parametrize("who", [AUDITOR, APPROVER])
async def test_a_withdrawal_counts_from_the_next_look_on(office: Office, who: str) -> None:
    scope = await office.approved()
    assert (await office.look()).status_code == 200
    ended = await office.ask(who, "POST", f"/{scope}/withdrawal", reason="the case is closed")
    assert ended.json()["withdrawn"]["auditor"] == who

    refused = await office.look()

    assert refused.status_code == 403
    assert "the scope is withdrawn" in refused.json()["detail"]
    denied = events(office, AccessDenied)[-1]
    assert (denied.reason, denied.mailbox_id) == ("the scope is withdrawn", office.mailbox)
    with pytest.raises(LoginFailed):
        await office.take_token(scope)


async def test_a_scope_that_ran_out_opens_nothing(office: Office, clock: FixedClock) -> None:
    scope = await office.approved(days=1)
    clock.advance(timedelta(days=1) - timedelta(seconds=60))
    await office.take_token(scope)
    assert (await office.look()).status_code == 200
    clock.advance(timedelta(seconds=60))
    refused = await office.look()
    assert (refused.status_code, "the scope is expired" in refused.json()["detail"]) == (403, True)


async def test_another_clients_scope_is_of_no_use(office: Office) -> None:
    scope = await office.approved()
    for named in (None, scope):
        with pytest.raises(LoginFailed):
            await office.take_token(named, APPROVER)


async def test_nobody_asks_beyond_their_registrations_grants(office: Office) -> None:
    for changes in ({"case": "DEMO-2"}, {"purpose": "curiosity"}):
        wanted = {"case": "DEMO-1", "purpose": "A look around the demo", "subject": "*", **changes}
        refused = await office.ask(AUDITOR, "POST", **wanted)
        assert (refused.status_code, refused.json()["issues"][0]["title"]) == (403, "notGranted")


async def test_of_two_approvals_at_once_one_counts(office: Office) -> None:
    scope = await office.requested()
    answers = await asyncio.gather(*(office.approve(scope, days=days) for days in (1, 2, 3, 4)))
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    assert [one.originator_id for one in events(office, ScopeApproved)].count(UUID(scope)) == 1


async def test_under_an_embargo_the_owner_sees_that_something_happened_and_later_what(
    office: Office, clock: FixedClock
) -> None:
    await office.approved(embargo=timedelta(days=60))
    end = clock.now() + timedelta(days=60)
    assert (await office.look()).status_code == 200
    look = events(office, AuditReplayed)[-1]

    withheld = next(line for line in await office.history_of_an() if line["kind"] == "withheld")
    assert withheld.keys().isdisjoint(TELLING)
    told = json.dumps(withheld)
    assert not any(
        word in told for word in (look.case, look.purpose, AUDITOR, str(look.event_id), "replayed")
    )
    assert withheld["withheldUntil"] == end.isoformat().replace("+00:00", "Z")

    clock.advance(timedelta(days=60) - timedelta(seconds=1))
    await office.log_in()
    assert "withheld" in [line["kind"] for line in await office.history_of_an()]
    clock.advance(timedelta(seconds=1))
    shown = next(one for one in await office.history_of_an() if one["position"] == withheld["position"])
    assert (shown["kind"], shown["at"]) == ("audit.replayed", withheld["at"])
    assert (shown["who"]["kind"], shown["who"]["case"]) == ("auditor", look.case)


async def test_of_several_scopes_a_token_lies_within_the_openest_or_the_one_that_is_named(
    office: Office,
) -> None:
    under_embargo = await office.approved(embargo=timedelta(days=60))
    openly = await office.approved()
    for named, expected in ((None, openly), (under_embargo, under_embargo)):
        await office.take_token(named)
        assert (await office.look()).status_code == 200
        assert events(office, AuditReplayed)[-1].scope_id == UUID(expected)


async def test_an_auditor_sees_what_is_withheld_from_the_owner(office: Office) -> None:
    await office.approved(embargo=timedelta(days=60))
    await office.look()
    await office.ebox.caught_up()
    kinds = [line["kind"] for line in (await office.look()).json()["items"]]
    assert kinds[0] == "audit.replayed"
    assert "withheld" not in kinds


async def test_scopes_are_listed_newest_first_page_by_page(office: Office) -> None:
    asked = [await office.requested() for _ in range(3)]
    await office.ebox.caught_up()
    found, path = [], "?limit=2"
    while path:
        page = (await office.ask(APPROVER, "GET", path)).json()
        found += [one["scopeId"] for one in page["items"]]
        path = f"?limit=2&cursor={page['nextCursor']}" if "nextCursor" in page else ""
    assert found[:3] == asked[::-1]
    assert len(found) == 4  # and the demo's own


async def test_a_scope_that_nobody_asked_for_is_not_there(office: Office) -> None:
    for path in (f"/{uuid4()}", f"/{office.mailbox}"):
        assert (await office.ask(AUDITOR, "GET", path)).status_code == 404
    assert (await office.approve(str(uuid4()))).status_code == 404


MALFORMED: list[tuple[dict[str, Any], str]] = [
    ({"subject": []}, "subject"),
    ({"subject": ["81050103522"]}, "subject"),
    ({"case": ""}, "case"),
    ({"purpose": "two\nlines"}, "purpose"),
    ({"period": {"from": "2026-01-01"}}, "period.from"),
    ({"period": {"from": "2026-02-01T00:00:00Z", "to": "2026-01-01T00:00:00Z"}}, "period"),
    ({"scope": "mine"}, "scope"),
]


async def test_a_malformed_request_is_refused_by_name(office: Office) -> None:
    for change, field in MALFORMED:
        wanted = {"case": "DEMO-1", "purpose": "A look around the demo", "subject": "*", **change}
        refused = await office.ask(AUDITOR, "POST", **wanted)
        assert refused.status_code == 400
        assert any(issue["name"].startswith(field) for issue in refused.json()["issues"]), refused.text
        assert "81050103522" not in refused.text


async def test_the_demo_has_one_scope_that_stands_whatever_became_of_those_before(
    timed: Embedded, clock: FixedClock
) -> None:
    async def states() -> list[str]:
        await seed_demo(timed.system)
        await timed.caught_up()
        office = Office(timed, clock)
        await office.log_in()
        return [one["state"] for one in (await office.ask(AUDITOR, "GET")).json()["items"]]

    assert await states() == ["approved"]
    [scope] = (await timed.http.get("/audit/scopes", headers=timed.as_("auditor"))).json()["items"]
    ended = {"reason": "a try"}
    path = f"/audit/scopes/{scope['scopeId']}/withdrawal"
    assert (await timed.http.post(path, json=ended, headers=timed.as_("auditor"))).status_code == 200
    assert await states() == ["approved", "withdrawn"]
    clock.advance(timedelta(days=365))
    assert await states() == ["approved", "expired", "withdrawn"]
