"""Documents that are no PDF, in the portal: named for what they are, read as text or saved, never opened."""

from __future__ import annotations

import re
from html import unescape

import pytest

from tests import samples
from tests.e2e.caller import with_document
from tests.integration.api.embedded import Embedded
from tests.integration.web.visitor import Visitor
from tests.unit.api.forms import CONTENT_TYPE, form, json_part, part

pytestmark = pytest.mark.asyncio(loop_scope="module")

MOST_SHOWN = 256 * 1024
NAMES = {
    "application/pdf": "PDF",
    "application/zip": "ZIP archive",
    "text/csv": "Table (CSV)",
    "text/html": "Web page",
    "text/plain": "Text",
    "text/xml": "Data (XML)",
    "application/vnd.oasis.opendocument.text": "OpenDocument text",
    "application/vnd.oasis.opendocument.spreadsheet": "OpenDocument spreadsheet",
    "application/vnd.oasis.opendocument.presentation": "OpenDocument presentation",
    "application/vnd.oasis.opendocument.graphics": "OpenDocument drawing",
    "application/vnd.ms-excel": "Excel spreadsheet",
    samples.XLSX: "Excel spreadsheet",
    "application/vnd.ms-powerpoint": "PowerPoint presentation",
    "application/msword": "Word document",
    samples.DOCX: "Word document",
}


async def at(ebox: Embedded, name: str, content: bytes) -> tuple[Visitor, str, str]:
    """An, logged in; the text of the page of a new message with this document; the document's address."""
    body = form(json_part(with_document()), part("upfile1", content, file_name=name))
    path = "/messageRegistry/v3/ebox/messages"
    answer = await ebox.http.post(path, content=body, headers=CONTENT_TYPE | ebox.as_("partner"))
    assert answer.status_code == 201, answer.text
    await ebox.caught_up()
    visitor = Visitor(ebox)
    await visitor.log_in()
    page = (await visitor.http.get(f"/messages/{answer.json()['messageId']}")).text
    (address,) = re.findall(r'href="(/messages/[^"]*)/download"', page)
    return visitor, page, str(address)


@pytest.mark.parametrize("media_type", NAMES)
async def test_each_kind_is_named_with_its_size_and_can_be_saved(ebox: Embedded, media_type: str) -> None:
    name, content = samples.SOUND[media_type]
    visitor, page, address = await at(ebox, name, content)
    assert re.search(rf"{re.escape(NAMES[media_type])} · \d+ KB", page)
    saved = await visitor.http.get(f"{address}/download")
    assert saved.content == content
    assert saved.headers["content-disposition"].startswith("attachment; ")
    assert saved.headers["content-security-policy"].startswith("default-src 'none'; sandbox")
    assert saved.headers["x-content-type-options"] == "nosniff"

    is_shown = media_type in {"application/pdf", "text/plain", "text/csv"}
    assert (f'href="{address}/view"' in page) is is_shown
    assert (await visitor.http.get(f"{address}/view")).status_code == (200 if is_shown else 404)
    has_picture = media_type == "application/pdf"
    assert (await visitor.http.get(f"{address}/picture")).status_code == (200 if has_picture else 404)


async def test_a_text_is_shown_as_it_is_written(ebox: Embedded) -> None:
    written = "\ufeffBeste An,\n\n\t<script>alert('€')</script> & groeten\n"
    visitor, _, address = await at(ebox, "letter.txt", written.encode())
    page = await visitor.http.get(f"{address}/view")
    assert "<script>" not in page.text
    assert written.removeprefix("\ufeff") in unescape(page.text)
    assert "\ufeff" not in page.text
    assert (await visitor.http.get(f"{address}/view", params={"page": 2})).status_code == 404


async def test_of_a_long_text_the_beginning_is_shown_in_whole_characters(ebox: Embedded) -> None:
    visitor, _, address = await at(ebox, "amounts.csv", b"a" + "é".encode() * MOST_SHOWN)
    page = await visitor.http.get(f"{address}/view")
    assert "This is only the beginning." in page.text
    assert page.text.count("é") == MOST_SHOWN // 2 - 1
    assert "\ufffd" not in page.text
