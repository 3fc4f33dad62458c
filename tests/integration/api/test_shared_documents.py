"""Partners keep a document once, and many messages carry it, through the whole of eBox."""

from __future__ import annotations

import hashlib
import json
from base64 import urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from domain.document import Document
from tests.integration.api.embedded import AN, Embedded
from tests.pdfs import make_pdf

pytestmark = pytest.mark.asyncio(loop_scope="module")

V3 = "/messageRegistry/v3"


async def keep(ebox: Embedded, content: bytes, key: str | None = None, **said: Any) -> httpx.Response:
    files: dict[str, Any] = {"upfile1": ("brochure.pdf", content, "application/pdf")}
    if said:
        files["documentToKeep"] = (None, json.dumps(said), "application/json")
    headers = ebox.as_("partner") | ({"Idempotency-Key": key} if key else {})
    return await ebox.http.post(f"{V3}/documents", files=files, headers=headers)


async def publish(ebox: Embedded, *attachments: dict[str, Any], **wanted: Any) -> httpx.Response:
    message = {
        "recipient": {"eboxType": "citizen", "ssin": AN.number},
        "subject": {"nl": "Uw pensioen"},
        "messageTypeId": "PENSION_STATEMENT",
        "senderApplicationId": "demo.pensions",
        "attachments": list(attachments),
        **wanted,
    }
    files = {"messageToPublish": (None, json.dumps(message), "application/json")}
    return await ebox.http.post(f"{V3}/ebox/messages", files=files, headers=ebox.as_("partner"))


def issues(answer: httpx.Response) -> dict[str, str]:
    assert answer.status_code == 400, answer.text
    return {one["name"]: one["title"] for one in answer.json()["issues"]}


async def test_one_kept_document_is_read_from_many_messages(ebox: Embedded) -> None:
    content = make_pdf()
    _, before, _ = await ebox.what_is_kept()
    document_id = (await keep(ebox, content)).json()["documentId"]
    for title in ("Eerste", "Tweede"):
        attachment = {"documentId": document_id, "isMainContent": True, "attachmentTitle": {"nl": title}}
        answer = await publish(ebox, attachment)
        assert answer.status_code == 201, answer.text
        await ebox.caught_up()
        path = f"{V3}/ebox/messages/{answer.json()['messageId']}/attachments"
        [found] = (await ebox.http.get(path, headers=ebox.as_("an"))).json()["items"]
        assert (found["fileName"], found["attachmentTitle"]["nl"]) == ("brochure.pdf", title)
        read = await ebox.http.get(f"{path}/{found['attachmentId']}/content", headers=ebox.as_("an"))
        assert read.content == content
    _, after, _ = await ebox.what_is_kept()
    assert len(after) == len(before) + 1


async def test_an_upload_and_a_kept_document_go_together_in_the_order_of_the_json(ebox: Embedded) -> None:
    document_id = (await keep(ebox, make_pdf())).json()["documentId"]
    attachments = [
        {"documentId": document_id, "isMainContent": False},
        {"httpPartName": "upfile1", "isMainContent": True},
    ]
    message = {
        "recipient": {"eboxType": "citizen", "ssin": AN.number},
        "subject": {"nl": "Uw pensioen"},
        "messageTypeId": "PENSION_STATEMENT",
        "senderApplicationId": "demo.pensions",
        "attachments": attachments,
    }
    files: dict[str, Any] = {
        "messageToPublish": (None, json.dumps(message), "application/json"),
        "upfile1": ("brief.pdf", make_pdf(), "application/pdf"),
    }
    answer = await ebox.http.post(f"{V3}/ebox/messages", files=files, headers=ebox.as_("partner"))
    published = (await ebox.system.events.get(UUID(answer.json()["messageId"]))).published
    assert [one.file_name for one in published.attachments] == ["brochure.pdf", "brief.pdf"]
    assert str(published.attachments[0].document_id) == document_id


async def test_the_same_key_keeps_one_document(ebox: Embedded) -> None:
    key, content = str(uuid4()), make_pdf()
    first = await keep(ebox, content, key)
    again = await keep(ebox, content, key)
    assert again.json() == first.json()
    assert again.headers["idempotency-replayed"] == "true"
    other = await keep(ebox, make_pdf(pages=2), key)
    assert other.status_code == 422


async def test_a_document_is_kept_longer_than_any_message_of_its_sender_lives(ebox: Embedded) -> None:
    answer = await keep(ebox, make_pdf())
    until = datetime.fromisoformat(answer.json()["keepUntil"])
    assert until > datetime.now(UTC) + timedelta(days=10 * 365 + 366)


async def test_a_message_must_end_before_the_document_goes(ebox: Embedded) -> None:
    soon = (datetime.now(UTC) + timedelta(days=30)).isoformat()
    answer = await keep(ebox, make_pdf(), keepUntil=soon)
    attachment = {"documentId": answer.json()["documentId"], "isMainContent": True}
    refused = await publish(ebox, attachment)
    assert issues(refused) == {"messageToPublish.attachments[0].documentId": "keptTooShort"}
    in_time = (datetime.now(UTC) + timedelta(days=20)).isoformat()
    assert (await publish(ebox, attachment, expirationDate=in_time)).status_code == 201


@pytest.mark.parametrize(
    ("days", "code"), [(-1, "inThePast"), (20 * 365, "tooFarAhead")], ids=["past", "too far"]
)
async def test_until_when_is_refused_by_name(ebox: Embedded, days: int, code: str) -> None:
    until = (datetime.now(UTC) + timedelta(days=days)).isoformat()
    assert issues(await keep(ebox, make_pdf(), keepUntil=until)) == {"documentToKeep.keepUntil": code}


async def test_what_is_wrong_with_the_file_is_named(ebox: Embedded) -> None:
    assert issues(await keep(ebox, b"")) == {"upfile1": "empty"}
    digest = {"digestMethod": "sha_256", "digestValue": "A" * 43}
    refused = await keep(ebox, make_pdf(), digest=digest)
    assert issues(refused) == {"documentToKeep.digest.digestValue": "digestDoesNotMatch"}
    only_json = {"documentToKeep": (None, "{}", "application/json")}
    missing = await ebox.http.post(f"{V3}/documents", files=only_json, headers=ebox.as_("partner"))
    assert issues(missing) == {"upfile1": "required"}


async def test_the_digest_that_a_message_declares_is_the_documents(ebox: Embedded) -> None:
    content = make_pdf()
    document_id = (await keep(ebox, content)).json()["documentId"]
    right = urlsafe_b64encode(hashlib.sha256(content).digest()).decode().rstrip("=")
    for value, status in ((right, 201), ("A" * 43, 400)):
        digest = {"digestMethod": "sha_256", "digestValue": value}
        attachment = {"documentId": document_id, "isMainContent": True, "digest": digest}
        assert (await publish(ebox, attachment)).status_code == status


async def test_another_senders_document_looks_like_none(ebox: Embedded) -> None:
    document = await _of_another(ebox)
    for document_id in (str(document.id), str(uuid4())):
        refused = await publish(ebox, {"documentId": document_id, "isMainContent": True})
        assert issues(refused) == {"messageToPublish.attachments[0].documentId": "unknown"}


async def _of_another(ebox: Embedded) -> Document:
    """A document of an organisation that is not the demo's partner."""
    document_id = (await keep(ebox, make_pdf())).json()["documentId"]
    kept = (await ebox.system.events.get(UUID(document_id))).kept
    facts = {name: getattr(kept, name) for name in _FACTS}
    document = Document.keep(uuid4(), **facts | {"organisation": "0884303369"}, at=kept.timestamp)
    await ebox.system.events.append(*document.new_facts())
    return document


_FACTS = (
    "party_id",
    "organisation",
    "object_key",
    "document_key",
    "media_type",
    "size",
    "sha256",
    "file_name",
    "keep_until",
    "fingerprint",
    "access",
)
