"""Files that are no PDF, from a partner to a citizen: what is told of them, and how they come back."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from domain.mediatypes import MEDIA_TYPES
from tests import samples
from tests.integration.api.embedded import Embedded
from tests.unit.api.forms import CONTENT_TYPE, form, json_part, part, with_attachment

pytestmark = pytest.mark.asyncio(loop_scope="module")

MESSAGES = "/messageRegistry/v3/ebox/messages"
ANY_BYTES = "application/octet-stream"
TEXT = samples.SOUND["text/plain"][1]


async def publish(
    ebox: Embedded, content: bytes, file_name: str, content_type: str | None = None
) -> httpx.Response:
    headers = () if content_type is None else (f"Content-Type: {content_type}".encode(),)
    body = form(json_part(with_attachment()), part("upfile1", content, *headers, file_name=file_name))
    return await ebox.http.post(MESSAGES, content=body, headers=CONTENT_TYPE | ebox.as_("partner"))


async def read(ebox: Embedded, message: str) -> tuple[dict[str, Any], httpx.Response]:
    """What An is told of the message's document, and the document."""
    await ebox.caught_up()
    described = await ebox.http.get(f"{MESSAGES}/{message}", headers=ebox.as_("an"))
    [attachment] = described.json()["attachments"]["items"]
    path = f"{MESSAGES}/{message}/attachments/{attachment['attachmentId']}/content"
    return attachment, await ebox.http.get(path, headers=ebox.as_("an"))


@pytest.mark.parametrize("media_type", MEDIA_TYPES)
async def test_a_file_of_each_media_type_comes_back_as_it_went(ebox: Embedded, media_type: str) -> None:
    name, content = samples.SOUND[media_type]
    published = await publish(ebox, content, name)
    assert published.status_code == 201, published.text
    attachment, document = await read(ebox, published.json()["messageId"])
    assert attachment["mediaType"] == media_type
    assert attachment["fileName"] == name
    assert document.content == content
    is_text = MEDIA_TYPES[media_type].is_text
    assert document.headers["content-type"] == media_type + ("; charset=utf-8" if is_text else "")
    assert document.headers["content-disposition"] == f'attachment; filename="{name}"'
    assert document.headers["x-content-type-options"] == "nosniff"
    assert document.headers["content-security-policy"] == "default-src 'none'; sandbox"


@pytest.mark.parametrize(
    "content_type",
    [ANY_BYTES, "text/plain", "Text/Plain", "text/plain; charset=utf-8", 'text/plain;charset="US-ASCII"'],
)
async def test_what_is_declared_may_say_nothing_or_the_same(ebox: Embedded, content_type: str) -> None:
    published = await publish(ebox, b"Beste An", "LETTER.TXT", content_type)
    assert published.status_code == 201, published.text


async def test_xml_goes_by_both_of_its_names(ebox: Embedded) -> None:
    published = await publish(ebox, b"<data/>", "data.xml", "application/xml")
    attachment, _ = await read(ebox, published.json()["messageId"])
    assert attachment["mediaType"] == "text/xml"


@pytest.mark.parametrize(
    ("content", "file_name", "content_type", "code"),
    [
        (TEXT, "letter.txt", "text/html", "mediaTypeNotAccepted"),
        (TEXT, "letter.txt", "image/png", "mediaTypeNotAccepted"),
        (TEXT, "letter.md", "text/plain", "fileNameNotAccepted"),
        (TEXT, "letter", None, "fileNameNotAccepted"),
        (TEXT, "letter.txt", "text/plain; charset=iso-8859-1", "charsetNotAccepted"),
        (TEXT, "letter.html", "text/html", "not-of-its-type"),
        (TEXT, "letter.docx", samples.DOCX, "not-of-its-type"),
        ("Beste An".encode("utf-16"), "letter.txt", "text/plain", "not-utf8"),
        (samples.docx(), "papers.zip", "application/zip", "not-of-its-type"),
        (samples.archive({"../a": "x"}), "papers.zip", None, "unsafe-path"),
    ],
)
async def test_a_file_that_is_not_what_is_said_of_it_is_refused_by_its_part(
    ebox: Embedded, content: bytes, file_name: str, content_type: str | None, code: str
) -> None:
    before = await ebox.what_is_kept()
    answer = await publish(ebox, content, file_name, content_type)
    assert answer.status_code == 400
    assert [(one["name"], one["title"]) for one in answer.json()["issues"]] == [("upfile1", code)]
    assert await ebox.what_is_kept() == before
