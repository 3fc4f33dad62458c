"""What may still become of a message: withdrawn, recalled, confirmed, asked for."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import httpx
import pytest

from domain.errors import Unavailable
from projections import runner
from tests.integration.api.embedded import AN, LEA, Embedded
from tests.integration.api.publishing import PATH, body_only, publish

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def test_a_message_withdrawn_before_it_is_opened_was_never_there(ebox: Embedded) -> None:
    message_id = await publish(ebox, body_only("Vergissing"))
    position = await take_back(ebox, message_id, "withdraw", reason="verkeerd bedrag")
    listed = await ebox.http.get(PATH, headers=ebox.as_("an") | {"Ebox-Position": position})
    assert message_id not in {item["messageId"] for item in listed.json()["items"]}
    for part in ("", "/body"):
        response = await ebox.http.get(f"{PATH}/{message_id}{part}", headers=ebox.as_("an"))
        assert response.status_code == 404, part
    assert await take_back(ebox, message_id, "withdraw") is not None  # again: nothing changes
    assert (await status(ebox, message_id))["isWithdrawn"] is True


async def test_an_opened_message_cannot_be_withdrawn_but_recalled(ebox: Embedded) -> None:
    message_id = await publish(ebox, body_only("Geheim woord"))
    await read_body(ebox, message_id)
    refused = await ebox.http.post(f"{PATH}/{message_id}/withdraw", json={}, headers=ebox.as_("partner"))
    assert refused.status_code == 409
    position = await take_back(ebox, message_id, "recall", reason="verkeerde persoon")
    shown = await ebox.http.get(f"{PATH}/{message_id}", headers=ebox.as_("an") | {"Ebox-Position": position})
    assert shown.status_code == 200
    assert "Geheim" not in shown.text
    assert shown.json()["isRecalled"] is True
    gone = await ebox.http.get(f"{PATH}/{message_id}/body", headers=ebox.as_("an"))
    assert gone.status_code == 410
    found = await status(ebox, message_id)
    assert (found["readStatus"], found["isRecalled"], found["isWithdrawn"]) == (True, True, False)


async def test_the_reader_confirms_once_where_the_sender_asked_for_it(ebox: Embedded) -> None:
    message_id = await publish(ebox, body_only("Bevestig", isConfirmationNeeded=True))
    before = await ebox.system.events.latest_position()
    first = await ebox.http.post(f"{PATH}/{message_id}/confirm", headers=ebox.as_("an"))
    assert first.status_code == 200, first.text
    assert ebox.topics_since(before) == {"access.recorded", "message.confirmed"}
    again = await ebox.http.post(f"{PATH}/{message_id}/confirm", headers=ebox.as_("an"))
    assert again.json()["confirmedAt"] == first.json()["confirmedAt"]
    assert (await status(ebox, message_id))["isConfirmed"] is True


async def test_no_confirmation_where_none_is_asked_for(ebox: Embedded) -> None:
    message_id = await publish(ebox, body_only("Gewoon"))
    response = await ebox.http.post(f"{PATH}/{message_id}/confirm", headers=ebox.as_("an"))
    assert response.status_code == 409


async def test_a_message_is_nobody_elses_to_confirm_or_to_take_back(ebox: Embedded) -> None:
    message_id = await publish(ebox, body_only("Van An", isConfirmationNeeded=True))
    for what in ("confirm", "replies"):
        response = await ebox.http.post(f"{PATH}/{message_id}/{what}", headers=ebox.as_(LEA.key))
        assert response.status_code in {404, 415}, what
    for what in ("withdraw", "recall"):
        response = await ebox.http.post(f"{PATH}/{message_id}/{what}", json={}, headers=ebox.as_("an"))
        assert response.status_code == 403, what


async def test_what_was_never_published_has_no_status(ebox: Embedded) -> None:
    message_id = await publish(ebox, body_only("Voor An"))
    for asked, number in ((str(uuid4()), AN.number), (message_id, LEA.number)):
        assert (await status(ebox, asked, number))["isKnown"] is False


async def test_a_bad_recipient_in_a_status_search_is_named(ebox: Embedded) -> None:
    item = {"messageId": str(uuid4()), "recipient": {"eboxType": "citizen", "ssin": "81050103521"}}
    response = await search(ebox, item)
    assert response.status_code == 400
    [issue] = response.json()["issues"]
    assert issue["name"] == "items[0].recipient.ssin"
    assert "81050103521" not in response.text


async def test_the_status_tells_what_was_read(ebox: Embedded) -> None:
    message_id = await publish(ebox, body_only("Stand"))
    assert (await status(ebox, message_id))["readStatus"] is False
    await read_body(ebox, message_id)
    found = await status(ebox, message_id)
    assert found["readStatus"] is True
    assert found["recipient"] == {"eboxType": "citizen", "ssin": AN.number}


async def read_body(ebox: Embedded, message_id: str) -> None:
    response = await ebox.http.get(f"{PATH}/{message_id}/body", headers=ebox.as_("an"))
    assert response.status_code == 200, response.text


async def take_back(ebox: Embedded, message_id: str, how: str, **said: str) -> str:
    response = await ebox.http.post(f"{PATH}/{message_id}/{how}", json=said, headers=ebox.as_("partner"))
    assert response.status_code == 200, response.text
    assert response.json() == {"messageId": message_id, "mailboxes": 1}
    return response.headers["Ebox-Position"]


async def search(ebox: Embedded, item: dict[str, Any]) -> httpx.Response:
    headers = ebox.as_("partner")
    return await ebox.http.post(f"{PATH}/status/search", json={"items": [item]}, headers=headers)


async def status(ebox: Embedded, message_id: str, number: str = AN.number) -> dict[str, Any]:
    item = {"messageId": message_id, "recipient": {"eboxType": "citizen", "ssin": number}}
    response = await search(ebox, item)
    assert response.status_code == 200, response.text
    found: dict[str, Any] = response.json()["items"][0]
    return found


async def test_a_message_is_withheld_before_any_read_model_knows_of_its_recall(
    ebox: Embedded, monkeypatch: pytest.MonkeyPatch
) -> None:
    payment = {
        "paymentDataId": "bijdrage-1",
        "amount": 12.5,
        "vatAmount": 0,
        "currency": "EUR",
        "iban": "BE68539007547034",
        "dueDate": "2099-01-01T00:00:00+01:00",
    }
    message_id = await publish(ebox, body_only("Te betalen", paymentData=payment))
    path = f"{PATH}/{message_id}/paymentData"
    shown = await ebox.http.get(path, headers=ebox.as_("an"))
    assert (shown.status_code, shown.json()["iban"]) == (200, payment["iban"])

    def unavailable(*_: object) -> Any:
        raise Unavailable("the read models do not answer")

    with monkeypatch.context() as projector_held_up:
        projector_held_up.setattr(runner, "take_in", unavailable)
        await take_back(ebox, message_id, "recall")
        for address in (path, f"{PATH}/{message_id}", f"{PATH}/{message_id}/attachments"):
            assert (await ebox.http.get(address, headers=ebox.as_("an"))).status_code == 410, address
    await ebox.caught_up()
