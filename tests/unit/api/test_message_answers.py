"""What an answer says of messages that are more than ordinary."""

from __future__ import annotations

from typing import Any, cast

import httpx
import pytest

from api.schemas.messages import RECALLED
from application.views import MessageList, MessageView
from domain.actors import ActorKind
from domain.errors import Gone, NotFound
from tests.unit.api.doubles import AT, MESSAGE_ID, Api
from tests.unit.api.test_reading_routes import MESSAGE, ROOT, detail, item

NO_REFERENCE = cast("Any", None)
MOMENT = "2026-01-02T03:04:05Z"
PAYMENT = {
    "paymentDataId": "2026-7",
    "amount": "100.50",
    "vatAmount": "21.00",
    "currency": "EUR",
    "dueDate": "2026-02-01T00:00:00Z",
    "iban": "BE68539007547034",
    "reference": "+++090/9337/55493+++",
}


@pytest.fixture
def caller() -> ActorKind:
    return ActorKind.EMPLOYEE


async def listed(api: Api, client: httpx.AsyncClient, **facts: Any) -> dict[str, Any]:
    api.reading.views["list_messages"] = MessageList([item(**facts)], 1, False, NO_REFERENCE, 12)
    (found,) = (await client.get(f"{ROOT}/messages")).json()["items"]
    return cast("dict[str, Any]", found)


async def test_a_recalled_message_says_so_and_nothing_else(api: Api, client: httpx.AsyncClient) -> None:
    found = await listed(api, client, subject=None, recalled_at=AT)
    assert found["subject"] == RECALLED
    assert (found["isRecalled"], found["recalledAt"]) == (True, MOMENT)
    assert found["readStatus"] is True, "nothing of it waits to be read"


async def test_a_citizen_who_replies_is_named_to_the_recipient(api: Api, client: httpx.AsyncClient) -> None:
    reply = {"sender_kind": "citizen", "sender_number": "81050103522", "sender_organisation": ""}
    found = await listed(api, client, **reply)
    assert found["sender"] == {"eboxType": "citizen", "ssin": "81050103522"}
    assert (await listed(api, client, **reply | {"sender_number": None}))["sender"] == {"eboxType": "citizen"}


async def test_where_and_by_when_is_said(api: Api, client: httpx.AsyncClient) -> None:
    facts = {"recipient_partition": "GENERAL", "sender_partition": "HR", "due_at": AT}
    found = await listed(api, client, **facts)
    assert found["recipient"] == {"eboxType": "enterprise", "partition": "GENERAL"}
    assert found["sender"]["partition"] == "HR"
    assert found["dueDate"] == MOMENT


async def test_what_was_confirmed_and_replied_is_said_with_its_moment(
    api: Api, client: httpx.AsyncClient
) -> None:
    original = MESSAGE_ID
    facts = {"confirmation_needed": True, "confirmed_at": AT, "replied_at": AT, "original_message": original}
    found = await listed(api, client, **facts)
    assert (found["isConfirmationNeeded"], found["isConfirmed"]) == (True, True)
    assert (found["confirmedAt"], found["repliedAt"]) == (MOMENT, MOMENT)
    assert found["originalMessageId"] == str(MESSAGE_ID)


async def test_what_is_to_be_paid_is_in_the_message_and_by_itself(
    api: Api, client: httpx.AsyncClient
) -> None:
    amounts = {"amount": 100.5, "vatAmount": 21.0}
    api.reading.views["message"] = MessageView(detail(payment=PAYMENT), NO_REFERENCE, 12)
    assert (await client.get(MESSAGE)).json()["paymentData"] == PAYMENT | amounts
    api.reading.views["payment"] = (PAYMENT, 13)
    alone = await client.get(f"{MESSAGE}/paymentData")
    assert (alone.json(), alone.headers["ebox-position"]) == (PAYMENT | amounts, "13")


@pytest.mark.parametrize(("error", "status"), [(NotFound("payment data"), 404), (Gone("recalled"), 410)])
async def test_no_payment_is_told_from_one_that_was_recalled(
    api: Api, client: httpx.AsyncClient, error: Exception, status: int
) -> None:
    api.reading.views["payment"] = error
    assert (await client.get(f"{MESSAGE}/paymentData")).status_code == status
