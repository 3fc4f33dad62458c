"""A sender's existing client publishes."""

from __future__ import annotations

import hashlib
from base64 import urlsafe_b64encode
from typing import Any
from uuid import UUID, uuid4

import pytest

from tests.integration.api.embedded import AN, LEA
from tests.integration.api.v2.client import PDF, V2Client, message, to, with_file

pytestmark = pytest.mark.asyncio(loop_scope="package")


def digest(content: bytes) -> dict[str, str]:
    value = urlsafe_b64encode(hashlib.sha256(content).digest()).decode()
    return {"digestMethod": "sha_256", "digestValue": value}


async def test_a_message_with_a_file_is_published(v2: V2Client) -> None:
    said = with_file("Met bestand")
    said["attachments"][0] |= {"digest": digest(PDF) | {"more": 1}, "attachmentTitle": {"fr": "Relevé"}}
    answer = await v2.send(said, PDF)
    assert answer.status_code == 201, answer.text
    assert answer.json().keys() == {"messageId", "expirationDate"}
    assert len(answer.json()["expirationDate"]) == len("2037-01-31T22:59:59Z")


async def test_the_message_may_be_wrapped_in_its_name_and_hold_nulls_and_more(v2: V2Client) -> None:
    said = message("Meer dan beschreven", paymentData=None, something={"more": 1})
    said["subject"] |= {"fr": None, "it": "Più di quanto descritto"}
    said["bodyContent"] = {"nl": "Beste", "it": "Gentile"}
    answer = await v2.send({"messageToPublish": said})
    assert answer.status_code == 201, answer.text


async def test_the_sender_is_told_of_a_recipient_who_never_came(v2: V2Client) -> None:
    answer = await v2.send(message("Voor wie nooit kwam", recipient=to("92321506985")))
    assert answer.status_code == 201
    assert (answer.json()["code"], answer.json()["message"] != "") == ("NO_DIGITAL_USER", True)


@pytest.mark.parametrize(
    ("wrong", "code", "field"),
    [
        ({"subject": {"nl": "x" * 401}}, "INVALID_INPUT", "messageToPublish.subject.nl"),
        ({"bodyMainContent": False}, "INVALID_INPUT", "messageToPublish.bodyMainContent"),
        ({"recipient": to("81050103521")}, "INVALID_INPUT", "messageToPublish.recipient.eboxIdValue"),
        (
            {"forTheAttentionOf": {"id": "81050103521"}},
            "INVALID_INPUT",
            "messageToPublish.forTheAttentionOf.id",
        ),
        ({"originalMessageId": "not-an-id"}, "INVALID_INPUT", "messageToPublish.originalMessageId"),
        ({"senderOrganizationId": "0884303369"}, "INVALID_SENDER", "messageToPublish.senderOrganizationId"),
        ({"messageTypeId": "NO_SUCH_TYPE"}, "INVALID_SENDER", "messageToPublish.messageTypeId"),
        ({"senderApplicationId": "no.such"}, "INVALID_SENDER", "messageToPublish.senderApplicationId"),
        ({"messageTypeId": None}, "INVALID_INPUT", "messageToPublish.messageTypeId"),
        ({"replyAuthorized": None}, "INVALID_INPUT", "messageToPublish.replyAuthorized"),
    ],
)
async def test_what_is_wrong_is_told_with_its_code(
    v2: V2Client, wrong: dict[str, Any], code: str, field: str
) -> None:
    status, found, told = await v2.refused(message(**wrong))
    assert (status, found) == (400, code), told
    assert field in told
    assert "81050103521" not in told


async def test_a_digest_that_does_not_match_has_a_code_of_its_own(v2: V2Client) -> None:
    said = with_file()
    said["attachments"][0]["digest"] = digest(b"something else")
    status, code, told = await v2.refused(said, PDF)
    assert (status, code) == (400, "DIGEST_DO_NOT_MATCH")
    assert "messageToPublish.attachments[0].digest.digestValue" in told


async def test_what_ebox_does_not_have_is_not_implemented(v2: V2Client) -> None:
    for wrong in (
        {"forTheAttentionOf": {"type": "group", "name": "Dienst"}},
        {"paymentData": payment(reference={"one": "1", "two": "2"})},
    ):
        status, code, _ = await v2.refused(message(**wrong))
        assert (status, code) == (501, "NOT_IMPLEMENTED")


async def test_a_repeated_idempotency_key_is_a_conflict_that_names_the_message(v2: V2Client) -> None:
    key = {"Idempotency-Key": str(uuid4())}
    said = message("Eenmaal")
    first = await v2.send(said, **key)
    again = await v2.send(said, **key)
    other = await v2.send(message("Iets anders"), **key)
    assert (first.status_code, again.status_code, other.status_code) == (201, 409, 409)
    assert again.json()["code"] == other.json()["code"] == "IDEMPOTENCY_KEY_REUSED"
    assert again.headers["location"].endswith(f"/v2/ebox/messages/{first.json()['messageId']}")
    assert "location" not in other.headers


async def test_amounts_are_kept_as_they_were_written(v2: V2Client) -> None:
    published = await v2.publish(message("Te betalen", paymentData=payment(amount=0.1, vatAmount=1234567.89)))
    kept = await v2.ebox.system.events.get(UUID(published))
    assert (kept.published.payment["amount"], kept.published.payment["vatAmount"]) == ("0.1", "1234567.89")
    found = await v2.get(f"/ebox/messages/{published}/paymentData")
    assert (found["amount"], found["reference"]) == (0.1, {"value": "+++090/9337/55493+++"})


async def test_a_reader_replies_to_the_sender_and_to_nobody_else(v2: V2Client) -> None:
    original = await v2.publish(message("Vraag", replyAuthorized=True))
    sender = to("0206731645", "enterprise")
    reply = message("Antwoord", recipient=sender, originalMessageId=original)
    assert (await v2.send(reply, who="an")).status_code == 201
    for wrong, field in (
        ({"recipient": to("0884303369", "enterprise")}, "recipient.eboxIdValue"),
        ({"originalMessageId": str(uuid4())}, "originalMessageId"),
        ({"originalMessageId": None}, "originalMessageId"),
    ):
        refused = await v2.send(reply | wrong, who="an")
        assert (refused.status_code, refused.json()["code"]) == (400, "INVALID_INPUT")
        assert f"messageToPublish.{field}" in refused.json()["message"]
    unkept = await v2.send(reply | {"paymentData": payment()}, who="an")
    assert (unkept.status_code, unkept.json()["code"]) == (501, "NOT_IMPLEMENTED")
    closed = await v2.publish(message("Geen vraag"))
    refused = await v2.send(reply | {"originalMessageId": closed}, who="an")
    assert (refused.status_code, refused.json()["code"]) == (409, "CONFLICT")


async def test_one_publication_goes_to_many_mailboxes(v2: V2Client) -> None:
    published = await v2.publish(message("Aan velen"))
    recipients = [to(LEA.number), to(AN.number), to("81050103521"), to("0884303369", "enterprise")]
    asked = {"messageId": published, "recipients": recipients}
    answer = await v2.call("POST", "/linkEboxMessage", "partner", json=asked)
    assert answer.status_code == 201, answer.text
    told = answer.json()
    assert (told["messageId"], told["nbSuccessLinks"]) == (published, 2)
    # A number that is none, and an enterprise to which messages of this type do not go.
    assert told["errorCases"] == recipients[2:]
    await v2.ebox.caught_up()
    assert (await v2.get(f"/ebox/messages/{published}", LEA.key))["subject"]["nl"] == "Aan velen"
    for nothing in (str(uuid4()), "not-an-id"):
        asked = {"messageId": nothing, "recipients": recipients[:1]}
        answer = await v2.call("POST", "/linkEboxMessage", "partner", json=asked)
        assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")


async def test_the_sender_asks_how_messages_stand(v2: V2Client) -> None:
    published = await v2.publish(message("Hoe staat het"))
    asked = [
        {"messageId": published, "eboxId": to()},
        {"messageId": published, "eboxId": to(LEA.number)},
        {"messageId": "not-an-id", "eboxId": to()},
    ]
    for is_read in (False, True):
        answer = await v2.call("POST", "/searchMessageStatus", "partner", json=asked)
        assert answer.status_code == 201, answer.text
        [found] = answer.json()
        assert (found["messageId"], found["eboxId"]) == (published, to())
        assert (found["readStatus"], found["visible"]) == (is_read, True)
        await v2.get(f"/ebox/messages/{published}/body")
    nothing = await v2.call("POST", "/searchMessageStatus", "partner", json=asked[1:])
    assert (nothing.status_code, nothing.json()["code"]) == (404, "NOT_FOUND")


def payment(**more: Any) -> dict[str, Any]:
    return {
        "paymentDataId": "2027-1",
        "amount": 120.5,
        "vatAmount": 25.3,
        "currency": "EUR",
        "dueDate": "2027-03-31T23:59:59+02:00",
        "iban": "BE68539007547034",
        "reference": {"structured": "+++090/9337/55493+++"},
        **more,
    }
