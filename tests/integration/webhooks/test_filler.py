"""From the log into deliveries: once each, whatever happens between the two."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path
from typing import Any

from domain.errors import Unavailable
from tests.integration.webhooks.house import ENTERPRISE, House, hook, running
from tests.integration.webhooks.receiver import Receiver
from tests.servers.process import wait_until
from webhooks.deliveries import Deliveries
from webhooks.rows import Due


class FailingDeliveries(Deliveries):
    """Deliveries whose database goes away just before rows are committed, once."""

    has_failed = False

    def fill(self, rows: Sequence[Due], *args: Any, **kwargs: Any) -> None:
        """Fail, or fill."""
        if rows and not self.has_failed:
            self.has_failed = True
            raise Unavailable("the outbox does not answer")
        super().fill(rows, *args, **kwargs)


def told(house: House) -> list[str]:
    """The events' types, in the order in which they were queued."""
    claims = house.deliveries.claim({}, 100, 100, house.clock.now() + timedelta(days=1), timedelta(minutes=1))
    return sorted(one.body.decode().partition('"type":"')[2].partition('"')[0] for one in claims)


def test_a_webhook_is_told_from_its_registration_on(house: House, receiver: Receiver) -> None:
    house.publish(house.resident())
    partner = house.partner()
    house.publish(house.resident())
    house.fill()
    assert house.counts() == (0, 0, 0)

    organisation = house.declared(hook(receiver))
    house.change(partner, lambda one: one.declare(organisation, house.clock.now()))
    house.publish(house.resident())
    house.fill()
    assert house.counts() == (1, 0, 0)

    house.change(partner, lambda one: one.declare(house.declared(), house.clock.now()))
    house.publish(house.resident())
    house.fill()
    assert house.counts() == (0, 0, 1)
    (gone,) = house.overview.endpoints()
    assert gone.endpoint is None


def test_a_document_is_new_once_it_is_in_sight_and_then_what_happens_to_it_is_told(
    house: House, receiver: Receiver
) -> None:
    house.partner(hook(receiver))
    now = house.clock.now()
    (message_id,) = house.publish(house.resident(), visible_from=now + timedelta(days=1))
    house.fill()
    assert house.counts() == (0, 0, 0)

    house.change(message_id, lambda one: one.release(now + timedelta(days=1)))
    house.change(message_id, lambda one: one.remind(now + timedelta(days=20)))
    house.change(message_id, lambda one: one.announce_expiry(one.published.expires_at))
    house.open(message_id)
    house.fill()

    assert told(house) == [
        "be.ebox.document.documentExpirationAlert.v1",
        "be.ebox.document.newDocument.v1",
        "be.ebox.document.newDocumentReminder.v1",
        "be.ebox.document.readDocument.v1",
    ]


def test_of_what_was_withdrawn_nobody_is_told_any_more(house: House, receiver: Receiver) -> None:
    """Neither what waits nor a dead letter: whoever asked for the document would find none."""
    partner = house.partner(hook(receiver, events=["newDocument"]))
    house.site(["citizen"], hook(receiver, "portal", ["newDocument"]))
    withdrawn, told, kept = house.publish(*[house.resident()] * 3)
    house.fill()
    for claim in house.deliveries.claim({}, 10, 10, house.clock.now(), timedelta(minutes=1)):
        if str(told) in claim.body.decode():
            house.deliveries.delivered(claim, house.clock.now())
    house.change(partner, lambda one: one.suspend("fraud", house.clock.now()))
    house.fill()
    assert house.counts() == (2, 2, 2)

    for message in (withdrawn, told):
        house.withdraw(message)
    house.fill()

    assert house.counts() == (1, 2, 1)
    (letter,) = house.overview.dead_letters(None, 10)
    assert letter.event_id == house.events.events_of(kept)[0].event_id


def test_not_even_where_both_are_read_at_once(house: House, receiver: Receiver) -> None:
    house.partner(hook(receiver))
    (message,) = house.publish(house.resident())
    house.withdraw(message)
    house.fill()
    assert house.counts() == (0, 0, 0)


def test_a_crash_before_the_commit_loses_nothing_and_doubles_nothing(
    house: House, receiver: Receiver
) -> None:
    house.partner(hook(receiver))
    house.publish(*[house.resident()] * 3)
    house.deliveries = FailingDeliveries(house.database)

    house.fill()

    assert house.deliveries.has_failed
    assert house.counts() == (3, 0, 0)


def test_of_two_fillers_one_works_and_the_other_takes_over(house: House, receiver: Receiver) -> None:
    house.partner(hook(receiver))
    first, second = house.filler(), house.filler()
    with running(second):
        with running(first):
            house.publish(house.resident())
            wait_until(lambda: house.counts() == (1, 0, 0), 10, lambda: str(house.counts()))
        house.publish(house.resident())
        wait_until(lambda: house.counts() == (2, 0, 0), 10, lambda: str(house.counts()))
    assert house.counts() == (2, 0, 0)


def test_two_partners_whose_webhooks_have_one_name_are_told_apart(
    house: House, tmp_path: Path, receiver: Receiver
) -> None:
    (tmp_path / "other").mkdir()
    with Receiver(tmp_path / "other") as other:
        house.partner(hook(receiver, "events"))
        house.partner(hook(other, "events"), number=ENTERPRISE.number)
        house.publish(house.resident())
        house.fill()
        (claim,) = house.deliveries.claim({}, 10, 10, house.clock.now(), timedelta(minutes=1))
        assert claim.url == receiver.url
