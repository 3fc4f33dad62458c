"""What owners are told of a message that its sender takes back."""

from __future__ import annotations

from uuid import UUID, uuid4

from domain.events.access import AccessRecord, BasisRecord
from domain.events.notification import NotificationKind, NotificationQueued, NotificationSent
from domain.ids import notification_id
from tests.integration.notifier.house import House
from tests.servers.smtp_script import SmtpScript
from tests.waiting import until

AN = "an@example.test"


def by_the_sender() -> AccessRecord:
    basis = BasisRecord("registration", uuid4(), 1)
    return AccessRecord(uuid4(), None, "partner", None, None, "low", basis, "0" * 64, uuid4())


def recalled(house: House, message_id: UUID) -> None:
    house.change(message_id, lambda one: one.recall("verkeerde persoon", by_the_sender(), house.clock.now()))


async def test_the_owner_is_told_that_a_message_was_taken_back(house: House, smtp_script: SmtpScript) -> None:
    message_id = house.publish(house.resident(AN))
    async with house.notifying(house.sender(smtp_script.url)):
        await until(lambda: house.is_settled(message_id))
        recalled(house, message_id)
        stream = notification_id(message_id, NotificationKind.RECALL)
        await until(lambda: len(house.events.events_of(stream)) == 2)
    assert [type(one) for one in house.events.events_of(stream)] == [NotificationQueued, NotificationSent]
    assert [mail.recipients for mail in smtp_script.received] == [(AN,), (AN,)]
    assert "verkeerde persoon" not in str(smtp_script.received[-1])


async def test_nobody_is_told_of_a_message_that_was_withdrawn_first(
    house: House, smtp_script: SmtpScript
) -> None:
    message_id = house.publish(house.resident(AN))
    house.change(message_id, lambda one: one.withdraw(None, by_the_sender(), house.clock.now()))
    async with house.notifying(house.sender(smtp_script.url)):
        await until(lambda: house.is_settled(message_id))
    assert smtp_script.received == []
