"""Through a real mail server: it arrives, it is refused, it waits while the server is away."""

from __future__ import annotations

from domain.events.notification import NotificationFailed, NotificationSent
from tests.integration.notifier.house import RETURN_PATH, House, message_id_header, notification_of
from tests.servers.postfix import Postfix
from tests.waiting import until


async def test_the_mail_arrives_with_its_headers_and_both_its_forms(house: House, postfix: Postfix) -> None:
    resident = house.resident("an@example.test", language="fr")
    message_id = house.publish(resident)

    async with house.notifying(house.sender(postfix.url)):
        await until(lambda: bool(postfix.messages("an@example.test")), within=30)

    (mail,) = postfix.messages("an@example.test")
    assert (
        mail["Return-Path"]
        == f"<{RETURN_PATH.of(notification_of(message_id), house.entered_version(resident))}>"
    )
    assert mail["From"] == "eBox <no-reply@ebox.example>"
    assert mail["Subject"] == "Service fédéral des Pensions : nouveau document dans votre eBox"
    assert mail["Message-ID"] == message_id_header(message_id)
    assert mail["Auto-Submitted"] == "auto-generated"
    assert [part.get_content_type() for part in mail.iter_parts()] == ["text/plain", "text/html"]
    assert "https://mijn.ebox.example/" in next(mail.iter_parts()).get_content()


async def test_a_mailbox_that_the_server_does_not_know_is_recorded_as_refused_for_good(
    house: House, postfix: Postfix
) -> None:
    refused = house.publish(house.resident("unknown.person@example.test"))
    taken = house.publish(house.resident("an@example.test"))

    async with house.notifying(house.sender(postfix.url)):
        await until(lambda: house.is_settled(refused, taken), within=30)

    _, failed = house.told(refused)
    assert isinstance(failed, NotificationFailed)
    assert (failed.permanent, failed.smtp_code, failed.reason) == (True, 550, "refused by the relay")
    assert isinstance(house.told(taken)[-1], NotificationSent)


async def test_mails_wait_while_the_server_is_away_and_go_out_when_it_is_back(
    house: House, postfix: Postfix
) -> None:
    resident = house.resident("an@example.test")
    sender = house.sender(postfix.url)
    async with house.notifying(sender):
        before = house.publish(resident)
        await until(lambda: house.is_settled(before), within=30)
        postfix.halt()
        try:
            waiting = house.publish_to([resident] * 10)
            await until(lambda: all(house.told(one) for one in waiting), within=30)
            await until(lambda: sender.is_pausing, within=30)
        finally:
            postfix.start()
        await until(lambda: house.is_settled(*waiting), within=30)

    postfix.wait_for_messages(11)
    outcomes = [house.told(one)[1:] for one in waiting]
    # One may have been on its way over a kept connection; none was tried while nobody answered
    assert sum(len(events) for events in outcomes) <= 10 + 4
    assert all(isinstance(events[-1], NotificationSent) for events in outcomes)


async def test_a_backlog_reaches_everybody_once(house: House, postfix: Postfix) -> None:
    message_ids = house.publish_to([house.resident("an@example.test")] * 50)

    async with house.notifying(house.sender(postfix.url)):
        await until(lambda: house.is_settled(*message_ids), within=60)

    received = [mail["Message-ID"] for mail in postfix.wait_for_messages(50)]
    assert sorted(received) == sorted(message_id_header(message_id) for message_id in message_ids)
