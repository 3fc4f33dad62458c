"""Who is told of what came into a mailbox that was merged: the owner of the one that took its place."""

from __future__ import annotations

from threading import Thread

from tests.integration.notifier.house import House, Resident
from tests.servers.process import wait_until
from tests.servers.smtp_conversation import NO_SUCH_MAILBOX
from tests.servers.smtp_script import SmtpScript
from tests.waiting import until

OLD, NEW = "old@example.test", "new@example.test"


def merge(house: House, one: Resident, survivor: Resident) -> None:
    """As the operator's command records it."""
    mailbox, other = house.events.load(one.mailbox_id), house.events.load(survivor.mailbox_id)
    mailbox.merge_into(other, house.clock.now())
    house.events.append_now(*other.new_facts(), *mailbox.new_facts())


def fill(house: House) -> None:
    """The outbox has what the log calls for."""
    filler = house.filler()
    thread = Thread(target=filler.run)
    thread.start()
    try:
        wait_until(lambda: bool(house.outbox.counts()), 10, lambda: "nothing became due")
    finally:
        filler.stop()
        thread.join()


async def test_letters_queued_before_a_merge_go_to_the_survivor(
    house: House, smtp_script: SmtpScript
) -> None:
    one, survivor = house.resident(OLD), house.resident(NEW)
    message_id = house.publish(one)
    fill(house)
    merge(house, one, survivor)
    async with house.notifying(house.sender(smtp_script.url)):
        await until(lambda: house.is_settled(message_id))
    assert [mail.recipients for mail in smtp_script.received] == [(NEW,)]


async def test_what_is_published_into_a_merged_mailbox_is_told_the_survivor(
    house: House, smtp_script: SmtpScript
) -> None:
    one, second, survivor = house.resident(OLD), house.resident(None), house.resident(NEW)
    merge(house, one, second)
    merge(house, second, survivor)
    message_id = house.publish(one)
    async with house.notifying(house.sender(smtp_script.url)):
        await until(lambda: house.is_settled(message_id))
    assert [mail.recipients for mail in smtp_script.received] == [(NEW,)]


async def test_an_address_that_refuses_is_the_survivors(house: House, smtp_script: SmtpScript) -> None:
    one, survivor = house.resident(OLD), house.resident(NEW)
    message_id = house.publish(one)
    fill(house)
    merge(house, one, survivor)
    smtp_script.script("recipient", NO_SUCH_MAILBOX)
    async with house.notifying(house.sender(smtp_script.url)):
        await until(lambda: house.is_settled(message_id))
    assert house.events.load(survivor.mailbox_id).rejection == "5.1.1"
    assert house.events.load(one.mailbox_id).rejection is None
