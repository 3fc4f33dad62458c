"""Auditors take the access history out: what the search would find, on record first, if it breaks off too."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import uuid5

import pytest

from application import exporting
from audit.export.formats import Format
from bootstrap import exporting as command
from bootstrap.exporting import BrokeOff, RunningEbox, export_running
from domain.access import Basis, BasisKind, access_record
from domain.errors import NotAllowed
from domain.ids import NAMESPACE
from projections.access_history import HistoryFilter
from settings import Settings
from tests.integration.api.embedded import Embedded, embedded_ebox
from tests.integration.application.test_auditing import MESSAGE
from tests.servers.ports import LOOPBACK
from tests.unit.audit.export.lines import line

EXPORT = "/audit/export"
START = datetime(2026, 1, 1, tzinfo=UTC)


@pytest.fixture
async def ebox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Embedded]:
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("EBOX_")]:
        monkeypatch.delenv(name)
    async with embedded_ebox(tmp_path) as embedded:
        await embedded.http.post(
            "/messageRegistry/v3/ebox/messages",
            files={"messageToPublish": (None, MESSAGE, "application/json")},
            headers=embedded.as_("partner"),
        )
        await embedded.http.get("/messageRegistry/v3/ebox/messages", headers=embedded.as_("an"))
        await embedded.caught_up()
        yield embedded


async def export(ebox: Embedded, **asked: str) -> list[dict[str, Any]]:
    answer = await ebox.http.get(EXPORT, params=asked, headers=ebox.as_("auditor"))
    assert answer.status_code == 200, answer.text
    assert answer.headers["Content-Type"] == "application/x-ndjson"
    return [json.loads(one) for one in answer.text.splitlines()]


async def search(ebox: Embedded, **asked: str) -> list[dict[str, Any]]:
    answer = await ebox.http.get(
        "/audit/access-history", params={"limit": "100", **asked}, headers=ebox.as_("auditor")
    )
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def test_auditors_alone_are_given_what_the_search_finds_page_after_page(
    ebox: Embedded, monkeypatch: pytest.MonkeyPatch
) -> None:
    found = await search(ebox)
    assert len(found) > 4
    monkeypatch.setattr(exporting, "PAGE", 2)
    then = str(found[0]["position"] + 1)  # the search itself is a look, and on record since
    assert await export(ebox, before=then) == found
    kept = [one for one in found if one["kind"] == "access.recorded"]
    assert await export(ebox, before=then, kind="access.recorded") == kept != []
    middle = found[2]["position"]
    assert await export(ebox, before=str(middle)) == found[3:]

    for who in ("partner", "an"):
        assert (await ebox.http.get(EXPORT, headers=ebox.as_(who))).status_code == 403
    refused = await ebox.http.get(EXPORT, params={"format": "pdf"}, headers=ebox.as_("auditor"))
    assert refused.status_code == 400


async def test_it_is_on_record_before_the_first_line_and_ends_with_its_scope(
    ebox: Embedded, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exporting, "PAGE", 2)
    before, actor = await ebox.system.events.latest_position(), await _auditor(ebox)
    asked = HistoryFilter(start=START)
    taken = await ebox.system.exporting.begin(actor, asked, "ocsf", before=None, at_least=None)
    recorded, *in_mailboxes = ebox.events_since(before)
    assert {one.TOPIC for one in (recorded, *in_mailboxes)} == {"audit.exported"}
    assert (recorded.format, recorded.asked.start) == ("ocsf", START)  # type: ignore[attr-defined]

    first = await anext(taken.pages)
    assert len(first) == 2
    shown = {one.row.mailbox_id for one in first} - {None}
    assert shown
    assert {one.mailbox_id for one in in_mailboxes} == shown  # type: ignore[attr-defined]
    scope = ebox.system.events.load(uuid5(NAMESPACE, "demo scope 0"))
    basis = Basis(BasisKind.REGISTRATION, scope.id, 1)
    scope.withdraw("demo-auditor-1", "the case is closed", access_record(actor, basis), START)
    await ebox.system.events.append(*scope.new_facts())
    with pytest.raises(NotAllowed):
        await anext(taken.pages)


async def _auditor(ebox: Embedded) -> Any:
    token = await ebox.system.access_tokens.validate(ebox.as_("auditor")["Authorization"])
    return await ebox.system.actors.of(token, uuid5(NAMESPACE, "request"))


class Breaking:
    """A server that answers with these rows, so many at a time, and breaks off but for the last time."""

    def __init__(self, rows: list[bytes], at_once: int) -> None:
        self.asked: list[str] = []
        self._rows, self._at_once = rows, at_once

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        request = await reader.readuntil(b"\r\n\r\n")
        self.asked.append(request.split()[1].decode())
        some, self._rows = self._rows[: self._at_once], self._rows[self._at_once :]
        body = b"".join(one + b"\n" for one in some)
        writer.write(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n")
        writer.write(b"%x\r\n%s\r\n" % (len(body), body) if body else b"")
        writer.write(b"" if self._rows else b"0\r\n\r\n")
        await writer.drain()
        writer.close()


async def test_the_command_goes_on_where_the_connection_broke(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "PAUSES", (0.0, 0.0))
    rows = [
        line(position=position, detail={"reason": "in two\u2028lines, \x85 or three"})
        for position in range(9, 0, -1)
    ]
    server = Breaking(rows, 4)
    async with await asyncio.start_server(server.answer, LOOPBACK, 0) as listening:
        summary = await export_running(
            here(listening, tmp_path), {"kind": "x"}, Format.JSONL, tmp_path / "out", int
        )
    assert (tmp_path / "out").read_bytes().removesuffix(b"\n").split(b"\n") == rows
    assert summary.rows == 9
    assert [one.partition("before=")[2].partition("&")[0] for one in server.asked] == ["", "6", "2"]


async def test_what_never_comes_to_its_end_is_told_and_leaves_no_file(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(command, "PAUSES", (0.0, 0.0))
    server = Breaking([line()] * 50, 0)
    async with await asyncio.start_server(server.answer, LOOPBACK, 0) as listening:
        with pytest.raises(BrokeOff):
            await export_running(here(listening, tmp_path), {}, Format.FHIR, tmp_path / "out", int)
    assert len(server.asked) == 3
    assert [*await asyncio.to_thread(tmp_path.glob, "*")] == [tmp_path / "token"]


def here(listening: asyncio.Server, folder: Path) -> RunningEbox:
    port = listening.sockets[0].getsockname()[1]
    (folder / "token").write_text("a token\n")
    return RunningEbox(Settings(), f"http://{LOOPBACK}:{port}", folder / "token")
