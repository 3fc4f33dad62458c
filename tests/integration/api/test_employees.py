"""Employees read the mailbox of their enterprise: by their role there, as far and as long as it goes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
import pytest_asyncio

from application.demo.people import PEOPLE, Person
from application.partners import read_partners_file
from application.partnersfile.enterprises import RoleEntry
from bootstrap.development import REDIRECT_URI
from domain.events.access import AccessDenied, AccessRecorded
from domain.events.mailbox import MailboxActivated
from domain.roles import EnterpriseRole
from identity.client import LoginFailed
from tests.e2e.caller import announcement, form
from tests.integration.api.embedded import Embedded

pytestmark = pytest.mark.asyncio(loop_scope="module")

MESSAGES = "/messageRegistry/v3/ebox/messages"
EMPLOYER, DIVIDED = "0884303369", "0206731645"
AN, LEA, MARC = PEOPLE[0], PEOPLE[1], PEOPLE[3]
MANAGER = (MARC, EnterpriseRole.ACCESS_MANAGER, None)
READER = (LEA, EnterpriseRole.READER, None)


class Staff:
    """Who is what in the demo's enterprises, and what they ask."""

    def __init__(self, ebox: Embedded) -> None:
        self.ebox = ebox

    async def assign(self, enterprise: str, *people: tuple[Person, EnterpriseRole, list[str] | None]) -> None:
        """These people and no others are something in the enterprise from now on."""
        system = self.ebox.system
        assert system.partners_file is not None
        file = read_partners_file(system.partners_file)
        entry = next(one for one in file.enterprises if one.enterprise_number == enterprise)
        roles = [
            RoleEntry(ssin=person.number, role=role, partitions=partitions)
            for person, role, partitions in people
        ]
        file = file.model_copy(update={"enterprises": [entry.model_copy(update={"people": roles})]})
        await asyncio.to_thread(system.partners.apply, file)
        await self.ebox.caught_up()

    async def token(self, person: Person, enterprise: str | None = None) -> dict[str, str]:
        """The header that makes a request theirs; for that enterprise, or for themselves."""
        site = self.ebox.client("citizen")
        token = await site.demo_person_token(
            person.key, person.digital_keys[0], REDIRECT_URI, enterprise=enterprise
        )
        return {"Authorization": f"Bearer {token}"}

    async def publish(self, enterprise: str, **more: Any) -> str:
        """A message for the enterprise; its id."""
        recipient = {"eboxType": "enterprise", "enterpriseNumber": enterprise, **more.pop("into", {})}
        message = announcement(recipient=recipient, messageTypeId="A1_CERTIFICATE", **more)
        answer = await self.ebox.http.post(MESSAGES, headers=self.ebox.as_("partner"), **form(message, None))
        assert answer.status_code == 201, answer.text
        await self.ebox.caught_up()
        return str(answer.json()["messageId"])

    async def get(self, path: str, who: dict[str, str], **headers: str) -> httpx.Response:
        """What they are answered."""
        return await self.ebox.http.get(path, headers=who | headers)

    async def listed(self, who: dict[str, str], **headers: str) -> list[str]:
        """The ids of the messages they see."""
        answer = await self.get(MESSAGES, who, **headers)
        assert answer.status_code == 200, answer.text
        return [item["messageId"] for item in answer.json()["items"]]

    async def mailbox(self, who: dict[str, str], enterprise: str) -> dict[str, Any]:
        """What they are told of the enterprise's mailbox."""
        answer = (await self.get("/me/mailboxes", who)).json()
        return next(one for one in answer["items"] if one.get("enterpriseNumber") == enterprise)


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
