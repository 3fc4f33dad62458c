"""The owner's routes: shapes of answers, parameters, documents."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, cast

import httpx
import pytest

from application.views import BodyView, MailboxView, MessageList, MessageView
from domain.actors import ActorKind
from domain.errors import Gone, NotFound
from domain.events.message import Addressee, BusinessDatum
from projections.inbox import InboxItem, MailboxCounts, MessageFilter
from projections.message_detail import Attachment, MessageDetail
from tests.unit.api.doubles import AT, ATTACHMENT_ID, MAILBOX_ID, MESSAGE_ID, SHA256, Api

ROOT = "/messageRegistry/v3/ebox"
MESSAGE = f"{ROOT}/messages/{MESSAGE_ID}"
CONTENT = f"{MESSAGE}/attachments/{ATTACHMENT_ID}/content"
NO_REFERENCE = cast("Any", None)


@pytest.fixture
def caller() -> ActorKind:
    return ActorKind.CITIZEN


def facts() -> dict[str, Any]:
    """What a list and a single message have in common."""
    return {
        "message_id": MESSAGE_ID,
        "publication_id": MESSAGE_ID,
        "sender_organisation": "0206731645",
        "sender_application": "demo.pensions",
        "sender_partition": None,
        "message_type": "PENSION_STATEMENT",
        "subject": {"fr": "Relevé", "en": "Statement"},
        "non_sensitive_title": None,
        "is_body_main": False,
        "has_body": False,
        "attachment_count": 1,
        "size": 1536,
        "reply_authorised": False,
        "original_message": None,
        "registered": False,
        "received_at": AT,
        "expires_at": AT + timedelta(days=1),
        "opened_at": None,
        "is_hidden": False,
        "is_archived": False,
        "is_erased": False,
        "due_at": None,
        "confirmation_needed": False,
        "confirmed_at": None,
        "replied_at": None,
        "recalled_at": None,
        "has_payment": False,
        "recipient_partition": None,
        "sender_kind": "enterprise",
        "sender_number": None,
    }


LISTED = {"business_data": None, "attention_of": None, "is_expired": False, "position": 5}


def item(**changes: Any) -> InboxItem:
    return InboxItem(**(facts() | LISTED | changes))


def detail(**changes: Any) -> MessageDetail:
    attachment = Attachment(
        ATTACHMENT_ID, "application/pdf", 1536, SHA256, True, False, "Août.pdf", {"nl": "Titel"}
    )
    alone = {
        "mailbox_id": MAILBOX_ID,
        "on_behalf_of": None,
        "language": "fr",
        "business_data": [BusinessDatum("year", None, [{"nl": "2026"}])],
        "attention_of": Addressee(None, "HR"),
        "published_at": AT,
        "visible_from": AT,
        "body": None,
        "payment": None,
        "attachments": [attachment],
    }
    return MessageDetail(**(facts() | alone | changes))


EXPECTED_MESSAGE = {
    "messageId": str(MESSAGE_ID),
    "sender": {"eboxType": "enterprise", "enterpriseNumber": "0206731645"},
    "subject": {"nl": "Relevé", "fr": "Relevé", "de": "Relevé", "en": "Statement"},
    "messageTypeId": "PENSION_STATEMENT",
    "senderApplicationId": "demo.pensions",
    "receiptDate": "2026-01-02T03:04:05Z",
    "expirationDate": "2026-01-03T03:04:05Z",
    "readStatus": False,
    "visible": True,
    "isArchived": False,
    "isRegisteredMail": False,
    "isReplyAuthorized": False,
    "isConfirmationNeeded": False,
    "isConfirmed": False,
    "isRecalled": False,
}
EXPECTED_ATTACHMENT = {
    "attachmentId": str(ATTACHMENT_ID),
    "attachmentTitle": {"nl": "Titel", "fr": "Titel", "de": "Titel"},
    "fileName": "Août.pdf",
    "isMainContent": True,
    "mediaType": "application/pdf",
    "size": 1.5,
    "digest": {"digestMethod": "sha_256", "digestValue": "q6urq6urq6urq6urq6urq6urq6urq6urq6urq6urq6s"},
    "isAttachmentSigned": False,
    "contentHref": f"https://ebox.test{CONTENT}",
}


async def test_counts(api: Api, client: httpx.AsyncClient) -> None:
    api.reading.views["counts"] = MailboxView(MailboxCounts(3, 2, 2048, AT, None), 12)
    response = await client.get(ROOT, headers={"Ebox-Position": "11"})
    assert response.json() == {
        "numberOfMessages": 3,
        "numberOfUnreadMessages": 2,
        "lastReceiptDate": "2026-01-02T03:04:05Z",
        "eboxSize": 2.0,
    }
    assert response.headers["ebox-position"] == "12"
    assert api.reading.calls == [("counts", {"at_least": 11, "mailbox": None})]


async def test_a_list_has_its_items_and_their_number(api: Api, client: httpx.AsyncClient) -> None:
    api.reading.views["list_messages"] = MessageList([item()], 41, False, NO_REFERENCE, 12)
    response = await client.get(f"{ROOT}/messages/?page=2&pageSize=40&readStatus=false")
    assert response.json() == {"items": [EXPECTED_MESSAGE], "totalItems": 41, "isTotalCapped": False}
    assert api.reading.calls == [
        ("list_messages", {"page": 2, "page_size": 40, "at_least": None, "mailbox": None})
    ]
    assert api.reading.arguments == [(MessageFilter(read_status=False),)]
    assert response.headers["cache-control"] == "private, no-store"


async def test_a_list_shows_what_the_sender_wants_to_be_found_by(api: Api, client: httpx.AsyncClient) -> None:
    data = [{"key": "year", "name": {"nl": "jaar"}, "values": [{"nl": "2026"}]}]
    shown = item(business_data=data, attention_of={"ssin": None, "label": "HR"}, opened_at=AT)
    api.reading.views["list_messages"] = MessageList([shown], 1, False, NO_REFERENCE, 12)
    (found,) = (await client.get(f"{ROOT}/messages")).json()["items"]
    assert found["readStatus"] is True
    assert found["forTheAttentionOf"] == {"label": "HR"}
    three = {"nl": "2026", "fr": "2026", "de": "2026"}
    name = {"nl": "jaar", "fr": "jaar", "de": "jaar"}
    assert found["businessDataList"] == {
        "items": [{"key": "year", "name": name, "values": [three]}],
        "totalItems": 1,
    }


@pytest.mark.parametrize("is_main", [True, False])
async def test_whether_the_body_is_the_main_content_is_said_where_there_is_one(
    api: Api, client: httpx.AsyncClient, is_main: bool
) -> None:
    shown = item(has_body=True, is_body_main=is_main)
    api.reading.views["list_messages"] = MessageList([shown], 1, False, NO_REFERENCE, 12)
    (found,) = (await client.get(f"{ROOT}/messages")).json()["items"]
    assert found["isBodyMainContent"] is is_main


@pytest.mark.parametrize(
    ("query", "issue"),
    [
        *((f"page={lax}", ("page", "schemaViolation")) for lax in ("1_0", "1.0", "%201", "1e1", "01", "")),
        *((f"pageSize={lax}", ("pageSize", "schemaViolation")) for lax in ("%2B1", "\u0661", "9" * 30)),
        *((f"readStatus={lax}", ("readStatus", "schemaViolation")) for lax in ("on", "1", "True", "no", "")),
        ("page=0", ("page", "schemaViolation")),
        ("page=x", ("page", "schemaViolation")),
        ("pageSize=101", ("pageSize", "schemaViolation")),
        ("pageSize=0", ("pageSize", "schemaViolation")),
        ("readStatus=maybe", ("readStatus", "schemaViolation")),
        ("pagesize=10", ("pagesize", "unknownInput")),
        ("page=1&page=2", ("page", "repeated")),
    ],
)
async def test_a_parameter_that_is_wrong_or_unknown_is_named(
    client: httpx.AsyncClient, query: str, issue: tuple[str, str]
) -> None:
    response = await client.get(f"{ROOT}/messages?{query}")
    assert response.status_code == 400
    (found,) = response.json()["issues"]
    assert (found["name"], found["title"], found["in"]) == (*issue, "query")


@pytest.mark.parametrize(
    ("header", "value"),
    [
        *(("Ebox-Position", value) for value in ("-1", "x", "", "1_0", "1.0", "1, 2", "9" * 30)),
        *(("Ebox-Mailbox", value) for value in ("any", "", "81050103522")),
    ],
)
async def test_a_header_that_is_wrong_is_named(client: httpx.AsyncClient, header: str, value: str) -> None:
    response = await client.get(f"{ROOT}/messages", headers={header: value})
    assert response.status_code == 400
    (found,) = response.json()["issues"]
    assert (found["name"], found["in"]) == (header, "header")


async def test_a_position_that_is_given_twice_is_named(client: httpx.AsyncClient) -> None:
    twice = [("Ebox-Position", "1"), ("Ebox-Position", "1")]
    response = await client.get(f"{ROOT}/messages", headers=twice)
    assert response.status_code == 400
    (found,) = response.json()["issues"]
    assert (found["name"], found["title"], found["in"]) == ("Ebox-Position", "repeated", "header")


async def test_ids_in_an_address_are_named_as_the_description_names_them(client: httpx.AsyncClient) -> None:
    response = await client.get(f"{ROOT}/messages/x/attachments/y")
    assert [(one["name"], one["in"]) for one in response.json()["issues"]] == [
        ("messageId", "path"),
        ("attachmentId", "path"),
    ]


async def test_a_message_has_its_attachments(api: Api, client: httpx.AsyncClient) -> None:
    api.reading.views["message"] = MessageView(detail(), NO_REFERENCE, 12)
    attachments = {"items": [EXPECTED_ATTACHMENT], "totalItems": 1}
    value = {"nl": "2026", "fr": "2026", "de": "2026"}
    assert (await client.get(MESSAGE)).json() == EXPECTED_MESSAGE | {
        "attachments": attachments,
        "forTheAttentionOf": {"label": "HR"},
        "businessDataList": {"items": [{"key": "year", "values": [value]}], "totalItems": 1},
    }
    assert (await client.get(f"{MESSAGE}/attachments")).json() == attachments


async def test_an_attachment_tells_where_its_content_is(api: Api, client: httpx.AsyncClient) -> None:
    api.reading.views["attachment"] = (detail().attachments[0], 12)
    response = await client.get(f"{MESSAGE}/attachments/{ATTACHMENT_ID}")
    assert response.json() == EXPECTED_ATTACHMENT
    assert response.headers["ebox-position"] == "12"


async def test_a_body_is_filled_for_the_three_languages(api: Api, client: httpx.AsyncClient) -> None:
    api.reading.views["body"] = BodyView(MESSAGE_ID, {"nl": "Beste"}, True, 12)
    assert (await client.get(f"{MESSAGE}/body")).json() == {"nl": "Beste", "fr": "Beste", "de": "Beste"}


@pytest.mark.parametrize(("error", "status"), [(NotFound("message"), 404), (Gone("body"), 410)])
async def test_what_is_not_there_is_a_problem_without_a_hint(
    api: Api, client: httpx.AsyncClient, error: Exception, status: int
) -> None:
    api.reading.views["body"] = error
    response = await client.get(f"{MESSAGE}/body")
    assert response.status_code == status
    assert set(response.json()) <= {"type", "href", "title", "status", "instance"}


async def test_what_is_not_there_yet_is_told_with_the_position_that_was_looked_at(
    api: Api, client: httpx.AsyncClient
) -> None:
    api.reading.views["message"] = NotFound("message", position=41)
    response = await client.get(MESSAGE, headers={"Ebox-Position": "42"})
    assert (response.status_code, response.headers["ebox-position"]) == (404, "41")
    api.reading.views["message"] = NotFound("message")
    assert "ebox-position" not in (await client.get(MESSAGE)).headers


async def test_an_id_that_is_none_is_refused_without_being_repeated(client: httpx.AsyncClient) -> None:
    response = await client.get(f"{ROOT}/messages/81050103522")
    assert response.status_code == 400
    assert response.json()["issues"][0]["in"] == "path"
    assert "81050103522" not in response.text
