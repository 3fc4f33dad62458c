"""The event feed and the Federation's questions, as their callers see them."""

from __future__ import annotations

from typing import Any

import pytest
import pytest_asyncio

from domain.events.access import AccessRecorded, What
from tests.integration.api.embedded import AN, LEA, Embedded
from tests.integration.api.publishing import PATH, body_only, publish
from threads import BoundedThreads

pytestmark = pytest.mark.asyncio(loop_scope="module")

FEED = "/events/v1/ebox/citizen/document/events"
ENTERPRISES = "/events/v1/ebox/enterprise/document/events"
PREFERENCES = "/federation/v1/eboxPreferences"
NEVER_SEEN = "00010100105"


@pytest_asyncio.fixture(scope="module", loop_scope="module", autouse=True)
async def site_token(ebox: Embedded) -> None:
    """The demo site speaks for itself, too."""
    ebox.tokens["site"] = await ebox.client("site").own_token()


async def feed(ebox: Embedded, who: str, path: str = FEED, **query: Any) -> dict[str, Any]:
    response = await ebox.http.get(path, params=query, headers=ebox.as_(who))
    assert response.status_code == 200, response.text
    page: dict[str, Any] = response.json()
    return page


async def test_a_sender_follows_what_happens_to_its_documents(ebox: Embedded) -> None:
    begin = (await feed(ebox, "partner"))["pageInfo"]["lastSequenceNbr"]
    message_id = await publish(ebox, body_only("Geheim onderwerp"))
    await ebox.http.get(f"{PATH}/{message_id}/body", headers=ebox.as_("an"))
    await ebox.caught_up()
    page = await feed(ebox, "partner", lastSequenceNbr=begin)
    told = [item["eventData"] for item in page["EboxCitizenDocumentEvents"]]
    assert [one["eventType"] for one in told] == ["newDocument", "readDocument"]
    assert {one["messageId"] for one in told} == {message_id}
    assert not page["pageInfo"]["hasNext"]
    assert "Geheim" not in str(page)
    assert AN.number not in str(page)
    assert "mailboxId" not in told[0]


async def test_the_feed_goes_on_where_it_was_left(ebox: Embedded) -> None:
    for title in ("een", "twee"):
        await publish(ebox, body_only(title))
    first = await feed(ebox, "partner", pageSize=1)
    assert first["pageInfo"]["hasNext"]
    second = await feed(ebox, "partner", pageSize=1, lastSequenceNbr=first["pageInfo"]["lastSequenceNbr"])
    numbers = [page["EboxCitizenDocumentEvents"][0]["eventSequenceNbr"] for page in (first, second)]
    assert numbers[0] < numbers[1]


async def test_an_enterprises_documents_are_told_with_its_number(ebox: Embedded) -> None:
    message = body_only("Voor de werkgever", messageTypeId="A1_CERTIFICATE")
    message["recipient"] = {"eboxType": "enterprise", "enterpriseNumber": "0884303369"}
    message_id = await publish(ebox, message)
    page = await feed(ebox, "partner", ENTERPRISES)
    [item] = [
        one for one in page["EboxEnterpriseDocumentEvents"] if one["eventData"]["messageId"] == message_id
    ]
    assert item["eventData"]["enterpriseId"] == "0884303369"


def enterprise_numbers(count: int) -> list[str]:
    return [f"{base:08}{97 - base % 97:02}" for base in range(4_000_000, 4_000_000 + count)]


async def test_a_page_has_the_numbers_of_however_many_enterprises(
    ebox: Embedded, monkeypatch: pytest.MonkeyPatch
) -> None:
    """One page takes a few of the places of those who wait for the key store, not one for each mailbox."""
    begin = (await feed(ebox, "partner", ENTERPRISES))["pageInfo"]["lastSequenceNbr"]
    numbers = ["0316380841", "0206731645", "0884303369", *enterprise_numbers(20)]
    for number in numbers:
        message = body_only("Voor velen", messageTypeId="A1_CERTIFICATE")
        message["recipient"] = {"eboxType": "enterprise", "enterpriseNumber": number}
        await publish(ebox, message)
    threads = BoundedThreads("key store", 1, waiting=16, seconds=10.0)
    monkeypatch.setattr(ebox.system.parties, "_threads", threads)
    page = await feed(ebox, "partner", ENTERPRISES, lastSequenceNbr=begin)
    threads.close()
    told = [item["eventData"]["enterpriseId"] for item in page["EboxEnterpriseDocumentEvents"]]
    assert told == numbers


async def test_a_site_that_is_not_registered_for_the_feed_gets_nothing(ebox: Embedded) -> None:
    for path in (FEED, ENTERPRISES):
        response = await ebox.http.get(path, headers=ebox.as_("site"))
        assert response.status_code == 403, path


async def test_a_person_does_not_follow_the_feed(ebox: Embedded) -> None:
    assert (await ebox.http.get(FEED, headers=ebox.as_("an"))).status_code == 403


async def test_what_is_wrong_in_the_question_is_named(ebox: Embedded) -> None:
    for query in ({"pageSize": "501"}, {"lastSequenceNbr": "-1"}, {"startTime": "x"}, {"clientId": "no"}):
        response = await ebox.http.get(FEED, params=query, headers=ebox.as_("partner"))
        assert response.status_code == 400, query
        assert [issue["name"] for issue in response.json()["issues"]] == list(query)


async def test_asking_who_wants_ebox_alone_is_on_record_at_each_mailbox(ebox: Embedded) -> None:
    before = await ebox.system.events.latest_position()
    asked = {"eboxType": "CITIZEN", "eboxIdType": "SSIN", "eboxIdValueList": [AN.number, LEA.number]}
    response = await ebox.http.post(f"{PREFERENCES}/search", json=asked, headers=ebox.as_("partner"))
    assert response.status_code == 200, response.text
    assert [one["exclusivelyEbox"] for one in response.json()] == [False, False]
    looks = [one for one in ebox.events_since(before) if isinstance(one, AccessRecorded)]
    assert {one.what for one in looks} == {What.PREFERENCES}
    assert len({one.mailbox_id for one in looks}) == 2


async def test_an_owner_chooses_and_the_sender_sees_it(ebox: Embedded) -> None:
    ebox_id = {"eboxType": "CITIZEN", "eboxIdValue": AN.number}
    chosen = {"eboxId": ebox_id, "exclusivelyEbox": True}
    response = await ebox.http.patch(PREFERENCES, json=chosen, headers=ebox.as_("an"))
    assert response.status_code == 200, response.text
    nobody = {**chosen, "eboxId": {"eboxType": "CITIZEN", "eboxIdValue": NEVER_SEEN}}
    refused = [
        await ebox.http.patch(PREFERENCES, json=one, headers=ebox.as_(LEA.key)) for one in (chosen, nobody)
    ]
    assert [one.status_code for one in refused] == [403, 403]
    assert refused[0].json()["message"] == refused[1].json()["message"], "nor who has a mailbox"
    await ebox.caught_up()
    asked = {"eboxType": "CITIZEN", "eboxIdType": "SSIN", "eboxIdValueList": [AN.number]}
    found = await ebox.http.post(f"{PREFERENCES}/search", json=asked, headers=ebox.as_("partner"))
    assert found.json() == [{"eboxId": ebox_id, "exclusivelyEbox": True}]


async def test_bad_ids_are_named_and_never_repeated(ebox: Embedded) -> None:
    asked = {"eboxType": "CITIZEN", "eboxIdType": "SSIN", "eboxIdValueList": [AN.number, "81050103521"]}
    response = await ebox.http.post(f"{PREFERENCES}/search", json=asked, headers=ebox.as_("partner"))
    assert response.status_code == 400
    assert response.json()["code"] == "INVALID_INPUT"
    assert "eboxIdValueList[1]" in response.json()["message"]
    assert "81050103521" not in response.text


async def test_anybody_may_ask_who_provides_messages(ebox: Embedded) -> None:
    listed = (await ebox.http.get("/federation/v1/messageProviders")).json()
    [provider] = listed
    assert provider["messageProviderUrl"].endswith("/messageRegistry/v2/")
    path = f"/federation/v1/messageProviders/{provider['messageProviderId']}"
    assert (await ebox.http.get(path)).json() == provider
    assert (await ebox.http.get("/federation/v1/messageProviders/another")).status_code == 404


async def test_nothing_is_told_of_a_document_that_was_withdrawn(ebox: Embedded) -> None:
    message_id = await publish(ebox, body_only("Ingetrokken"))
    headers = ebox.as_("partner")
    response = await ebox.http.post(f"{PATH}/{message_id}/withdraw", json={}, headers=headers)
    assert response.status_code == 200
    await ebox.caught_up()
    page = await feed(ebox, "partner", pageSize=500)
    assert message_id not in {item["eventData"]["messageId"] for item in page["EboxCitizenDocumentEvents"]}
