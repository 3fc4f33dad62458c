"""An auditor's look is on record with whom it was about, however it was asked."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from domain.identifiers import Ssin
from tests.integration.api.embedded import AN, Embedded, embedded_ebox

MESSAGE = (
    '{"recipient": {"eboxType": "citizen", "ssin": "81050103522"}, "subject": {"en": "x"},'
    ' "messageTypeId": "PENSION_STATEMENT", "senderApplicationId": "demo.pensions",'
    ' "isBodyMainContent": true, "bodyContent": {"en": "Hello"}}'
)


@pytest.fixture
async def ebox(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Embedded]:
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("EBOX_")]:
        monkeypatch.delenv(name)
    async with embedded_ebox(tmp_path) as embedded:
        yield embedded


async def history(ebox: Embedded, **asked: str) -> list[dict[str, Any]]:
    await ebox.caught_up()
    answer = await ebox.http.get("/audit/access-history", params=asked, headers=ebox.as_("auditor"))
    assert answer.status_code == 200
    items: list[dict[str, Any]] = answer.json()["items"]
    return items


async def test_a_look_at_a_message_stands_in_the_history_of_its_mailbox(ebox: Embedded) -> None:
    published = await ebox.http.post(
        "/messageRegistry/v3/ebox/messages",
        files={"messageToPublish": (None, MESSAGE, "application/json")},
        headers=ebox.as_("partner"),
    )
    message_id = published.json()["messageId"]
    found = await ebox.http.post(
        "/audit/mailboxes/search", json={"ssin": "81050103522"}, headers=ebox.as_("auditor")
    )
    mailbox_id = found.json()["mailboxId"]

    assert await history(ebox, message=message_id, sender="0206731645")

    [look, *_] = [one for one in await history(ebox, mailbox=mailbox_id) if one["kind"] == "audit.replayed"]
    assert (look["what"], look["mailboxId"], look["messageId"]) == ("access_history", mailbox_id, message_id)
    assert look["detail"]["asked"] == {"messageId": message_id, "senderOrganisation": "0206731645"}
    assert look["actor"]["identity"] == "demo-auditor-1"


async def test_whoever_is_looked_for_by_what_they_did_is_told(ebox: Embedded) -> None:
    party = await ebox.system.parties.find(Ssin(AN.number))
    assert party is not None

    await history(ebox, actor=str(party.party_id))

    await ebox.caught_up()
    own = await ebox.http.get("/me/access-history", headers=ebox.as_("an"))
    [look] = [one for one in own.json()["items"] if one["kind"] == "audit.replayed"]
    assert (look["what"], look["who"]["kind"]) == ("access_history", "auditor")


async def test_a_search_through_all_mailboxes_is_a_look_at_each_that_it_shows(ebox: Embedded) -> None:
    await ebox.http.get("/messageRegistry/v3/ebox/messages", headers=ebox.as_("an"))
    shown = await history(ebox)
    mailboxes = {one["mailboxId"] for one in shown if one["mailboxId"]}
    assert len(mailboxes) > 1

    looks = [one for one in await history(ebox, kind="audit.replayed") if one["mailboxId"]]
    assert {one["mailboxId"] for one in looks} >= mailboxes
    assert all(one["detail"]["asked"].keys() <= {"mailboxId", "start", "end"} for one in looks)
    own = await ebox.http.get("/me/access-history", headers=ebox.as_("an"))
    assert [one for one in own.json()["items"] if one["kind"] == "audit.replayed"]


async def test_a_search_through_all_mailboxes_does_not_find_itself(ebox: Embedded) -> None:
    first = await history(ebox)
    again = await history(ebox)
    assert [one["position"] for one in again] == [one["position"] for one in first]
    assert any(one["kind"] == "audit.replayed" for one in await history(ebox, kind="audit.replayed"))
