"""Employees read the mailbox of their enterprise: by their role there, as far and as long as it goes."""

from __future__ import annotations

from collections.abc import AsyncIterator
from uuid import UUID

import pytest
import pytest_asyncio

from domain.events.access import AccessDenied, AccessRecorded
from domain.events.mailbox import MailboxActivated
from domain.roles import EnterpriseRole
from identity.client import LoginFailed
from tests.integration.api.embedded import Embedded
from tests.integration.staff import AN, DIVIDED, EMPLOYER, LEA, MANAGER, MARC, MESSAGES, READER, Staff

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def staff(ebox: Embedded) -> AsyncIterator[Staff]:
    """The demo's staff, the divided enterprise's mailbox in use."""
    found = Staff(ebox)
    await found.assign(DIVIDED, MANAGER)
    await found.token(MARC, DIVIDED)
    yield found


async def test_only_who_manages_takes_the_mailbox_into_use(staff: Staff) -> None:
    await staff.assign(EMPLOYER, READER, MANAGER)
    with pytest.raises(LoginFailed, match="409"):
        await staff.token(LEA, EMPLOYER)
    lea = await staff.token(LEA)
    mailbox = await staff.mailbox(lea, EMPLOYER)
    assert mailbox["isActivated"] is False
    unused = await staff.get(MESSAGES, lea, **{"Ebox-Mailbox": mailbox["mailboxId"]})
    assert (unused.status_code, unused.json()["type"]) == (409, "urn:problem-type:ebox:conflict")
    position = await staff.ebox.system.events.latest_position()
    marc = await staff.token(MARC, EMPLOYER)
    assert staff.ebox.topics_since(position) >= {MailboxActivated.TOPIC}
    message = await staff.publish(EMPLOYER)
    assert await staff.listed(marc) == await staff.listed(await staff.token(LEA, EMPLOYER)) == [message]


async def test_the_role_is_the_basis_on_record(staff: Staff) -> None:
    message = await staff.publish(EMPLOYER)
    marc = await staff.token(MARC, EMPLOYER)
    position = await staff.ebox.system.events.latest_position()
    assert (await staff.get(f"{MESSAGES}/{message}", marc)).status_code == 200
    (access,) = staff.ebox.events_since(position)
    assert isinstance(access, AccessRecorded)
    assert (access.access.basis.kind, access.access.actor_kind) == ("role", "employee")
    mailbox = await staff.mailbox(marc, EMPLOYER)
    assert (str(access.mailbox_id), str(access.access.basis.id)) == (
        mailbox["mailboxId"],
        mailbox["basis"]["id"],
    )
    assert [role["role"] for role in mailbox["roles"]] == ["accessManager"]


async def test_a_reader_of_a_partition_sees_that_one_alone(staff: Staff) -> None:
    await staff.assign(
        DIVIDED,
        MANAGER,
        (AN, EnterpriseRole.READER, ["GENERAL"]),
    )
    archived = await staff.publish(DIVIDED, into={"partition": "ARCHIVE"}, bodyContent={"nl": "Bij archief"})
    general = await staff.publish(DIVIDED, into={"partition": "GENERAL"}, bodyContent={"nl": "Voor ieder"})
    reader, manager = await staff.token(AN, DIVIDED), await staff.token(MARC, DIVIDED)
    assert set(await staff.listed(manager)) == {archived, general}
    assert await staff.listed(reader) == [general]
    found = await staff.ebox.http.post(
        f"{MESSAGES}/search", headers=reader, json={"q": "kennisgeving", "qlang": "nl"}
    )
    assert [one["messageId"] for one in found.json()["items"]] == [general]
    counts = (await staff.get("/messageRegistry/v3/ebox", reader)).json()
    assert (counts["numberOfMessages"], counts["numberOfUnreadMessages"]) == (1, 1)
    assert (await staff.mailbox(reader, DIVIDED))["numberOfMessages"] == 1
    for path in (archived, f"{archived}/body", f"{archived}/attachments", f"{archived}/paymentData"):
        assert (await staff.get(f"{MESSAGES}/{path}", reader)).status_code == 404, path
    assert (await staff.get(f"{MESSAGES}/{general}/body", reader)).status_code == 200
    for message, status in ((archived, 404), (general, 200)):
        change = {"items": [{"messageId": message, "archived": True}]}
        answer = await staff.ebox.http.patch(MESSAGES, headers=reader, json=change)
        assert answer.status_code == status
    assert (await staff.get(f"{MESSAGES}/{archived}", manager)).json()["recipient"]["partition"] == "ARCHIVE"


async def test_of_several_roles_the_one_that_reaches_a_message_is_on_record(staff: Staff) -> None:
    await staff.assign(
        DIVIDED,
        MANAGER,
        (AN, EnterpriseRole.READER, ["GENERAL"]),
        (AN, EnterpriseRole.CO_ACCESS_MANAGER, ["ARCHIVE"]),
    )
    reader = await staff.token(AN, DIVIDED)
    bases: list[set[UUID]] = []
    for partition in ("GENERAL", "ARCHIVE"):
        message = await staff.publish(DIVIDED, into={"partition": partition}, isConfirmationNeeded=True)
        position = await staff.ebox.system.events.latest_position()
        for path in ("", "/body"):
            assert (await staff.get(f"{MESSAGES}/{message}{path}", reader)).status_code == 200
        await staff.ebox.http.post(f"{MESSAGES}/{message}/confirm", headers=reader)
        change = {"items": [{"messageId": message, "archived": True}]}
        await staff.ebox.http.patch(MESSAGES, headers=reader, json=change)
        told = [one.access for one in staff.ebox.events_since(position) if hasattr(one, "access")]
        assert len(told) == 4
        bases.append({one.basis.id for one in told})
    assert [len(one) for one in bases] == [1, 1]
    assert bases[0] != bases[1]


async def test_a_withdrawn_role_opens_nothing_from_that_moment(staff: Staff) -> None:
    await staff.assign(EMPLOYER, READER, MANAGER)
    lea = await staff.token(LEA, EMPLOYER)
    await staff.listed(lea)
    await staff.assign(EMPLOYER, MANAGER)
    position = await staff.ebox.system.events.latest_position()
    assert (await staff.get(MESSAGES, lea)).status_code == 403
    (denied,) = staff.ebox.events_since(position)
    assert isinstance(denied, AccessDenied)
    assert "role" in denied.reason


async def test_the_token_of_an_employee_does_not_open_their_own_mailbox(staff: Staff) -> None:
    own = await staff.token(MARC)
    items = (await staff.get("/me/mailboxes", own)).json()["items"]
    assert [one["isOwn"] for one in items] == [True, False, False]
    employee = await staff.token(MARC, EMPLOYER)
    assert all(not one["isOwn"] for one in (await staff.get("/me/mailboxes", employee)).json()["items"])
    refused = await staff.get(MESSAGES, employee, **{"Ebox-Mailbox": items[0]["mailboxId"]})
    assert refused.status_code == 403


async def test_a_persons_own_token_opens_the_enterprises_mailbox_by_name(staff: Staff) -> None:
    own = await staff.token(MARC)
    mailbox = {"Ebox-Mailbox": (await staff.mailbox(own, EMPLOYER))["mailboxId"]}
    message = await staff.publish(EMPLOYER)
    assert message in await staff.listed(own, **mailbox)
    assert message not in await staff.listed(own)
    assert (await staff.get("/me/profile", own, **mailbox)).json()["mailboxId"] == mailbox["Ebox-Mailbox"]


async def test_a_stranger_is_refused_and_recorded(staff: Staff) -> None:
    marc, lea = await staff.token(MARC, EMPLOYER), await staff.token(LEA)
    mailbox = (await staff.mailbox(marc, EMPLOYER))["mailboxId"]
    with pytest.raises(LoginFailed):
        await staff.token(LEA, EMPLOYER)
    position = await staff.ebox.system.events.latest_position()
    assert (await staff.get(MESSAGES, lea, **{"Ebox-Mailbox": mailbox})).status_code == 403
    (denied,) = staff.ebox.events_since(position)
    assert isinstance(denied, AccessDenied)
    assert str(denied.mailbox_id) == mailbox


async def test_the_history_names_people_to_the_manager_and_is_closed_to_readers(staff: Staff) -> None:
    await staff.assign(EMPLOYER, READER, MANAGER)
    lea, marc = await staff.token(LEA, EMPLOYER), await staff.token(MARC, EMPLOYER)
    await staff.listed(lea)
    await staff.ebox.caught_up()
    lines = (await staff.get("/me/access-history", marc)).json()["items"]
    listed = next(one for one in lines if one.get("what") == "list" and not one["who"]["isOwn"])
    assert (listed["who"]["kind"], listed["who"]["ssin"], listed["who"]["basis"]) == (
        "employee",
        LEA.number,
        "role",
    )
    for path in ("/me/access-history", "/me/profile", "/me/preferences"):
        assert (await staff.get(path, lea)).status_code == 403
