"""From an event to a receiver: what it gets, and what becomes of a delivery that is not taken."""

from __future__ import annotations

import json
from typing import Any

from domain.events.reference import WebhookRecord
from tests.integration.webhooks.house import ENTERPRISE, SOURCE, House
from tests.integration.webhooks.receiver import Receiver
from tests.integration.webhooks.verifying import verified
from tests.waiting import until

ALL = ["newDocument", "newDocumentReminder", "documentExpirationAlert", "readDocument"]


def hook(receiver: Receiver, name: str = "pensions", events: list[str] | None = None) -> WebhookRecord:
    """A webhook at that receiver."""
    return WebhookRecord(name, receiver.url, events or ALL)


def data_of(body: bytes) -> dict[str, Any]:
    """What the CloudEvent says."""
    data: dict[str, Any] = json.loads(body)["data"]
    return data


async def test_a_partner_is_told_of_its_own_publication_in_a_signed_cloud_event(
    house: House, receiver: Receiver
) -> None:
    house.partner(hook(receiver))
    resident = house.resident(ENTERPRISE)
    (message_id,) = house.publish(resident)
    house.fill()

    async with house.sending(house.sender(receiver.ca_file)):
        await until(lambda: house.counts() == (0, 1, 0))

    (request,) = receiver.received
    verified(request)
    assert (request.method, request.url) == ("POST", receiver.url)
    assert request.headers["content-type"] == "application/cloudevents+json"
    published = house.events.events_of(message_id)[0]
    event = json.loads(request.body)
    data = event.pop("data")
    assert event == {
        "specversion": "1.0",
        "id": str(published.event_id),
        "source": SOURCE,
        "type": "be.ebox.document.newDocument.v1",
        "service": "be.ebox.document.v1",
        "subject": str(message_id),
        "time": event["time"],
        "datacontenttype": "application/json",
    }
    assert data == {
        "eventType": "newDocument",
        "messageId": str(message_id),
        "receiptDate": event["time"],
        "expirationDate": "2036-01-01T00:00:00Z",
        "isRegisteredMail": False,
        "messageTypeId": "PENSION_STATEMENT",
        "senderOrganizationId": "0206731645",
        "senderApplicationId": "demo.pensions",
        "enterpriseNumber": ENTERPRISE.number,
    }
