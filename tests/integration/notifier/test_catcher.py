"""The embedded mode's mail server and its page: what was sent can be read, and can do no harm."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator, Iterator
from email.message import EmailMessage

import httpx
import pytest
from fastapi import FastAPI

from notifier.catcher import KEPT_MAILS, LARGEST_MAIL, MailCatcher
from notifier.errors import PermanentFailure
from notifier.relay import Relay
from notifier.smtp import Mail, SmtpPool
from tests.integration.notifier.house import House
from tests.servers.ports import free_port
from tests.waiting import until
from web.mail import mail_router
from web.pages import Pages

HOSTILE = '<script>alert(1)</script><img src="x"> & "quoted"'


@pytest.fixture
def catcher() -> Iterator[MailCatcher]:
    catcher = MailCatcher(free_port())
    catcher.start()
    yield catcher
    catcher.stop()


@pytest.fixture
async def pool(catcher: MailCatcher) -> AsyncIterator[SmtpPool]:
    pool = SmtpPool(Relay.from_url(catcher.url), "localhost")
    yield pool
    await pool.close()


@pytest.fixture
async def browser(catcher: MailCatcher) -> AsyncIterator[httpx.AsyncClient]:
    app = FastAPI()
    app.include_router(mail_router(Pages("http://testserver"), catcher))
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://testserver") as client:
        yield client


def mail(subject: str = "Onderwerp", text: str = "Tekst", to: str = "an@example.test") -> Mail:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "a@example.test", to, subject
    message["X-Note"] = "one"
    message["X-Note"] = "two"
    message.set_content(text)
    return Mail("a@example.test", to, message.as_bytes(), "0a")


async def test_a_notification_is_caught_and_shown(
    house: House, catcher: MailCatcher, browser: httpx.AsyncClient
) -> None:
    message_id = house.publish(house.resident("an@example.test", language="de"))
    async with house.notifying(house.sender(catcher.url)):
        await until(lambda: house.is_settled(message_id))

    (shown,) = (await browser.get("/demo/mail.json")).json()

    assert shown["to"] == "an@example.test"
    assert shown["subject"] == "Federale Pensioendienst: neues Dokument in Ihrer eBox"
    assert "Guten Tag," in shown["text"]
    assert shown["headers"]["Auto-Submitted"] == "auto-generated"
    page = await browser.get("/demo/mail")
    assert page.status_code == 200
    assert "neues Dokument in Ihrer eBox" in page.text


async def test_what_a_mail_holds_is_text_on_the_page_and_runs_nothing(
    pool: SmtpPool, browser: httpx.AsyncClient
) -> None:
    await pool.send(mail(subject=HOSTILE, text=HOSTILE))

    page = await browser.get("/demo/mail")

    assert "<script" not in page.text
    assert "<img" not in page.text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;" in page.text
    policy = page.headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    assert page.headers["x-content-type-options"] == "nosniff"
    listing = await browser.get("/demo/mail.json")
    assert listing.headers["content-type"] == "application/json"
    assert listing.headers["x-content-type-options"] == "nosniff"
    assert listing.json()[0]["subject"] == HOSTILE


async def test_the_page_is_there_before_any_mail_is(browser: httpx.AsyncClient) -> None:
    page = await browser.get("/demo/mail", headers={"Accept-Language": "en"})
    assert "No mail has been caught yet." in page.text
    assert (await browser.get("/demo/mail.json")).json() == []


async def test_the_newest_mail_comes_first_and_the_oldest_is_forgotten(
    pool: SmtpPool, catcher: MailCatcher
) -> None:
    for number in range(KEPT_MAILS + 5):
        await pool.send(mail(subject=f"Nummer {number}"))

    subjects = [caught.subject for caught in catcher.mails()]

    assert len(subjects) == KEPT_MAILS
    assert (subjects[0], subjects[-1]) == (f"Nummer {KEPT_MAILS + 4}", "Nummer 5")


async def test_a_mail_beyond_the_limit_is_refused(pool: SmtpPool, catcher: MailCatcher) -> None:
    with pytest.raises(PermanentFailure) as refusal:
        await pool.send(mail(text="x" * 60 + "\r\n" + ("y" * 60 + "\r\n") * (LARGEST_MAIL // 62)))

    assert refusal.value.smtp_code == 552
    assert catcher.mails() == []


async def test_a_header_that_comes_twice_is_shown_whole(pool: SmtpPool, catcher: MailCatcher) -> None:
    await pool.send(mail())

    assert catcher.mails()[0].headers["X-Note"] == "one\ntwo"


async def test_bytes_that_are_hardly_a_mail_are_caught_all_the_same(
    pool: SmtpPool, browser: httpx.AsyncClient
) -> None:
    await pool.send(Mail("a@example.test", "an@example.test", b"\xff\xfe no header\r\n\r\n\xff", "0a"))
    broken = b"Subject: \xe9=?utf-8?q?=FF?=\r\nContent-Type: text/plain; charset=none\r\n\r\nTekst\r\n"
    await pool.send(Mail("a@example.test", "an@example.test", broken, "0a"))
    await pool.send(
        Mail("a@example.test", "an@example.test", b"Content-Type: image/png\r\n\r\n\x89PNG", "0a")
    )

    listed = (await browser.get("/demo/mail.json")).json()
    assert [shown["text"].strip() for shown in listed[:2]] == ["", "Tekst"]
    assert "no header" in listed[2]["text"]
    assert (await browser.get("/demo/mail")).status_code == 200


async def test_only_this_machine_reaches_it_and_a_second_one_is_refused_the_port(
    catcher: MailCatcher,
) -> None:
    port = int(catcher.url.rpartition(":")[2])
    assert catcher.url == f"smtp://127.0.0.1:{port}"
    with pytest.raises(OSError, match=r"address|Address"):
        await asyncio.to_thread(MailCatcher(port).start)
    with socket.socket() as elsewhere:
        elsewhere.settimeout(1)
        assert elsewhere.connect_ex(("127.0.0.2", port)) != 0


async def test_the_catcher_logs_no_address(
    pool: SmtpPool, catcher: MailCatcher, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("INFO")
    await pool.send(mail(to="an@example.test"))

    assert len(catcher.mails()) == 1
    assert "an@example.test" not in caplog.text
