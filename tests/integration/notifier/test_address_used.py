"""A mail that cannot be delivered costs the address that it went to, whenever it was queued."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from application.bounces import Bounces
from domain.clock import FixedClock
from domain.events.notification import NotificationKind
from domain.ids import verification_id
from domain.mailbox import Mailbox
from domain.notification import Notification
from notifier.outcomes import Outcomes
from notifier.returned import Reading, Returned
from tests.integration.notifier.house import RETURN_PATH, House, Resident, Urls
from tests.servers.ports import free_port
from tests.servers.smtp_conversation import NO_SUCH_MAILBOX
from tests.servers.smtp_script import SmtpScript
from tests.unit.notifier.reports import POSTFIX_FAILED
from tests.waiting import until

BETWEEN_MILLISECONDS = datetime(2026, 1, 15, 11, 0, 0, 123456, tzinfo=UTC)
OLD, NEW = "old@example.test", "new@example.test"


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(BETWEEN_MILLISECONDS)


@pytest.fixture
def house(tmp_path: Path, clock: FixedClock) -> Iterator[House]:
    """In which the time stands still."""
    with House(Urls.sqlite(tmp_path), clock) as house:
        yield house


def mailbox_of(house: House, resident: Resident) -> Mailbox:
    mailbox = house.events.load(resident.mailbox_id)
    assert isinstance(mailbox, Mailbox)
    return mailbox


async def test_the_first_mail_with_a_code_may_be_refused_in_the_moment_its_address_was_entered(
    house: House, smtp_script: SmtpScript
) -> None:
    resident = house.resident(NEW, verified=False)
    stream = verification_id(resident.mailbox_id, "0" * 32)
    kind = NotificationKind.EMAIL_VERIFICATION
    queued = Notification.of(stream, resident.mailbox_id, kind, house.clock.now())
    house.events.append_now(*queued.new_facts())
    house.codes.valid[stream] = "042137"
    smtp_script.script("recipient", NO_SUCH_MAILBOX)

    async with house.notifying(house.sender(smtp_script.url)):
        await until(lambda: house.events.load(stream).is_settled)

    assert mailbox_of(house, resident).rejection == "5.1.1"


async def waiting_while_another_address_is_entered(house: House, clock: FixedClock) -> Resident:
    resident = house.resident(OLD)
    message_id = house.publish(resident)
    async with house.notifying(house.sender(f"smtp://127.0.0.1:{free_port()}")):
        await until(lambda: bool(house.told(message_id)))
    clock.advance(timedelta(hours=1))
    at = house.clock.now()
    house.change(resident.mailbox_id, lambda one: one.enter_email(NEW, at))
    house.change(resident.mailbox_id, lambda one: one.verify_email(at))
    return resident


async def test_a_mail_that_was_queued_before_its_address_was_entered_may_be_refused(
    house: House, clock: FixedClock, smtp_script: SmtpScript
) -> None:
    resident = await waiting_while_another_address_is_entered(house, clock)
    smtp_script.script("recipient", NO_SUCH_MAILBOX)

    async with house.notifying(house.sender(smtp_script.url)):
        await until(lambda: mailbox_of(house, resident).rejection == "5.1.1")


async def test_a_mail_that_was_queued_before_its_address_was_entered_may_come_back(
    house: House, clock: FixedClock, smtp_script: SmtpScript
) -> None:
    resident = await waiting_while_another_address_is_entered(house, clock)
    async with house.notifying(house.sender(smtp_script.url)):
        await until(lambda: house.outbox.counts() == {"sent": 1})
    (mail,) = smtp_script.accepted
    sent = RETURN_PATH.mail_of(mail.sender)
    assert sent is not None
    assert mail.recipients == (NEW,)

    bounces = Bounces(events=house.events, clock=house.clock)
    reading = await Returned(Outcomes(house.events, house.clock), bounces).take(sent, POSTFIX_FAILED)

    assert reading is Reading.BOUNCED
    assert mailbox_of(house, resident).rejection == "5.1.1"
