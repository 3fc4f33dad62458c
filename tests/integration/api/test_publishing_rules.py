"""Rules of a publication that need more than its JSON, through the whole of eBox."""

from __future__ import annotations

import json
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from domain.register import ReplacedBy, Unknown
from tests.integration.api.embedded import AN, LEA, Embedded

pytestmark = pytest.mark.asyncio(loop_scope="module")

MESSAGES = "/messageRegistry/v3/ebox/messages"


async def publish(ebox: Embedded, headers: dict[str, str] | None = None, **wanted: Any) -> httpx.Response:
    message = {
        "recipient": {"eboxType": "citizen", "ssin": AN.number},
        "subject": {"nl": "Uw overzicht"},
        "messageTypeId": "PENSION_STATEMENT",
        "senderApplicationId": "demo.pensions",
        "isBodyMainContent": True,
        "bodyContent": {"nl": "Beste"},
        **wanted,
    }
    files = {"messageToPublish": (None, json.dumps(message), "application/json")}
    return await ebox.http.post(MESSAGES, files=files, headers=ebox.as_("partner") | (headers or {}))


def issues(answer: httpx.Response) -> dict[str, str]:
    assert answer.status_code == 400, answer.text
    return {one["name"]: one["title"] for one in answer.json()["issues"]}


async def test_every_field_is_on_record(ebox: Embedded) -> None:
    first = (await publish(ebox)).json()["messageId"]
    answer = await publish(
        ebox,
        isReplyAuthorized=True,
        isRegisteredMail=True,
        isConfirmationNeeded=True,
        originalMessageId=first,
        dueDate="2030-01-31T00:00:00+01:00",
        paymentData={
            "paymentDataId": "invoice-1",
            "amount": 12.1,
            "vatAmount": 0,
            "currency": "EUR",
            "dueDate": "2030-01-31T00:00:00+01:00",
            "iban": "BE68539007547034",
            "reference": "+++090/9337/55493+++",
        },
    )
    assert answer.status_code == 201, answer.text
    published = (await ebox.system.events.get(UUID(answer.json()["messageId"]))).published
    assert (published.reply_authorised, published.registered, published.confirmation_needed) == (True,) * 3
    assert str(published.original_message) == first
    assert published.due_at.isoformat() == "2030-01-30T23:00:00+00:00"
    assert (published.payment["amount"], published.payment["vatAmount"]) == ("12.1", "0")


async def test_only_ones_own_message_or_one_received_is_answered_to(ebox: Embedded) -> None:
    for unknown in (str(uuid4()), "019284e0-0000-7000-8000-000000000000"):
        refused = await publish(ebox, originalMessageId=unknown)
        assert issues(refused) == {"messageToPublish.originalMessageId": "unknown"}


async def test_a_payment_that_cannot_be_made_is_refused_by_name(ebox: Embedded) -> None:
    payment = {
        "paymentDataId": "invoice-1",
        "amount": 12.101,
        "vatAmount": 0,
        "currency": "EUR",
        "dueDate": "2030-01-31T00:00:00+01:00",
        "iban": "BE68539007547035",
    }
    assert issues(await publish(ebox, paymentData=payment)) == {
        "messageToPublish.paymentData.amount": "tooPrecise",
        "messageToPublish.paymentData.iban": "invalidIban",
    }


async def test_the_register_is_asked_before_anything_is_stored(
    ebox: Embedded, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = {"92521506931": Unknown(), LEA.number: ReplacedBy(AN.number)}

    async def check(recipient: Any) -> Any:
        return found[recipient.number]

    monkeypatch.setattr(ebox.system.party_register, "check", check)
    before = await ebox.what_is_kept()
    for number, code in (("92521506931", "referencedResourceNotFound"), (LEA.number, "replacedSsin")):
        refused = await publish(ebox, recipient={"eboxType": "citizen", "ssin": number})
        assert issues(refused) == {"messageToPublish.recipient.ssin": code}
    assert AN.number in refused.json()["issues"][0]["detail"]
    assert await ebox.what_is_kept() == before


async def test_ones_own_number_may_be_named_as_the_principal(ebox: Embedded) -> None:
    own = {"On-Behalf-Of-Enterprise-Number": "0206731645"}
    assert (await publish(ebox, own)).status_code == 201
    other = await publish(ebox, {"On-Behalf-Of-Enterprise-Number": "0884303369"})
    assert other.status_code == 403
    assert [one["name"] for one in other.json()["issues"]] == ["On-Behalf-Of-Enterprise-Number"]
