"""Looking at documents: what could not be shown opens nothing, and nobody takes more room than theirs."""

from __future__ import annotations

import asyncio
import re
from collections.abc import Callable
from typing import Any

import pytest

import web.documents
from domain.events.access import AccessRecorded, What
from domain.events.message import MessageOpened
from storage.errors import InspectionUnavailable
from storage.rendering import CannotDraw, Page, PageRenderer, Place
from tests.integration.api.embedded import Embedded
from tests.integration.web.visitor import Visitor, publish
from tests.pdfs import make_pdf
from tests.unit.api.doubles import spooled_files
from tests.waiting import until

pytestmark = pytest.mark.asyncio(loop_scope="module")


async def at_a_document(ebox: Embedded, size: int = 20_000) -> tuple[Visitor, str]:
    """Somebody logged in, and the address of a document of two pages that nobody has looked at."""
    message = await publish(ebox, make_pdf(pages=2, size=size))
    visitor = Visitor(ebox)
    await visitor.log_in()
    page = await visitor.http.get(f"/messages/{message}")
    (address,) = re.findall(r'href="(/messages/[^"]*)/download"', page.text)
    return visitor, str(address)


def looks_since(ebox: Embedded, position: int) -> tuple[int, int]:
    """How many accesses to documents were recorded since, and how many messages opened."""
    events = ebox.events_since(position)
    looks = [one for one in events if isinstance(one, AccessRecorded) and one.what is What.ATTACHMENT]
    return len(looks), sum(isinstance(one, MessageOpened) for one in events)


def fails(error: Exception) -> Callable[..., Any]:
    """A method that does nothing else."""

    async def failing(*_: object) -> Page:
        raise error

    return failing


async def test_a_page_that_is_not_there_opens_nothing(ebox: Embedded) -> None:
    visitor, address = await at_a_document(ebox)
    before = await ebox.system.events.latest_position()
    for what in ("view", "picture"):
        answer = await visitor.http.get(f"{address}/{what}", params={"page": 999})
        assert answer.status_code == 404
    assert looks_since(ebox, before) == (0, 0)

    assert (await visitor.http.get(f"{address}/view")).status_code == 200
    assert (await visitor.http.get(f"{address}/picture")).status_code == 200
    assert looks_since(ebox, before) == (1, 1)


async def test_a_kind_that_is_not_shown_opens_nothing(
    ebox: Embedded, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor, address = await at_a_document(ebox)
    before = await ebox.system.events.latest_position()
    monkeypatch.setattr(web.documents, "is_shown", lambda _: False)
    for what in ("view", "picture"):
        assert (await visitor.http.get(f"{address}/{what}")).status_code == 404
    assert looks_since(ebox, before) == (0, 0)


async def test_what_cannot_be_drawn_is_named_and_opens_nothing(
    ebox: Embedded, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor, address = await at_a_document(ebox)
    before = await ebox.system.events.latest_position()
    monkeypatch.setattr(Place, "text", fails(CannotDraw("too much")))
    monkeypatch.setattr(Place, "picture", fails(CannotDraw("too much")))
    assert (await visitor.http.get(f"{address}/picture")).status_code == 404
    assert looks_since(ebox, before) == (0, 0)
    assert "cannot be shown here" in (await visitor.http.get(f"{address}/view")).text
    assert looks_since(ebox, before) == (1, 0), "its description was looked at, and nothing of it"


async def test_who_finds_no_place_opens_nothing_and_brings_nothing(
    ebox: Embedded, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor, address = await at_a_document(ebox)
    before = await ebox.system.events.latest_position()
    monkeypatch.setattr(PageRenderer, "_wait", fails(InspectionUnavailable("full")))
    monkeypatch.setattr(ebox.system.documents, "open", fails(AssertionError("opened before its turn")))
    for what in ("view", "picture"):
        answer = await visitor.http.get(f"{address}/{what}")
        assert (answer.status_code, answer.headers["retry-after"]) == (503, "2")
    assert looks_since(ebox, before) == (0, 0)


async def test_one_session_takes_no_more_than_its_places(
    ebox: Embedded, monkeypatch: pytest.MonkeyPatch
) -> None:
    visitor, address = await at_a_document(ebox, size=3_000_000)
    most, run = 0, Place._run

    async def counted(place: Place, *args: Any) -> bytes:
        nonlocal most
        # Files, each once: for a moment the process that draws has a descriptor of its own for the same one.
        most = max(most, len(set(spooled_files(ebox.system.spool_dir))))
        return await run(place, *args)

    monkeypatch.setattr(Place, "_run", counted)
    answers = await asyncio.gather(*(visitor.http.get(f"{address}/picture") for _ in range(20)))
    assert sorted(answer.status_code for answer in answers) == [200] * 2 + [503] * 18
    assert 1 <= most <= 2
    assert spooled_files(ebox.system.spool_dir) == []
    assert (await visitor.http.get(f"{address}/picture")).status_code == 200, "and goes on afterwards"


async def test_nothing_is_drawn_for_who_has_gone(ebox: Embedded, monkeypatch: pytest.MonkeyPatch) -> None:
    visitor, address = await at_a_document(ebox)
    before = await ebox.system.events.latest_position()
    begun, ended = asyncio.Event(), asyncio.Event()

    async def endless(*_: object) -> Page:
        begun.set()
        try:
            await asyncio.Event().wait()
            raise AssertionError("nobody ends it by setting the event")
        finally:
            ended.set()

    monkeypatch.setattr(Place, "picture", endless)
    path = f"{address}/picture"
    scope = {
        "type": "http",
        "http_version": "1.1",
        "method": "GET",
        "scheme": "http",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [(b"cookie", f"ebox-session={visitor.session}".encode()), (b"host", b"127.0.0.1")],
        "client": ("127.0.0.1", 1),
        "server": ("127.0.0.1", 80),
        "root_path": "",
    }

    async def receive() -> dict[str, Any]:
        await begun.wait()
        return {"type": "http.disconnect"}

    async def send(_: Any) -> None:
        """Nobody is there."""

    async with asyncio.timeout(20):
        await ebox.system.app(scope, receive, send)
    assert ended.is_set()
    await until(lambda: spooled_files(ebox.system.spool_dir) == [])
    assert looks_since(ebox, before) == (0, 0)
