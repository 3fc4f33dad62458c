"""What a partner may get wrong: a problem that names the field, and nothing of it stays."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from hashlib import sha256
from typing import Any

import httpx
import pytest

from tests import pdfs
from tests.integration.api.embedded import Embedded
from tests.integration.api.serving import served
from tests.unit.api.doubles import spooled_files
from tests.unit.api.forms import CONTENT_TYPE, form, json_part, message, part, with_attachment
from tests.unit.api.test_uploads import Endless, opened
from tests.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="module")

PATH = "/messageRegistry/v3/ebox/messages"
MEBIBYTE = 1024 * 1024
ROOT = "messageToPublish"


def pdf_part(content: bytes, name: str = "upfile1") -> bytes:
    return part(name, content, b"Content-Type: application/pdf", file_name="statement.pdf")


def with_files(*attachments: dict[str, Any], **changes: Any) -> dict[str, Any]:
    return with_attachment(**changes) | {"attachments": list(attachments)}


MAIN = {"httpPartName": "upfile1", "isMainContent": True}
ANNEX = {"httpPartName": "upfile2", "isMainContent": False}
WRONG_DIGEST = {"digestMethod": "sha_256", "digestValue": "A" * 43}
PDF = pdfs.make_pdf()

REFUSED: dict[str, tuple[bytes, int, str]] = {
    "wrong checksum": (
        form(json_part(message(recipient={"eboxType": "citizen", "ssin": "81050103521"}))),
        400,
        f"{ROOT}.recipient.ssin",
    ),
    "wrong checksum of an enterprise": (
        form(json_part(message(recipient={"eboxType": "enterprise", "enterpriseNumber": "0884303370"}))),
        400,
        f"{ROOT}.recipient.enterpriseNumber",
    ),
    "unknown message type": (
        form(json_part(message(messageTypeId="NO_SUCH_TYPE"))),
        400,
        f"{ROOT}.messageTypeId",
    ),
    "unknown application": (
        form(json_part(message(senderApplicationId="no.such"))),
        400,
        f"{ROOT}.senderApplicationId",
    ),
    "sender not allowed": (
        form(json_part(message(sender={"eboxType": "enterprise", "enterpriseNumber": "0884303369"}))),
        403,
        f"{ROOT}.sender.enterpriseNumber",
    ),
    "message type not for enterprises": (
        form(json_part(message(recipient={"eboxType": "enterprise", "enterpriseNumber": "0884303369"}))),
        403,
        f"{ROOT}.messageTypeId",
    ),
    "digest mismatch": (
        form(json_part(with_files(MAIN | {"digest": WRONG_DIGEST})), pdf_part(PDF)),
        400,
        f"{ROOT}.attachments[0].digest.digestValue",
    ),
    "parts without JSON": (form(pdf_part(PDF)), 400, ROOT),
    "a part that the JSON does not announce": (
        form(json_part(with_files(MAIN)), pdf_part(PDF), pdf_part(PDF, "upfile2")),
        400,
        "upfile2",
    ),
    "JSON without its part": (
        form(json_part(with_files(MAIN, ANNEX)), pdf_part(PDF)),
        400,
        f"{ROOT}.attachments[1].httpPartName",
    ),
    "two main contents": (
        form(
            json_part(with_files(MAIN, ANNEX | {"isMainContent": True})),
            pdf_part(PDF),
            pdf_part(PDF, "upfile2"),
        ),
        400,
        f"{ROOT}.attachments",
    ),
    "a body and a file that are both the main content": (
        form(
            json_part(with_files(MAIN) | {"isBodyMainContent": True, "bodyContent": {"nl": "x"}}),
            pdf_part(PDF),
        ),
        400,
        f"{ROOT}.attachments",
    ),
    "no main content": (
        form(json_part(with_files(MAIN | {"isMainContent": False})), pdf_part(PDF)),
        400,
        f"{ROOT}.attachments",
    ),
    "nothing at all": (
        form(json_part(message(isBodyMainContent=False, bodyContent=None))),
        400,
        f"{ROOT}.isBodyMainContent",
    ),
    "the same part twice": (
        form(json_part(with_files(MAIN, MAIN)), pdf_part(PDF)),
        400,
        f"{ROOT}.attachments",
    ),
    "invalid UTF-8": (form(part(ROOT, b'{"subject": {"nl": "\xff"}}')), 400, ROOT),
    "JSON 10,000 deep": (form(part(ROOT, b'{"subject":' * 10_000)), 400, ROOT),
    "an unknown field": (form(json_part(message(surprise=True))), 400, f"{ROOT}.surprise"),
    "an unknown part": (form(json_part(message()), part("extra", b"")), 400, "extra"),
    "a subject of 401 characters": (
        form(json_part(message(subject={"nl": "x" * 401}))),
        400,
        f"{ROOT}.subject.nl",
    ),
    "no subject": (form(json_part(message(subject={}))), 400, f"{ROOT}.subject"),
    "a body of more than 64 KiB": (
        form(json_part(message(bodyContent={"nl": "x" * 65_537}))),
        400,
        f"{ROOT}.bodyContent.nl",
    ),
    "expired already": (
        form(json_part(message(expirationDate="2020-01-01T00:00:00Z"))),
        400,
        f"{ROOT}.expirationDate",
    ),
    "longer than the message type's validity": (
        form(json_part(message(expirationDate="2999-01-01T00:00:00Z"))),
        400,
        f"{ROOT}.expirationDate",
    ),
    **{
        what: (form(json_part(with_attachment()), pdf_part(make())), 400, "upfile1")
        for what, (make, _) in pdfs.REFUSED.items()
    },
}


@pytest.mark.parametrize("what", REFUSED)
async def test_what_is_wrong_is_named_and_nothing_of_it_stays(ebox: Embedded, what: str) -> None:
    body, status, field = REFUSED[what]
    before = await ebox.what_is_kept()
    response = await ebox.http.post(PATH, content=body, headers=CONTENT_TYPE | ebox.as_("partner"))
    assert response.status_code == status, response.text
    assert response.headers["content-type"] == "application/problem+json"
    assert field in [issue["name"] for issue in response.json()["issues"]]
    position, *rest = before
    is_on_record = status == 403  # that it was refused; nothing of what was sent
    assert await ebox.what_is_kept() == (position + is_on_record, *rest)


async def test_a_file_of_26_mebibytes_is_stopped_while_it_streams(
    ebox: Embedded, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("api.lingering.LINGER_BYTES", 0)
    before = await ebox.what_is_kept()
    upload = Endless(opened("upfile1"))
    response = await ebox.http.post(
        PATH, content=upload.__aiter__(), headers=CONTENT_TYPE | ebox.as_("partner")
    )
    assert response.status_code == 413
    assert response.json()["issues"][0]["name"] == "upfile1"
    assert upload.sent < 26 * MEBIBYTE
    assert await ebox.what_is_kept() == before


async def test_a_client_that_goes_away_mid_upload_leaves_nothing(ebox: Embedded) -> None:
    before = await ebox.what_is_kept()

    async def broken_off() -> AsyncIterator[bytes]:
        yield json_part(with_attachment()) + opened("upfile1") + b"%PDF-1.7" + b"x" * 3 * MEBIBYTE
        await until(lambda: bool(spooled_files(ebox.system.spool_dir)))
        raise ConnectionAbortedError

    headers = CONTENT_TYPE | ebox.as_("partner")
    async with served(ebox.system.app) as port, httpx.AsyncClient() as client:
        with pytest.raises(ConnectionAbortedError):
            await client.post(f"http://127.0.0.1:{port}{PATH}", content=broken_off(), headers=headers)
        await until(lambda: not spooled_files(ebox.system.spool_dir))
    assert await ebox.what_is_kept() == before


def chunks(body: bytes, size: int) -> Iterator[bytes]:
    for start in range(0, len(body), size):
        yield body[start : start + size]


@pytest.mark.parametrize("json_first", [True, False])
async def test_what_is_right_is_kept_byte_for_byte(ebox: Embedded, json_first: bool) -> None:
    document = pdfs.make_pdf(size=200_000)
    parts = [json_part(with_attachment()), pdf_part(document)]
    body = form(*(parts if json_first else reversed(parts)))

    async def stream() -> AsyncIterator[bytes]:
        for chunk in chunks(body, 1000):
            yield chunk

    headers = CONTENT_TYPE | ebox.as_("partner")
    response = await ebox.http.post(PATH, content=stream(), headers=headers)
    assert response.status_code == 201, response.text
    assert "code" not in response.json()
    seen = ebox.as_("an") | {"Ebox-Position": response.headers["ebox-position"]}
    message_id = response.json()["messageId"]

    found = (await ebox.http.get(f"{PATH}/{message_id}", headers=seen)).json()
    (attachment,) = found["attachments"]["items"]
    content = await ebox.http.get(attachment["contentHref"], headers=seen)
    assert content.content == document
    assert content.headers["etag"] == f'"{sha256(document).hexdigest()}"'
    last = await ebox.http.get(attachment["contentHref"], headers=seen | {"Range": "bytes=-10"})
    assert (last.status_code, last.content) == (206, document[-10:])
