"""Reading in the portal: every look is on record, and nobody sees what is another's."""

from __future__ import annotations

import re
from uuid import uuid4

import httpx
import pytest

from tests.integration.api.embedded import LEA, Embedded
from tests.integration.web.visitor import Visitor, publish
from tests.pdfs import make_pdf, pdf_with_javascript

pytestmark = pytest.mark.asyncio(loop_scope="module")


def attachment_of(page: httpx.Response) -> str:
    """The address of the message's document, without what is to be done with it."""
    (address,) = re.findall(r'href="(/messages/[^"]*)/download"', page.text)
    return str(address)


async def test_every_look_is_recorded_under_the_portals_name(ebox: Embedded) -> None:
    document = make_pdf(pages=3, size=20_000)
    message = await publish(ebox, document, subject={"nl": "Afrekening"})
    visitor = Visitor(ebox)
    inbox = await visitor.log_in()
    assert f"/messages/{message}" in inbox.text
    page = await visitor.http.get(f"/messages/{message}")
    address = attachment_of(page)
    for number in (1, 2):
        assert (await visitor.http.get(f"{address}/view", params={"page": number})).status_code == 200
        assert (await visitor.http.get(f"{address}/picture", params={"page": number})).status_code == 200
    assert (await visitor.http.get(f"{address}/download")).content == document
    history = await visitor.http.get("/access-history")

    found = await ebox.http.get(
        "/audit/access-history", params={"message": message}, headers=ebox.as_("auditor")
    )
    lines = [line for line in found.json()["items"] if line["kind"] == "access.recorded"]
    assert {(line["site"], line["digitalKey"]) for line in lines} == {("ebox-portal", "itsme")}
    # Two pages of one document are one look; saving it is another.
    assert [line["what"] for line in reversed(lines)] == ["message", "attachment", "attachment"]
    assert "through the eBox portal" in history.text


async def test_a_document_is_saved_and_never_opened_by_the_browser(ebox: Embedded) -> None:
    message = await publish(ebox, pdf_with_javascript())
    visitor = Visitor(ebox)
    await visitor.log_in()
    address = attachment_of(await visitor.http.get(f"/messages/{message}"))
    saved = await visitor.http.get(f"{address}/download")
    picture = await visitor.http.get(f"{address}/picture")
    assert saved.headers["content-disposition"] == "attachment; filename*=UTF-8''document.pdf"
    assert saved.headers["content-type"] == "application/pdf"
    assert picture.headers["content-type"] == "image/png"
    for answer in (saved, picture):
        assert answer.headers["content-security-policy"].startswith("default-src 'none'; sandbox")
        assert answer.headers["x-content-type-options"] == "nosniff"
        assert answer.headers["cache-control"] == "no-store"
    for number in ("4", "0", "x"):
        assert (await visitor.http.get(f"{address}/view", params={"page": number})).status_code == 404


async def test_somebody_elses_message_and_none_at_all_look_the_same(ebox: Embedded) -> None:
    message = await publish(ebox, make_pdf())
    owner, lea = Visitor(ebox), Visitor(ebox)
    await owner.log_in()
    await lea.log_in(LEA)
    address = attachment_of(await owner.http.get(f"/messages/{message}"))

    theirs = [f"/messages/{message}", f"{address}/view", f"{address}/picture", f"{address}/download"]
    for path in (*theirs, f"/messages/{uuid4()}"):
        answer = await lea.http.get(path)
        assert answer.status_code == 404, path
        assert "We cannot find this page" in answer.text
    hidden = await lea.send(await lea.http.get("/inbox"), "/inbox", words="x")
    token = re.findall(r'name="csrf_token" value="([^"]*)"', hidden.text)[0]
    refused = await lea.http.post(f"/messages/{message}", data={"csrf_token": token, "change": "hide"})
    assert refused.status_code == 404


async def test_reading_the_text_opens_the_message_and_the_inbox_shows_it(ebox: Embedded) -> None:
    message = await publish(ebox, subject={"nl": "Ongelezen tot nu"}, bodyContent={"nl": "Regel <b>1</b>"})
    visitor = Visitor(ebox)
    before = (await visitor.log_in()).text
    page = await visitor.http.get(f"/messages/{message}")
    assert "Regel &lt;b&gt;1&lt;/b&gt;" in page.text
    after = (await visitor.http.get("/inbox")).text
    unread = re.compile(r"You have (\d+) unread")
    counted = [int(found.group(1)) if (found := unread.search(text)) else 0 for text in (before, after)]
    assert counted[1] == counted[0] - 1


async def test_a_message_is_put_away_and_brought_back(ebox: Embedded) -> None:
    message = await publish(ebox, subject={"nl": "Om te bewaren"})
    visitor = Visitor(ebox)
    await visitor.log_in()
    steps = (
        ("archive", "archived", "in the archive"),
        ("unarchive", "all", "back among your messages"),
        ("hide", "hidden", "is hidden"),
        ("unhide", "all", "seen again"),
    )
    for change, place, told in steps:
        page = await visitor.http.get(f"/messages/{message}")
        assert f'name="change" value="{change}"' in page.text
        told_page = await visitor.send(page, change=change)
        assert told in told_page.text
        assert (message in told_page.text) is (place == "all"), change
        assert message in (await visitor.http.get("/inbox", params={"show": place})).text, change


async def test_a_search_stands_in_no_address(ebox: Embedded) -> None:
    wanted = await publish(ebox, subject={"nl": "Kwikstaart in de tuin", "en": "Wagtail in the garden"})
    other = await publish(ebox, subject={"nl": "Niets bijzonders"})
    visitor = Visitor(ebox)
    found = await visitor.send(await visitor.log_in(), "/inbox", words="WAGTAIL")
    assert wanted in found.text
    assert other not in found.text
    assert "1 message with “WAGTAIL”" in found.text
    assert "WAGTAIL" not in str(found.url)
    assert not re.search(r'href="[^"]*WAGTAIL', found.text)
    nothing = await visitor.send(found, "/inbox", words="<script>zz")
    assert "Nothing was found" in nothing.text
    assert "<script>" not in nothing.text
