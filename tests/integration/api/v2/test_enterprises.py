"""A portal's existing client shows employees the mailbox of their enterprise."""

from __future__ import annotations

import pytest

from tests.integration.api.embedded import AN
from tests.integration.api.v2.client import V2Client, message, to
from tests.integration.staff import DIVIDED, LEA, MANAGER, MARC, Staff

pytestmark = pytest.mark.asyncio(loop_scope="package")


async def test_an_employee_reads_what_a_citizen_replied(v2: V2Client) -> None:
    staff = Staff(v2.ebox)
    await staff.assign(DIVIDED, MANAGER)
    v2.ebox.tokens["marc"] = (await staff.token(MARC, DIVIDED))["Authorization"].removeprefix("Bearer ")
    original = await v2.publish(message("Vraag aan An", replyAuthorized=True))
    reply = message("Antwoord van An", recipient=to(DIVIDED, "enterprise"), originalMessageId=original)
    sent = await v2.send(reply, who=AN.key)
    await v2.ebox.caught_up()
    [found] = (await v2.get("/ebox/messages", "marc"))["items"]
    assert (found["messageId"], found["originalMessageId"]) == (sent.json()["messageId"], original)
    assert found["senderOrganizationId"] == DIVIDED
    assert AN.number not in str(found)


async def test_the_mailbox_is_picked_as_in_version_3(v2: V2Client) -> None:
    staff = Staff(v2.ebox)
    await staff.assign(DIVIDED, MANAGER)
    own = await staff.token(MARC)
    v2.ebox.tokens["marc"] = own["Authorization"].removeprefix("Bearer ")
    mailbox = await staff.mailbox(own, DIVIDED)
    published = await v2.publish(
        message("Aan de dienst", recipient=to(DIVIDED, "enterprise"), messageTypeId="A1_CERTIFICATE")
    )
    picked = {"Ebox-Mailbox": mailbox["mailboxId"]}
    assert (await v2.get(f"/ebox/messages/{published}", "marc", headers=picked))["messageId"] == published
    assert (await v2.call("GET", f"/ebox/messages/{published}", "marc")).status_code == 404
    refused = await v2.call("GET", "/ebox", LEA.key, headers=picked)
    assert (refused.status_code, refused.json()["code"]) == (404, "NOT_FOUND")


async def test_nobody_publishes_for_another_without_a_mandate(v2: V2Client) -> None:
    for number, status in (("0884303369", 400), (DIVIDED, 201)):
        answer = await v2.send(message("Namens"), **{"On-Behalf-Of-Enterprise-Number": number})
        assert answer.status_code == status, answer.text
        assert number == DIVIDED or answer.json()["code"] == "INVALID_SENDER"
