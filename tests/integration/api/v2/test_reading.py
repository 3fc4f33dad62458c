"""A portal's existing client shows people their mailbox."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from uuid import uuid4

import pytest

from domain.clock import BRUSSELS
from domain.events.access import AccessDenied
from tests.integration.api.embedded import LEA
from tests.integration.api.v2.client import PDF, V2Client, message, with_file

pytestmark = pytest.mark.asyncio(loop_scope="package")

LANGUAGES = {"nl", "fr", "de"}


async def test_a_message_has_the_fields_of_2_1(v2: V2Client) -> None:
    said = with_file(
        "Alle velden",
        messageTypeId="A1_CERTIFICATE",
        replyAuthorized=True,
        registeredMail=True,
        forTheAttentionOf={"type": "person", "id": "81050103522", "name": "An"},
        businessDataList=[{"key": "country", "values": [{"en": "BE"}]}],
    )
    published = await v2.publish(said, PDF)
    found = await v2.get(f"/ebox/messages/{published}")
    assert found["subject"].keys() == LANGUAGES
    assert (found["registeredMail"], found["replyAuthorized"], found["bodyMainContent"]) == (
        True,
        True,
        False,
    )
    assert (found["readStatus"], found["visible"], found["senderOrganizationId"]) == (
        False,
        True,
        "0206731645",
    )
    assert found["forTheAttentionOf"] == {"type": "person", "id": "81050103522", "name": "An"}
    [datum] = found["businessDataList"]["items"]
    assert (datum["name"]["nl"], datum["values"][0]["de"]) == ("country", "BE")
    [attachment] = found["attachments"]["items"]
    assert (attachment["mainContent"], attachment["size"]) == (True, len(PDF) / 1024)
    attachments = await v2.get(f"/ebox/messages/{published}/attachments")
    assert attachments == {"items": [attachment], "totalItems": 1}
    own = f"/ebox/messages/{published}/attachments/{attachment['attachmentId']}"
    assert await v2.get(own) == attachment
    assert attachment["contentHref"].endswith(f"/messageRegistry/v2{own}/content")


async def test_the_first_bytes_of_the_document_open_the_message(v2: V2Client) -> None:
    published = await v2.publish(with_file("Te openen"), PDF)
    [attachment] = (await v2.get(f"/ebox/messages/{published}/attachments"))["items"]
    path = f"/ebox/messages/{published}/attachments/{attachment['attachmentId']}/content"
    answer = await v2.call("GET", path)
    assert (answer.status_code, answer.content) == (200, PDF)
    assert answer.headers["content-type"] == "application/octet-stream"
    part = await v2.call("GET", path, headers={"Range": "bytes=0-3"})
    assert (part.status_code, part.content) == (206, PDF[:4])
    await v2.ebox.caught_up()
    assert (await v2.get(f"/ebox/messages/{published}"))["readStatus"] is True


async def test_a_body_is_in_all_three_languages(v2: V2Client) -> None:
    published = await v2.publish(message("Tekst", bodyContent={"en": "Dear", "fr": "Cher"}))
    assert await v2.get(f"/ebox/messages/{published}/body") == {"nl": "Cher", "fr": "Cher", "de": "Cher"}


async def test_lists_are_narrowed_and_their_totals_are_exact(v2: V2Client) -> None:
    published = await v2.publish(message("Zoekwoord kwikstaart", registeredMail=True))
    other = await v2.publish(message("Zoekwoord lijster"))
    found = await v2.get("/ebox/messages", params={"q": "KWIKSTAART", "qlang": "nl"})
    assert (listed(found), found["totalItems"]) == ([published], 1)
    found = await v2.get("/ebox/messages", params={"registeredMail": "false", "pageSize": 1, "unknown": "x"})
    assert (listed(found), found["totalItems"] > 1) == ([other], True)
    assert found.keys() == {"items", "totalItems"}
    nothing = await v2.get("/ebox/messages", params={"messageTypeId": "NO_SUCH_TYPE"})
    assert nothing == {"items": [], "totalItems": 0}


async def test_dates_are_days_in_belgium(v2: V2Client) -> None:
    published = await v2.publish(message("Van vandaag"))
    received = (await v2.get(f"/ebox/messages/{published}"))["receiptDate"]
    day = datetime.fromisoformat(received).astimezone(BRUSSELS).date()
    one = timedelta(days=1)
    for name, given, is_there in (
        ("receivedBefore", day, False),
        ("receivedBefore", day + one, True),
        ("receivedAfter", day, False),
        ("receivedAfter", day - one, True),
        ("expiredBefore", day, False),
        ("expiredAfter", day, True),
    ):
        found = await v2.get("/ebox/messages", params={name: given.isoformat(), "pageSize": 100})
        assert (published in listed(found)) is is_there, (name, given)
    for wrong in ("2027-02-30", "2027-02-01T00:00:00Z", str(date.max)):
        answer = await v2.call("GET", "/ebox/messages", params={"receivedBefore": wrong})
        assert (answer.status_code, answer.json()["code"]) == (400, "INVALID_INPUT"), wrong
        assert "receivedBefore" in answer.json()["message"]


async def test_a_search_without_its_language_is_refused(v2: V2Client) -> None:
    answer = await v2.call("GET", "/ebox/messages", params={"q": "geheim"})
    assert (answer.status_code, answer.json()["code"]) == (400, "INVALID_INPUT")
    assert "qlang" in answer.json()["message"]
    assert "geheim" not in answer.text


async def test_messages_are_hidden_and_shown_again(v2: V2Client) -> None:
    published = await v2.publish(message("Weg ermee"))
    for visible in (False, True):
        patch = {"items": [{"messageId": published, "visible": visible}], "totalItems": 1}
        headers = {"Content-Type": "application/merge-patch+json"}
        answer = await v2.call("PATCH", "/ebox/messages", json=patch, headers=headers)
        assert (answer.status_code, answer.content) == (200, b"")
        await v2.ebox.caught_up()
        assert (await v2.get(f"/ebox/messages/{published}"))["visible"] is visible
        found = await v2.get("/ebox/messages", params={"visible": str(visible).lower()})
        assert published in listed(found)
    for wrong, status in (
        ({"messageId": published}, 400),
        ({"messageId": str(uuid4()), "visible": True}, 404),
    ):
        answer = await v2.call("PATCH", "/ebox/messages", json={"items": [wrong]})
        assert answer.status_code == status


async def test_the_summary_counts(v2: V2Client) -> None:
    before = await v2.get("/ebox")
    await v2.publish(with_file("Geteld"), PDF)
    after = await v2.get("/ebox/")  # a trailing slash makes no difference
    assert after["numberOfMessages"] == before["numberOfMessages"] + 1
    assert after["numberOfUnreadMessages"] == before["numberOfUnreadMessages"] + 1
    assert after["eboxSize"] == pytest.approx(before["eboxSize"] + len(PDF) / 1024)


async def test_what_is_not_yours_is_not_found_and_on_record(v2: V2Client) -> None:
    published = await v2.publish(message("Van An"))
    for path in (f"/ebox/messages/{published}", f"/ebox/messages/{uuid4()}", "/ebox/messages/not-an-id"):
        answer = await v2.call("GET", path, LEA.key)
        assert (answer.status_code, answer.json()["code"]) == (404, "NOT_FOUND")
    for path in ("/body", "/paymentData", f"/attachments/{uuid4()}", f"/attachments/{uuid4()}/content"):
        assert (await v2.call("GET", f"/ebox/messages/{published}{path}", LEA.key)).status_code == 404
    position = await v2.ebox.system.events.latest_position()
    assert (await v2.call("GET", "/ebox", "auditor")).status_code == 404
    assert v2.ebox.topics_since(position) == {AccessDenied.TOPIC}


async def test_without_a_good_token_nothing_is_told(v2: V2Client) -> None:
    for headers in ({}, {"Authorization": "Bearer nonsense"}):
        for path in ("/ebox/messages", "/ebox/messages/not-an-id"):
            answer = await v2.call("GET", path, None, headers=headers)
            assert answer.status_code == 401
            assert answer.headers["www-authenticate"].startswith("Bearer")


async def test_errors_outside_of_any_operation_are_status_messages_too(v2: V2Client) -> None:
    nothing = await v2.call("GET", "/nothing/here")
    wrong = await v2.call("DELETE", "/ebox/messages")
    assert [one.json()["code"] for one in (nothing, wrong)] == ["NOT_FOUND", "METHOD_NOT_ALLOWED"]
    assert (nothing.status_code, wrong.status_code) == (404, 405)
    assert wrong.headers["allow"] == "GET, PATCH"
    assert nothing.json()["environment"] == "development"
    assert nothing.json()["id"] == nothing.headers["ebox-request-id"]
    federation = await v2.ebox.http.post("/federation/v1/eboxPreferences/search", json={})
    assert (federation.status_code, federation.json()["code"]) == (401, "NO_ACCESS_TOKEN")
    elsewhere = await v2.ebox.http.get("/messageRegistry/v3/nothing")
    assert elsewhere.headers["content-type"] == "application/problem+json"


def listed(page: dict[str, list[dict[str, str]]]) -> list[str]:
    return [item["messageId"] for item in page["items"]]
