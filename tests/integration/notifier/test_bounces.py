"""Mail that comes back through a real mail server, and what is refused at its door."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from email.message import EmailMessage
from smtplib import SMTP
from typing import Any, TypeVar
from uuid import UUID

import pytest

from application.bounces import Bounces
from domain.errors import Unavailable
from domain.events.notification import (
    NotificationBounced,
    NotificationDelayed,
    NotificationKind,
    NotificationSent,
)
from domain.ids import new_id
from domain.notification import Notification
from notifier.addresses import mail_address
from notifier.errors import CannotListen
from notifier.listener import BounceListener, ListenerLimits
from notifier.outcomes import Outcomes
from notifier.returned import Returned
from notifier.verp import ReturnPath
from tests.integration.notifier.house import House, Resident
from tests.servers.ports import LOOPBACK
from tests.servers.postfix import Postfix
from tests.unit.notifier.reports import MIXED_UP, POSTFIX_FAILED, QMAIL, nested
from tests.waiting import until

T = TypeVar("T")

RETURN_PATH = ReturnPath(mail_address("back@bounces.test"), [bytes(range(32))])


def listener_of(house: House, port: int = 0, **limits: Any) -> BounceListener:
    returned = Returned(Outcomes(house.events, house.clock), Bounces(events=house.events, clock=house.clock))
    return BounceListener(
        LOOPBACK,
        port,
        return_path=RETURN_PATH,
        returned=returned,
        greeting="ebox.example",
        limits=ListenerLimits(**limits),
    )


@asynccontextmanager
async def listening(listener: BounceListener) -> AsyncIterator[int]:
    await listener.start()
    try:
        yield listener.port
    finally:
        await listener.stop()


async def in_a_thread(work: Callable[..., T], *args: Any) -> T:
    async with asyncio.timeout(20):
        return await asyncio.to_thread(work, *args)


def deliver(port: int, recipient: str, content: bytes, sender: str = "") -> list[int]:
    """Bring a mail; the server's answers to its sender, its recipient and its content."""
    with SMTP(LOOPBACK, port, timeout=10) as client:
        client.ehlo()
        answers = [client.mail(sender)[0], client.rcpt(recipient)[0]]
        if answers[-1] == 250:
            answers.append(client.data(content)[0])
        return answers


def sent_to(house: House, resident: Resident) -> UUID:
    """A notification that the relay took over; its id."""
    kind = NotificationKind.NEW_DOCUMENT
    notification = Notification.queue(resident.mailbox_id, new_id(), kind, house.clock.now())
    notification.sent(1, house.clock.now())
    house.events.append_now(*notification.new_facts())
    return notification.id


def way_back(notification_id: UUID) -> str:
    """The return path of a mail to the first address of a resident: the mailbox's third event entered it."""
    return RETURN_PATH.of(notification_id, 3)


async def test_a_mail_to_a_mailbox_that_is_not_there_comes_back_and_the_address_is_used_no_more(
    house: House, postfix: Postfix
) -> None:
    resident = house.resident("unknown.person@example.test")
    message_id = house.publish(resident)
    sender = house.sender(postfix.late_url, return_path=RETURN_PATH)

    async with house.notifying(sender, listener_of(house, postfix.bounce_port)):
        await until(lambda: house.events.load(resident.mailbox_id).rejection is not None, within=30)

    _, sent, bounced = house.told(message_id)
    assert isinstance(sent, NotificationSent)
    assert isinstance(bounced, NotificationBounced)
    assert bounced.status == "5.1.1"
    mailbox = house.events.load(resident.mailbox_id)
    assert (mailbox.rejection, mailbox.address, mailbox.is_verified) == ("5.1.1", None, False)


async def test_a_mail_that_takes_long_is_on_record_as_delayed_and_the_address_stays(
    house: House, postfix: Postfix
) -> None:
    resident = house.resident("an@slow.test")
    message_id = house.publish(resident)
    sender = house.sender(postfix.url, return_path=RETURN_PATH)

    async with house.notifying(sender, listener_of(house, postfix.bounce_port)):
        await until(lambda: is_delayed(house, message_id), within=30)

    assert house.events.load(resident.mailbox_id).is_verified


def is_delayed(house: House, message_id: UUID) -> bool:
    return any(
        isinstance(event, NotificationDelayed) and event.status == "4.4.1" for event in house.told(message_id)
    )


async def test_a_refusal_at_the_relays_door_that_names_the_address_rejects_it_too(
    house: House, postfix: Postfix
) -> None:
    resident = house.resident("unknown.person@example.test")
    message_id = house.publish(resident)

    async with house.notifying(house.sender(postfix.url)):
        await until(lambda: house.is_settled(message_id), within=30)

    assert house.events.load(resident.mailbox_id).rejection == "5.1.1"


async def test_nobody_can_forge_a_return_path(house: House) -> None:
    resident = house.resident("an@example.test")
    notification = sent_to(house, resident)
    good = way_back(notification)
    local, _, domain = good.partition("@")
    forged = [
        f"{local[:-1]}{'a' if local[-1] != 'a' else 'b'}@{domain}",
        f"back+{notification.hex}@{domain}",
        f"{local}@example.test",
        f"back@{domain}",
        "postmaster@bounces.test",
    ]
    async with listening(listener_of(house)) as port:
        for address in forged:
            assert await in_a_thread(deliver, port, address, POSTFIX_FAILED) == [250, 550]
        assert await in_a_thread(deliver, port, good, POSTFIX_FAILED, "a@example.test") == [550, 503]
        assert not house.events.load(notification).is_bounced
        assert await in_a_thread(deliver, port, good.upper(), POSTFIX_FAILED) == [250, 250, 250]
    assert house.events.load(notification).is_bounced


async def test_a_report_that_comes_twice_counts_once(house: House) -> None:
    resident = house.resident("an@example.test")
    notification = sent_to(house, resident)
    async with listening(listener_of(house)) as port:
        for _ in range(2):
            await in_a_thread(deliver, port, way_back(notification), POSTFIX_FAILED)

    assert [type(event) for event in house.events.events_of(notification)][2:] == [NotificationBounced]


async def test_an_address_that_was_entered_since_stays(house: House) -> None:
    resident = house.resident("an@example.test")
    notification = sent_to(house, resident)
    house.change(resident.mailbox_id, lambda one: one.enter_email("new@example.test", house.clock.now()))
    async with listening(listener_of(house)) as port:
        await in_a_thread(deliver, port, way_back(notification), POSTFIX_FAILED)

    assert house.events.load(resident.mailbox_id).address == "new@example.test"


async def test_a_full_mailbox_costs_nobody_their_address(house: House) -> None:
    resident = house.resident("an@example.test")
    notification = sent_to(house, resident)
    full = POSTFIX_FAILED.replace(b"5.1.1", b"5.2.2")
    async with listening(listener_of(house)) as port:
        await in_a_thread(deliver, port, way_back(notification), full)

    assert house.events.load(notification).is_bounced
    assert house.events.load(resident.mailbox_id).is_verified


async def test_what_cannot_be_read_or_is_about_nothing_we_know_is_taken_and_changes_nothing(
    house: House, capfd: pytest.CaptureFixture[str]
) -> None:
    notification = sent_to(house, house.resident("an@example.test"))
    away = EmailMessage()
    away["Subject"] = "Niet op kantoor"
    away.set_content("an@example.test is er niet")
    async with listening(listener_of(house)) as port:
        for content in (QMAIL, away.as_bytes(), b"\xff\x00 no mail at all", nested(1000, 200_000), MIXED_UP):
            assert await in_a_thread(deliver, port, way_back(notification), content) == [250] * 3
        assert await in_a_thread(deliver, port, way_back(new_id()), POSTFIX_FAILED) == [250] * 3

    assert len(house.events.events_of(notification)) == 2
    logged = "".join(capfd.readouterr())
    assert "bounce.ignored" in logged
    assert not any(word in logged for word in ("example.test", "kantoor", "qmail"))


async def test_while_it_cannot_be_recorded_the_server_is_asked_to_come_again(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    notification = sent_to(house, house.resident("an@example.test"))
    async with listening(listener_of(house)) as port:
        with monkeypatch.context() as away:
            away.setattr(house.events, "append", unavailable)
            answers = await in_a_thread(deliver, port, way_back(notification), POSTFIX_FAILED)
        assert answers == [250, 250, 451]
        assert not house.events.load(notification).is_bounced
        assert (await in_a_thread(deliver, port, way_back(notification), POSTFIX_FAILED))[-1] == 250
    assert house.events.load(notification).is_bounced


async def unavailable(*_events: object) -> int:
    raise Unavailable("the event store does not answer")


async def test_a_mail_that_is_too_large_and_one_caller_too_many_are_turned_away(house: House) -> None:
    notification = sent_to(house, house.resident("an@example.test"))
    async with listening(listener_of(house, connections=1, mail_bytes=10_000)) as port:
        large = POSTFIX_FAILED + b"x" * 70 + b"\r\n" + b"y\r\n" * 10_000
        assert (await in_a_thread(deliver, port, way_back(notification), large))[-1] == 552

        def two_at_once() -> int:
            with SMTP(LOOPBACK, port, timeout=10) as first:
                first.noop()
                second = SMTP(timeout=10)
                try:
                    return int(second.connect(LOOPBACK, port)[0])
                finally:
                    second.close()

        assert await in_a_thread(two_at_once) == 421


async def test_whoever_stays_too_long_is_hung_up_on(house: House) -> None:
    async with listening(listener_of(house, connection_seconds=0.2)) as port:
        reader, writer = await asyncio.open_connection(LOOPBACK, port)
        async with asyncio.timeout(10):
            while await reader.read(100):
                pass
        writer.close()


async def test_a_port_that_is_taken_is_said_so(house: House) -> None:
    async with listening(listener_of(house)) as port:
        with pytest.raises(CannotListen):
            await listener_of(house, port).start()
