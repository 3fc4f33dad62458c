"""At the portal: into an enterprise's mailbox and back, and what a message asks of its reader."""

from __future__ import annotations

import html
import re
from typing import Any

import httpx
import pytest
import pytest_asyncio

from domain.events.access import AccessDenied
from domain.events.message import MessageConfirmed, MessagePublished, MessageReplied
from tests.integration.api.embedded import Embedded
from tests.integration.staff import EMPLOYER, LEA, MANAGER, MARC, MESSAGES, READER, Staff
from tests.integration.web.visitor import Visitor, hidden_fields
from tests.pdfs import make_pdf

pytestmark = pytest.mark.asyncio(loop_scope="module")

PAYMENT: dict[str, Any] = {
    "paymentDataId": "2026-7",
    "amount": 100.5,
    "vatAmount": 21.1,
    "currency": "EUR",
    "dueDate": "2030-02-01T12:00:00Z",
    "iban": "BE68539007547034",
    "reference": "+++090/9337/55493+++",
}


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def staff(ebox: Embedded) -> Staff:
    found = Staff(ebox)
    await found.assign(EMPLOYER, MANAGER, READER)
    return found


async def at_work(staff: Staff) -> Visitor:
    """Marc, logged in for his enterprise."""
    visitor = Visitor(staff.ebox)
    page = await visitor.http.get("/login", params={"lang": "en"})
    page = await visitor.send(page, "/login", choice=f"{MARC.key}:itsme:{EMPLOYER}")
    if page.url.path == "/terms":
        assert "Nobody has opened the eBox of this enterprise yet" in page.text
        await visitor.send(page, accept="yes")
    return visitor


def words(page: httpx.Response) -> str:
    """What the page says."""
    return " ".join(html.unescape(re.sub("<[^>]+>", " ", page.text)).split())


async def test_a_reader_waits_until_the_mailbox_is_in_use(staff: Staff) -> None:
    visitor = Visitor(staff.ebox)
    login = await visitor.http.get("/login", params={"lang": "en"})
    waiting = await visitor.send(login, "/login", choice=f"{LEA.key}:itsme:{EMPLOYER}")
    assert waiting.status_code == 409
    assert "Who manages the enterprise has to accept the terms first" in waiting.text
    assert "/inbox" in str((await (await at_work(staff)).http.get("/inbox")).url)


async def test_one_goes_from_ones_own_mailbox_to_the_enterprises_and_back(staff: Staff) -> None:
    await staff.publish(EMPLOYER, subject={"en": "For the enterprise"})
    await at_work(staff)
    visitor = Visitor(staff.ebox)
    own = await visitor.log_in(LEA)
    assert "Your own eBox" in words(own)
    assert "For the enterprise" not in own.text
    page = await visitor.http.get("/mailboxes")
    number = re.search(r'name="mailbox" value="([0-9a-f-]{36})"', page.text)
    assert number is not None
    theirs = await visitor.send(page, mailbox=number[1])
    assert f"eBox of the enterprise {EMPLOYER}" in words(theirs)
    assert "For the enterprise" in theirs.text
    assert 'href="/profile"' not in theirs.text, "a reader does not manage it"
    back = await visitor.send(await visitor.http.get("/mailboxes"), mailbox="own")
    assert "For the enterprise" not in back.text


async def test_a_form_shown_in_one_mailbox_does_nothing_in_another(staff: Staff) -> None:
    visitor = await at_work(staff)
    own = await visitor.send(await visitor.http.get("/mailboxes"), mailbox="own")
    if own.url.path == "/terms":
        await visitor.send(own, accept="yes")
    profile = await visitor.http.get("/profile")
    choice = await visitor.http.get("/mailboxes")
    enterprise = (await staff.mailbox(await staff.token(MARC), EMPLOYER))["mailboxId"]
    await visitor.send(choice, mailbox=enterprise)
    position = await staff.ebox.system.events.latest_position()
    stale = await visitor.send(profile, step="address", address="marc@example.test")
    assert stale.status_code == 403
    assert staff.ebox.events_since(position) == []


async def test_nobody_gets_into_a_mailbox_without_a_role(staff: Staff) -> None:
    mailbox = (await staff.mailbox(await staff.token(MARC), EMPLOYER))["mailboxId"]
    visitor = Visitor(staff.ebox)
    inbox = await visitor.log_in()
    assert "/mailboxes" not in inbox.text, "who has one mailbox alone is not offered a choice"
    position = await staff.ebox.system.events.latest_position()
    token = hidden_fields(inbox, "/logout")
    refused = await visitor.http.post("/mailboxes", data={**token, "mailbox": mailbox})
    assert refused.status_code == 403
    assert staff.ebox.topics_since(position) == {AccessDenied.TOPIC}


async def test_a_message_is_confirmed_once(staff: Staff) -> None:
    message = await staff.publish(EMPLOYER, isConfirmationNeeded=True)
    visitor = await at_work(staff)
    address = f"/messages/{message}"
    page = await visitor.http.get(address)
    assert "asks you to confirm" in page.text
    position = await staff.ebox.system.events.latest_position()
    done = await visitor.send(page, f"{address}/confirm")
    assert "You confirmed that you took note" in done.text
    assert MessageConfirmed.TOPIC in staff.ebox.topics_since(position)
    await visitor.send(page, f"{address}/confirm")
    confirmed = [one for one in staff.ebox.events_since(position) if isinstance(one, MessageConfirmed)]
    assert len(confirmed) == 1
    assert f"{address}/confirm" not in (await visitor.http.get(address)).text


async def send_reply(visitor: Visitor, page: httpx.Response, *files: Any, **fields: str) -> httpx.Response:
    """Fill in the form of the page, with these files."""
    path = page.url.path
    data = {**hidden_fields(page, path), "subject": "A question", "text": "And now?", **fields}
    empty = ("files", ("", b"", "application/octet-stream"))
    return await visitor.http.post(path, data=data, files=[("files", one) for one in files] or [empty])


async def test_a_reply_goes_to_the_sender_with_its_files_and_once(staff: Staff) -> None:
    message = await staff.publish(EMPLOYER, isReplyAuthorized=True)
    visitor = await at_work(staff)
    form = await visitor.http.get(f"/messages/{message}/reply")
    position = await staff.ebox.system.events.latest_position()
    file = ("map.pdf", make_pdf(), "application/pdf")
    for _ in range(2):
        done = await send_reply(visitor, form, file)
        assert "Your reply was sent." in done.text
    events = staff.ebox.events_since(position)
    (reply,) = [one for one in events if isinstance(one, MessagePublished)]
    assert reply.subject == {"en": "A question"}
    assert reply.body == {"en": "And now?"}
    assert [one.file_name for one in reply.attachments] == ["map.pdf"]
    assert str(reply.original_message) == message
    assert sum(isinstance(one, MessageReplied) for one in events) == 1


REFUSED: list[tuple[dict[str, str], list[Any], str]] = [
    ({"subject": " "}, [], "Fill in a subject."),
    ({"text": ""}, [], "Fill in a text."),
    ({"subject": "x" * 401}, [], "This subject cannot be sent"),
    ({}, [("a.pdf", b"no PDF", "application/pdf")], "A file cannot be sent"),
    ({}, [("a.exe", b"MZ", "application/octet-stream")], "cannot be sent"),
    ({}, [(f"{n}.txt", b"a", "text/plain") for n in range(7)], "At most six files"),
]


@pytest.mark.parametrize(("fields", "files", "told"), REFUSED)
async def test_a_reply_that_cannot_be_sent_keeps_what_was_typed(
    staff: Staff, fields: dict[str, str], files: list[Any], told: str
) -> None:
    message = await staff.publish(EMPLOYER, isReplyAuthorized=True)
    visitor = await at_work(staff)
    kept = await staff.ebox.what_is_kept()
    refused = await send_reply(
        visitor, await visitor.http.get(f"/messages/{message}/reply"), *files, **fields
    )
    assert refused.status_code == 400
    assert told in words(refused)
    assert len(files) > 6 or "And now?" in refused.text or "text" in fields
    assert (await staff.ebox.what_is_kept())[1:] == kept[1:]


async def test_another_pages_form_sends_no_reply(staff: Staff) -> None:
    message = await staff.publish(EMPLOYER, isReplyAuthorized=True)
    visitor = await at_work(staff)
    form = await visitor.http.get(f"/messages/{message}/reply")
    refused = await send_reply(visitor, form, csrf_token="x" * 43)
    assert refused.status_code == 403
    silent = await staff.publish(EMPLOYER)
    assert (await visitor.http.get(f"/messages/{silent}/reply")).status_code == 409


async def test_what_is_to_be_paid_is_shown_with_a_code(staff: Staff) -> None:
    message = await staff.publish(EMPLOYER, paymentData=PAYMENT)
    page = await (await at_work(staff)).http.get(f"/messages/{message}")
    assert "121,60" in words(page), "as it is written in Belgium, whatever the language"
    assert "BE68 5390 0754 7034" in page.text
    assert PAYMENT["reference"] in page.text
    assert "<svg" in page.text
    assert "style=" not in page.text


async def test_a_recalled_message_says_so_and_nothing_of_what_it_said(staff: Staff) -> None:
    message = await staff.publish(EMPLOYER, subject={"en": "A secret"}, isReplyAuthorized=True)
    recalled = await staff.ebox.http.post(
        f"{MESSAGES}/{message}/recall", headers=staff.ebox.as_("partner"), json={}
    )
    assert recalled.status_code == 200, recalled.text
    await staff.ebox.caught_up()
    visitor = await at_work(staff)
    page = await visitor.http.get(f"/messages/{message}")
    assert "This message was recalled" in page.text
    assert "/reply" not in page.text
    for shown in (page, await visitor.http.get("/inbox")):
        assert "A secret" not in shown.text
    assert "Message that its sender recalled" in (await visitor.http.get("/inbox")).text


async def test_the_manager_sees_which_employee_looked(staff: Staff) -> None:
    await at_work(staff)
    await staff.listed(await staff.token(LEA, EMPLOYER))
    await staff.ebox.caught_up()
    page = await (await at_work(staff)).http.get("/access-history")
    assert f"National number {LEA.number}" in words(page)
