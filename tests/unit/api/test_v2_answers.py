"""What version 2.1 makes of what the read models say."""

from __future__ import annotations

from datetime import UTC, datetime
from types import SimpleNamespace
from typing import Any, cast

import httpx
import msgspec
import pytest

from api.v2.schemas.message_to_publish import parse_v2_message
from api.v2.schemas.messages import list_answer, payment_answer
from application.views import MessageList
from domain.actors import ActorKind
from domain.errors import InvalidInput
from tests.unit.api.doubles import Api
from tests.unit.api.test_reading_routes import item

REFERENCE = cast(
    "Any", SimpleNamespace(applications={"demo.pensions": SimpleNamespace(organisation="0206731645")})
)


@pytest.fixture
def caller() -> ActorKind:
    return ActorKind.CITIZEN


def page(**changes: Any) -> MessageList:
    return MessageList([item(**changes)], 20_000, False, REFERENCE, 5)


async def test_totals_are_asked_for_exactly(api: Api, client: httpx.AsyncClient) -> None:
    api.reading.views["list_messages"] = page()
    answer = await client.get("/messageRegistry/v2/ebox/messages")
    assert answer.json()["totalItems"] == 20_000
    [(_, options)] = api.reading.calls
    assert options["exact_total"] is True


def test_moments_are_told_to_the_second() -> None:
    moment = datetime(2027, 1, 2, 3, 4, 5, 678_900, tzinfo=UTC)
    [message] = list_answer(page(received_at=moment)).items
    assert message.receipt_date == datetime(2027, 1, 2, 3, 4, 5, tzinfo=UTC)


def test_a_citizens_reply_names_the_organisation_that_it_answers() -> None:
    citizen = {"sender_organisation": "", "sender_kind": "citizen", "sender_number": "81050103522"}
    [message] = list_answer(page(**citizen)).items
    assert message.sender_organization_id == "0206731645"
    assert "81050103522" not in str(message)


def test_a_recalled_message_says_so_in_its_subject() -> None:
    [message] = list_answer(page(recalled_at=datetime(2027, 1, 2, tzinfo=UTC), subject=None)).items
    assert "teruggeroepen" in message.subject.nl


def test_a_payment_without_a_reference_has_none() -> None:
    facts = {
        "paymentDataId": "1",
        "amount": "0.10",
        "vatAmount": "0",
        "currency": "EUR",
        "dueDate": "2027-01-02T03:04:05.678Z",
        "iban": "BE68539007547034",
    }
    payment = payment_answer(facts)
    assert (payment.amount, payment.due_date.microsecond) == (0.1, 0)
    assert msgspec.to_builtins(payment_answer(facts | {"reference": "x"}))["reference"] == {"value": "x"}
    assert "reference" not in msgspec.to_builtins(payment)


@pytest.mark.parametrize("data", [b"[]", b"{}", b'{"messageToPublish": []}', b"null", b"1", b"{"])
def test_what_is_no_message_is_refused_by_name(data: bytes) -> None:
    with pytest.raises(InvalidInput) as refused:
        parse_v2_message(data)
    assert all(issue.field.startswith("messageToPublish") for issue in refused.value.issues)
