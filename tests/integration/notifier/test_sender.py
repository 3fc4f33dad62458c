"""What becomes of a mail when the relay takes it, refuses it, hangs, hangs up or is away."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from domain.events.notification import (
    NotificationFailed,
    NotificationKind,
    NotificationQueued,
    NotificationSent,
)
from domain.ids import new_id
from notifier.retry import RetryPolicy
from notifier.rows import Due
from notifier.sender import SenderLimits
from notifier.verp import SentMail
from tests.integration.notifier.house import DISCREET, RETURN_PATH, House, message_id_header, notification_of
from tests.servers.ports import free_port
from tests.servers.smtp_conversation import CLOSING, NO_SUCH_MAILBOX, TRY_LATER, Answer, Silence
from tests.servers.smtp_script import SmtpScript
from tests.waiting import until

AN = "an@example.test"
LONG_AGO = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)


async def test_the_owner_is_told_once_and_it_is_on_record(house: House, smtp_script: SmtpScript) -> None:
    resident = house.resident(AN)
    message_id = house.publish(resident)

    async with house.notifying(house.sender(smtp_script.url)):
        await until(lambda: house.is_settled(message_id))

    queued, sent = house.told(message_id)
    assert isinstance(queued, NotificationQueued)
    assert isinstance(sent, NotificationSent)
    assert (queued.message_id, sent.message_id, sent.attempts) == (message_id, message_id, 1)
    (mail,) = smtp_script.received
    of_mail = SentMail(notification_of(message_id), house.entered_version(resident))
    assert (RETURN_PATH.mail_of(mail.sender), mail.recipients) == (of_mail, (AN,))
    assert mail.message["Message-ID"] == message_id_header(message_id)
    assert house.outbox.counts() == {"sent": 1}


async def test_who_has_no_verified_address_is_not_told(house: House, smtp_script: SmtpScript) -> None:
    without = house.publish(house.resident(None))
    unverified = house.publish(house.resident(AN, verified=False))
    told = house.publish(house.resident(AN))

    async with house.notifying(house.sender(smtp_script.url)):
        await until(lambda: house.is_settled(told))

    assert house.told(without) == house.told(unverified) == []
    assert len(smtp_script.received) == 1


async def test_the_mail_never_says_what_awaits(house: House, smtp_script: SmtpScript) -> None:
    title = {"nl": "Zachte titel"}
    plain = house.resident(AN, language="nl")
    curious = house.resident(AN, language="nl", show_title=True)
    secrets = [house.publish(plain, subject="Geheimonderwerp", title=title, message_type=kind)
               for kind in ("PENSION_STATEMENT", DISCREET)]  # fmt: skip
    shown = house.publish(curious, subject="Geheimonderwerp", title=title)

    async with house.notifying(house.sender(smtp_script.url)):
        await until(lambda: house.is_settled(*secrets, shown))

    mails = {mail.message["Message-ID"]: mail.message for mail in smtp_script.accepted}
    texts = {key: mail["Subject"] + "".join(str(part.get_content()) for part in mail.iter_parts())
             for key, mail in mails.items()}  # fmt: skip
    assert not any("Geheimonderwerp" in text or "Inhoud" in text for text in texts.values())
    named, discreet = (texts[message_id_header(one)] for one in secrets)
    assert "Federale Pensioendienst" in named
    assert "Pensioen" not in discreet
    assert "Zachte titel" not in named + discreet
    assert "Zachte titel" in texts[message_id_header(shown)]


@pytest.mark.parametrize(
    ("stage", "answer", "code"),
    [
        ("data", TRY_LATER, 451),
        ("data", CLOSING, 421),
        ("recipient", TRY_LATER, 451),
        ("recipient", CLOSING, 421),
        ("data", Silence.HANG, None),
        ("data", Silence.HANG_UP, None),
        ("recipient", Silence.HANG_UP, None),
    ],
)
async def test_a_mail_that_was_not_taken_this_time_is_sent_again_as_the_same_mail(
    house: House, smtp_script: SmtpScript, stage: str, answer: Answer, code: int | None
) -> None:
    smtp_script.script("data" if stage == "data" else "recipient", answer)
    message_id = house.publish(house.resident(AN))

    async with house.notifying(house.sender(smtp_script.url, answer_seconds=0.5)):
        await until(lambda: house.is_settled(message_id))

    _, failed, sent = house.told(message_id)
    assert isinstance(failed, NotificationFailed)
    assert (failed.permanent, failed.smtp_code) == (False, code)
    assert isinstance(sent, NotificationSent)
    assert sent.attempts == 2
    assert len(smtp_script.accepted) == 1
    contents = {mail.content for mail in smtp_script.received}
    assert len(contents) == 1
    assert smtp_script.received[0].message["Message-ID"] == message_id_header(message_id)


@pytest.mark.parametrize("stage", ["data", "recipient"])
async def test_a_refusal_for_good_is_recorded_and_nothing_more_is_tried(
    house: House, smtp_script: SmtpScript, stage: str
) -> None:
    smtp_script.script("data" if stage == "data" else "recipient", NO_SUCH_MAILBOX)
    refused = house.publish(house.resident(AN))
    async with house.notifying(house.sender(smtp_script.url)):
        await until(lambda: house.is_settled(refused))
        taken = house.publish(house.resident(AN))
        await until(lambda: house.is_settled(taken))

    _, failed = house.told(refused)
    assert isinstance(failed, NotificationFailed)
    assert (failed.permanent, failed.smtp_code) == (True, 550)
    assert "example" not in failed.reason
    assert [mail.message["Message-ID"] for mail in smtp_script.accepted] == [message_id_header(taken)]
    assert house.outbox.counts() == {"failed": 1, "sent": 1}
    assert smtp_script.connections == 1


async def test_a_mail_that_keeps_failing_is_given_up_and_that_is_recorded(
    house: House, smtp_script: SmtpScript
) -> None:
    smtp_script.script("data", *[TRY_LATER] * 10)
    message_id = house.publish(house.resident(AN))
    retry = RetryPolicy(timedelta(milliseconds=10), timedelta(milliseconds=20), timedelta(days=3), attempts=3)

    async with house.notifying(house.sender(smtp_script.url, retry=retry)):
        await until(lambda: house.is_settled(message_id))

    failures = [event for event in house.told(message_id) if isinstance(event, NotificationFailed)]
    assert [failure.permanent for failure in failures] == [False, False, True]
    assert failures[-1].smtp_code == 451
    assert len(smtp_script.received) == 3
    assert house.outbox.counts() == {"failed": 1}


async def test_an_address_that_is_gone_by_the_time_of_sending_gets_no_mail(
    house: House, smtp_script: SmtpScript
) -> None:
    resident = house.resident(AN)
    message_id = house.publish(resident)
    async with house.notifying(house.sender(f"smtp://127.0.0.1:{free_port()}")):
        await until(lambda: bool(house.told(message_id)))
    mailbox = house.events.load(resident.mailbox_id)
    mailbox.reject_email("bounced", house.clock.now())
    house.events.append_now(*mailbox.new_facts())

    async with house.notifying(house.sender(smtp_script.url)):
        await until(lambda: house.is_settled(message_id))

    _, failed = house.told(message_id)
    assert isinstance(failed, NotificationFailed)
    assert (failed.permanent, failed.smtp_code, failed.reason) == (True, None, "no verified address")
    assert smtp_script.received == []


@pytest.mark.parametrize("answer", [CLOSING, "554 5.3.2 not today", Silence.HANG, Silence.HANG_UP])
async def test_a_relay_that_does_not_let_us_in_costs_no_mail_an_attempt(
    house: House, smtp_script: SmtpScript, answer: Answer
) -> None:
    smtp_script.script("connect", *[answer] * 8)
    residents = [house.resident(AN) for _ in range(5)]
    message_ids = house.publish_to(residents)

    async with house.notifying(house.sender(smtp_script.url, answer_seconds=0.2)):
        await until(lambda: house.is_settled(*message_ids), within=30)

    for message_id in message_ids:
        _, sent = house.told(message_id)
        assert isinstance(sent, NotificationSent)
        assert sent.attempts == 1
    assert len(smtp_script.accepted) == 5


async def test_a_backlog_goes_over_few_connections(house: House, smtp_script: SmtpScript) -> None:
    resident = house.resident(AN)
    message_ids = house.publish_to([resident] * 60)

    async with house.notifying(house.sender(smtp_script.url)):
        await until(lambda: house.is_settled(*message_ids), within=30)

    assert len(smtp_script.accepted) == 60
    assert len({mail.message["Message-ID"] for mail in smtp_script.accepted}) == 60
    assert smtp_script.connections <= 4


async def test_a_connection_is_left_after_so_many_mails(house: House, smtp_script: SmtpScript) -> None:
    message_ids = house.publish_to([house.resident(AN)] * 10)
    limits = SenderLimits(connections=1, poll_seconds=0.05)

    async with house.notifying(house.sender(smtp_script.url, limits=limits, mails_a_connection=4)):
        await until(lambda: house.is_settled(*message_ids))

    assert smtp_script.connections == 3


async def test_two_notifiers_share_the_work_and_send_each_mail_once(
    house: House, smtp_script: SmtpScript
) -> None:
    message_ids = house.publish_to([house.resident(AN)] * 40)
    limits = SenderLimits(connections=2, poll_seconds=0.05)

    async with (
        house.notifying(house.sender(smtp_script.url, limits=limits)),
        house.notifying(house.sender(smtp_script.url, limits=limits)),
    ):
        await until(lambda: house.is_settled(*message_ids), within=30)

    assert len(smtp_script.received) == 40


async def test_a_row_that_nothing_is_known_of_stops_no_other(
    house: House, smtp_script: SmtpScript, capfd: pytest.CaptureFixture[str]
) -> None:
    stray = Due(new_id(), new_id(), new_id(), NotificationKind.NEW_DOCUMENT, LONG_AGO, LONG_AGO)
    house.outbox.fill([stray], 0, 1)
    message_id = house.publish(house.resident(AN))

    async with house.notifying(house.sender(smtp_script.url)):
        await until(lambda: house.is_settled(message_id))

    assert house.outbox.counts() == {"claimed": 1, "sent": 1}
    assert str(stray.notification_id) in capfd.readouterr().out


async def test_a_row_that_never_has_an_outcome_is_given_up(house: House, smtp_script: SmtpScript) -> None:
    stray = Due(new_id(), new_id(), new_id(), NotificationKind.NEW_DOCUMENT, LONG_AGO, LONG_AGO)
    house.outbox.fill([stray], 0, 1)
    retry = RetryPolicy(attempts=2)
    limits = SenderLimits(lease=timedelta(milliseconds=300), send_seconds=0.1, poll_seconds=0.05)

    async with house.notifying(house.sender(smtp_script.url, retry=retry, limits=limits)):
        await until(lambda: house.outbox.counts() == {"failed": 1})

    assert smtp_script.received == []


async def test_a_mail_goes_out_at_once_not_at_the_next_look(house: House, smtp_script: SmtpScript) -> None:
    resident = house.resident(AN)
    async with house.notifying(house.sender(smtp_script.url, limits=SenderLimits(poll_seconds=600))):
        message_id = house.publish(resident)
        await until(lambda: house.is_settled(message_id))


async def test_no_address_and_no_word_of_the_relay_reaches_the_log(
    house: House, smtp_script: SmtpScript, capfd: pytest.CaptureFixture[str], caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level("DEBUG")
    smtp_script.script("connect", f"554 {AN} is not welcome")
    smtp_script.script("recipient", f"451 {AN} later", f"550 {AN} unknown")
    message_id = house.publish(house.resident(AN), subject="Geheimonderwerp")

    async with house.notifying(house.sender(smtp_script.url)):
        await until(lambda: house.is_settled(message_id))

    logged = "".join(capfd.readouterr()) + caplog.text
    assert "relay.unavailable" in logged
    assert "notification.failed" in logged
    assert not any(word in logged for word in (AN, "example.test", "unknown", "Geheim"))
    assert not any(AN in str(event) for event in house.told(message_id))
