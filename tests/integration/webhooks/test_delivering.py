"""From an event to a receiver: what it gets, and what becomes of a delivery that is not taken."""

from __future__ import annotations

import json
from pathlib import Path
from threading import Event as Flag
from typing import Any

import pytest

from tests.integration.webhooks.house import CITIZEN, ENTERPRISE, ONCE, QUICK, SOURCE, House, hook
from tests.integration.webhooks.receiver import Answer, Receiver, make_certificates
from tests.integration.webhooks.verifying import verified
from tests.waiting import until
from webhooks import posting
from webhooks.posting import PostLimits


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


async def test_each_is_told_what_it_asked_for_and_of_what_is_its_own(
    house: House, receiver: Receiver
) -> None:
    house.partner(hook(receiver, "new", ["newDocument"]), hook(receiver, "read", ["readDocument"]))
    house.partner(hook(receiver, "other"), number=ENTERPRISE.number)
    house.site(["enterprise"], hook(receiver, "portal", ["newDocument"]))
    (to_citizen, to_enterprise) = house.publish(house.resident(CITIZEN), house.resident(ENTERPRISE))
    house.open(to_citizen)
    house.fill()

    async with house.sending(house.sender(receiver.ca_file)):
        await until(lambda: house.counts() == (0, 4, 0))

    told = sorted(
        (data["eventType"], data["messageId"], "mailboxId" in data)
        for data in (data_of(one.body) for one in receiver.received)
    )
    assert told == sorted(
        [
            ("newDocument", str(to_citizen), False),
            ("newDocument", str(to_enterprise), False),
            ("readDocument", str(to_citizen), False),
            ("newDocument", str(to_enterprise), True),
        ]
    )


async def test_nothing_personal_leaves(house: House, receiver: Receiver) -> None:
    house.partner(hook(receiver))
    house.site(["citizen"], hook(receiver, "portal"))
    citizen = house.resident(CITIZEN)
    (message_id,) = house.publish(citizen)
    house.open(message_id)
    house.fill()

    async with house.sending(house.sender(receiver.ca_file)):
        await until(lambda: house.counts() == (0, 4, 0))

    for request in receiver.received:
        for secret in (CITIZEN.number, "Geheim", str(citizen.party_id)):
            assert secret not in request.body.decode()
        assert "enterpriseNumber" not in data_of(request.body)
    mailboxes = {data_of(one.body).get("mailboxId") for one in receiver.received}
    assert mailboxes == {None, str(citizen.mailbox_id)}


async def test_it_is_tried_again_with_the_same_event_and_a_new_signature(
    house: House, receiver: Receiver
) -> None:
    house.partner(hook(receiver))
    house.publish(house.resident())
    house.fill()
    receiver.script(Answer(400), Answer(404, body=b"x" * 200_000))

    async with house.sending(house.sender(receiver.ca_file)):
        await until(lambda: house.counts() == (0, 1, 0))

    assert len(receiver.received) == 3
    assert len({one.body for one in receiver.received}) == 1
    assert len({verified(one)["nonce"] for one in receiver.received}) == 3


async def test_a_receiver_that_is_overloaded_is_left_in_peace_and_gets_it_later(
    house: House, receiver: Receiver
) -> None:
    house.partner(hook(receiver))
    house.publish(house.resident())
    house.fill()
    receiver.script(Answer(503))

    async with house.sending(house.sender(receiver.ca_file)):
        await until(lambda: house.counts() == (0, 1, 0))

    assert len(receiver.received) == 2


async def test_gone_is_the_end_at_once(house: House, receiver: Receiver) -> None:
    house.partner(hook(receiver))
    house.publish(house.resident())
    house.fill()
    receiver.script(Answer(410))

    async with house.sending(house.sender(receiver.ca_file)):
        await until(lambda: house.counts() == (0, 0, 1))

    (letter,) = house.overview.dead_letters(None, 10)
    assert (letter.last_status, letter.attempts) == (410, 1)


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
async def test_a_redirect_is_not_followed(house: House, receiver: Receiver, status: int) -> None:
    house.partner(hook(receiver))
    house.publish(house.resident())
    house.fill()
    receiver.always = Answer(status, {"Location": receiver.url + "&again=1"})

    async with house.sending(house.sender(receiver.ca_file, backoff=ONCE)):
        await until(lambda: house.counts() == (0, 0, 1))

    (letter,) = house.overview.dead_letters(None, 10)
    assert letter.reason == "answers with a redirect, which is not followed"
    assert {one.url for one in receiver.received} == {receiver.url}


async def test_a_slow_receiver_holds_up_nobody_else(house: House, tmp_path: Path, receiver: Receiver) -> None:
    at_last = Flag()
    (tmp_path / "slow").mkdir()
    with Receiver(tmp_path / "slow") as slow:
        slow.always = Answer(waits=at_last)
        house.partner(hook(slow, "slow"), hook(receiver, "quick"))
        house.publish(*[house.resident()] * 30)
        house.fill()
        trusted = tmp_path / "both.pem"
        trusted.write_bytes(slow.ca_file.read_bytes() + receiver.ca_file.read_bytes())

        async with house.sending(house.sender(trusted)):
            await until(lambda: len(receiver.received) == 30)
            assert len(slow.received) <= QUICK.for_one
            at_last.set()
            await until(lambda: house.counts() == (0, 60, 0))


async def test_a_receiver_that_never_answers_is_waited_for_only_so_long(
    house: House, receiver: Receiver
) -> None:
    at_last = Flag()
    receiver.always = Answer(waits=at_last)
    house.partner(hook(receiver))
    house.publish(house.resident())
    house.fill()
    limits = PostLimits(answer_seconds=0.2, whole_seconds=0.3)

    async with house.sending(house.sender(receiver.ca_file, backoff=ONCE, posts=limits)):
        await until(lambda: house.counts() == (0, 0, 1))
    at_last.set()

    (letter,) = house.overview.dead_letters(None, 10)
    assert (letter.reason, letter.last_status) == ("no answer in time", None)


@pytest.mark.parametrize(
    "answer",
    [
        Answer(headers={"Transfer-Encoding": "chunked"}, body=b"this is no chunk"),
        Answer(headers={"Transfer-Encoding": "chunked"}, body=b"ff\r\nthis is not all of it"),
    ],
    ids=["broken", "without an end"],
)
async def test_whoever_answered_has_it_whatever_becomes_of_the_answers_body(
    house: House, receiver: Receiver, monkeypatch: pytest.MonkeyPatch, answer: Answer
) -> None:
    monkeypatch.setattr(posting, "READ_SECONDS", 0.1)
    receiver.always = answer
    house.partner(hook(receiver))
    house.publish(house.resident())
    house.fill()
    limits = PostLimits(answer_seconds=1.0, whole_seconds=1.0)

    async with house.sending(house.sender(receiver.ca_file, backoff=ONCE, posts=limits)):
        await until(lambda: house.counts() == (0, 1, 0))


async def test_a_certificate_of_a_stranger_is_not_trusted(
    house: House, tmp_path: Path, receiver: Receiver
) -> None:
    (tmp_path / "other").mkdir()
    other_ca, _ = make_certificates(tmp_path / "other")
    house.partner(hook(receiver))
    house.publish(house.resident())
    house.fill()

    async with house.sending(house.sender(other_ca, backoff=ONCE)):
        await until(lambda: house.counts() == (0, 0, 1))

    (letter,) = house.overview.dead_letters(None, 10)
    assert letter.reason == "no trusted TLS connection"
    assert receiver.received == []
