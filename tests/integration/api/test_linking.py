"""Partners send one message to many mailboxes, through the whole of eBox."""

from __future__ import annotations

import asyncio
import json
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest

from bench.publications import national_numbers
from domain.broadcast import Broadcast
from domain.events import Event
from domain.identifiers import Ssin
from domain.ids import broadcast_id, message_id
from domain.message import Message
from tests.integration.api.embedded import AN, LEA, Embedded
from tests.pdfs import make_pdf

pytestmark = pytest.mark.asyncio(loop_scope="module")

MESSAGES = "/messageRegistry/v3/ebox/messages"


def citizen(number: str) -> dict[str, str]:
    return {"eboxType": "citizen", "ssin": number}


async def published(ebox: Embedded, **wanted: Any) -> UUID:
    """A message for An, with a PDF."""
    message = {
        "recipient": citizen(AN.number),
        "subject": {"nl": "Nieuws"},
        "messageTypeId": "PENSION_STATEMENT",
        "senderApplicationId": "demo.pensions",
        "attachments": [{"httpPartName": "upfile1", "isMainContent": True}],
        **wanted,
    }
    files: dict[str, Any] = {
        "messageToPublish": (None, json.dumps(message), "application/json"),
        "upfile1": ("nieuws.pdf", make_pdf(), "application/pdf"),
    }
    answer = await ebox.http.post(MESSAGES, files=files, headers=ebox.as_("partner"))
    assert answer.status_code == 201, answer.text
    return UUID(answer.json()["messageId"])


async def link(
    ebox: Embedded, publication: UUID, *recipients: dict[str, str], who: str = "partner"
) -> httpx.Response:
    path = f"{MESSAGES}/{publication}/recipients"
    return await ebox.http.post(path, json={"items": list(recipients)}, headers=ebox.as_(who))


async def linked_to(ebox: Embedded, publication: UUID) -> set[UUID]:
    broadcast: Broadcast = await ebox.system.events.get(broadcast_id(publication))
    return broadcast.mailboxes


async def test_a_further_recipient_reads_the_same_document(ebox: Embedded) -> None:
    publication = await published(ebox)
    answer = await link(ebox, publication, citizen(LEA.number))
    assert answer.status_code == 200, answer.text
    assert [one["status"] for one in answer.json()["items"]] == [201]
    party = await ebox.system.parties.find(Ssin(LEA.number))
    assert party is not None
    assert party.mailbox_id is not None
    assert await linked_to(ebox, publication) == {party.mailbox_id}
    first: Message = await ebox.system.events.get(publication)
    further: Message = await ebox.system.events.get(message_id(publication, party.mailbox_id))
    mine, theirs = first.published.attachments[0], further.published.attachments[0]
    assert (mine.object_key, mine.document_key) == (theirs.object_key, theirs.document_key)
    assert further.published.publication_id == publication
    assert further.published.expires_at == first.published.expires_at


async def test_the_first_recipient_and_those_linked_before_stay_as_they_are(ebox: Embedded) -> None:
    publication = await published(ebox)
    await link(ebox, publication, citizen(LEA.number))
    before = await ebox.system.events.latest_position()
    again = await link(ebox, publication, citizen(AN.number), citizen(LEA.number), citizen(LEA.number))
    assert [one["status"] for one in again.json()["items"]] == [201, 201, 201]
    assert await ebox.system.events.latest_position() == before


async def test_many_calls_at_once_reach_everybody_once(ebox: Embedded) -> None:
    publication = await published(ebox)
    numbers = national_numbers(150)
    calls = [numbers[:110], numbers[60:], numbers[30:120]]
    answers = await asyncio.gather(*(link(ebox, publication, *map(citizen, some)) for some in calls))
    for answer in answers:
        assert {one["status"] for one in answer.json()["items"]} == {201}
        assert {one["code"] for one in answer.json()["items"]} == {"NO_DIGITAL_USER"}
    mailboxes = await linked_to(ebox, publication)
    assert len(mailboxes) == 150
    for mailbox in mailboxes:
        assert await ebox.system.events.get(message_id(publication, mailbox))


async def test_two_numbers_of_one_person_are_one_mailbox(ebox: Embedded) -> None:
    old, new, other = national_numbers(903)[900:]
    await ebox.system.parties.find_or_create(Ssin(old))
    await ebox.system.replacing.replace(Ssin(old), Ssin(new))
    publication = await published(ebox)
    answer = await link(ebox, publication, *map(citizen, (old, new, other)))
    assert answer.status_code == 200, answer.text
    assert len(await linked_to(ebox, publication)) == 2


async def test_a_recipient_that_the_message_type_is_not_for_fails_alone(ebox: Embedded) -> None:
    publication = await published(ebox)
    enterprise = {"eboxType": "enterprise", "enterpriseNumber": "0884303369"}
    answer = await link(ebox, publication, enterprise, citizen(LEA.number))
    [refused, fine] = answer.json()["items"]
    assert fine["status"] == 201
    assert [(one["name"], one["title"]) for one in refused["problem"]["issues"]] == [
        ("items[0].enterpriseNumber", "notAllowed")
    ]


async def test_numbers_that_are_none_are_named(ebox: Embedded) -> None:
    publication = await published(ebox)
    answer = await link(ebox, publication, citizen(LEA.number), citizen("81050103523"))
    assert answer.status_code == 400
    assert [one["name"] for one in answer.json()["issues"]] == ["items[1].ssin"]


async def test_more_than_a_thousand_are_refused(ebox: Embedded) -> None:
    publication = await published(ebox)
    answer = await link(ebox, publication, *[citizen(LEA.number)] * 1001)
    assert answer.status_code == 400
    assert [one["name"] for one in answer.json()["issues"]] == ["items"]


async def test_what_was_withdrawn_goes_to_nobody_else(ebox: Embedded) -> None:
    publication = await published(ebox)
    path = f"{MESSAGES}/{publication}/withdraw"
    assert (await ebox.http.post(path, json={}, headers=ebox.as_("partner"))).status_code == 200
    assert (await link(ebox, publication, citizen(LEA.number))).status_code == 409


async def take_back(ebox: Embedded, publication: UUID, how: str, **said: Any) -> httpx.Response:
    path = f"{MESSAGES}/{publication}/{how}"
    return await ebox.http.post(path, json=said, headers=ebox.as_("partner"))


async def test_whoever_it_was_taken_back_from_is_not_said_to_have_it(ebox: Embedded) -> None:
    publication = await published(ebox)
    await link(ebox, publication, citizen(LEA.number))
    answer = await take_back(ebox, publication, "withdraw", recipient=citizen(LEA.number))
    assert answer.status_code == 200, answer.text
    [again] = (await link(ebox, publication, citizen(LEA.number))).json()["items"]
    assert [(one["name"], one["title"]) for one in again["problem"]["issues"]] == [
        ("items[0].ssin", "takenBack")
    ]


async def test_what_is_withdrawn_from_one_can_be_recalled_from_the_others(ebox: Embedded) -> None:
    publication = await published(ebox)
    await link(ebox, publication, citizen(LEA.number))
    await take_back(ebox, publication, "withdraw", recipient=citizen(LEA.number))
    answer = await take_back(ebox, publication, "recall")
    assert answer.status_code == 200, answer.text
    assert answer.json()["mailboxes"] == 1
    assert (await ebox.system.events.get(publication)).is_recalled


@pytest.mark.parametrize("how", ["withdraw", "recall"])
async def test_whoever_is_added_while_it_is_taken_back_does_not_keep_it(
    ebox: Embedded, monkeypatch: pytest.MonkeyPatch, how: str
) -> None:
    publication = await published(ebox)
    events = ebox.system.events
    append = events.append
    taken_back: list[int] = []

    async def slow(*facts: Event) -> int:
        if not taken_back and facts[0].TOPIC == "publication.linking_begun":
            taken_back.append(0)
            taken_back[0] = (await take_back(ebox, publication, how)).status_code
        return await append(*facts)

    monkeypatch.setattr(events, "append", slow)
    answer = await link(ebox, publication, citizen(LEA.number))
    assert (answer.status_code, taken_back) == (409, [200])
    assert await linked_to(ebox, publication) == set()


async def test_only_ones_own_publications_are_linked(ebox: Embedded) -> None:
    assert (await link(ebox, uuid4(), citizen(LEA.number))).status_code == 404
    assert (await link(ebox, uuid4(), citizen(LEA.number), who="an")).status_code == 403
