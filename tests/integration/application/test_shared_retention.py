"""Documents that several messages share go with the last that needs them, and not before."""

from __future__ import annotations

from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from application.publications import Publications
from bench.publications import national_numbers
from domain.ids import message_id as further_message
from domain.message import Message
from tests.integration.api.embedded import LEA
from tests.integration.application.post import MESSAGES, Post
from tests.pdfs import make_pdf

DAY = timedelta(days=1)


async def linked_to_lea(post: Post, publication: UUID) -> UUID:
    """The stream of Léa's message."""
    before = await post.position()
    answer = await post.ebox.http.post(
        f"{MESSAGES}/{publication}/recipients",
        json={"items": [{"eboxType": "citizen", "ssin": LEA.number}]},
        headers=post.ebox.as_("partner"),
    )
    assert answer.status_code == 200, answer.text
    [event] = [one for one in post.ebox.events_since(before) if one.TOPIC == "message.published"]
    stream: UUID = event.originator_id
    assert stream == further_message(publication, event.mailbox_id)  # type: ignore[attr-defined]
    return stream


def expire(post: Post, stream: UUID) -> None:
    message = post.ebox.system.events.load(stream)
    message.expire(post.clock.now())
    post.ebox.system.events.append_now(*message.new_facts())


async def purged(post: Post) -> list[tuple[UUID, int]]:
    await post.ebox.caught_up()
    return [(one.stream, one.documents) async for one in post.ebox.system.retention(timedelta()).run()]


async def test_the_last_of_a_publications_messages_takes_the_document_along(post: Post) -> None:
    first = await post.publish(expirationDate=post.at(days=3))
    further = await linked_to_lea(post, first)
    [attachment] = post.events_of(first)[0].attachments  # type: ignore[attr-defined]
    await post.pass_time(4 * DAY)
    expire(post, first)
    assert await purged(post) == [(first, 0)]
    assert attachment.object_key in {entry.key for entry in post.ebox.system.objects.list()}
    expire(post, further)
    assert await purged(post) == [(further, 1)]
    assert attachment.object_key not in {entry.key for entry in post.ebox.system.objects.list()}
    assert await purged(post) == []


async def test_of_a_publication_to_many_each_message_is_looked_at_a_few_times(
    post: Post, monkeypatch: pytest.MonkeyPatch
) -> None:
    """All expire together: were each to look at each other, a hundred thousand would never be done."""
    first = await post.publish(expirationDate=post.at(days=3))
    items = [{"eboxType": "citizen", "ssin": one} for one in national_numbers(12)]
    before = await post.position()
    answer = await post.ebox.http.post(
        f"{MESSAGES}/{first}/recipients", json={"items": items}, headers=post.ebox.as_("partner")
    )
    assert answer.status_code == 200, answer.text
    events = [one for one in post.ebox.events_since(before) if one.TOPIC == "message.published"]
    await post.pass_time(4 * DAY)
    for stream in (first, *(one.originator_id for one in events)):
        expire(post, stream)
    looked = []
    message = Publications.message

    async def counted(self: Publications, stream: UUID) -> Message | None:
        looked.append(stream)
        return await message(self, stream)

    monkeypatch.setattr(Publications, "message", counted)
    gone = await purged(post)
    assert len(gone) == 13
    assert {documents for _, documents in gone} == {1}
    assert len(looked) < 2 * len(gone)


async def test_an_upload_stays_when_its_messages_go_and_goes_when_its_time_is_over(post: Post) -> None:
    files: dict[str, Any] = {
        "documentToKeep": (None, f'{{"keepUntil": "{post.at(days=10)}"}}', "application/json"),
        "upfile1": ("brochure.pdf", make_pdf(), "application/pdf"),
    }
    headers = post.ebox.as_("partner")
    kept = await post.ebox.http.post("/messageRegistry/v3/documents", files=files, headers=headers)
    assert kept.status_code == 201, kept.text
    document_id = UUID(kept.json()["documentId"])
    message = await post.ask_to_publish(
        expirationDate=post.at(days=3),
        attachments=[
            {"documentId": str(document_id), "isMainContent": True},
            {"httpPartName": "upfile1", "isMainContent": False},
        ],
    )
    assert message.status_code == 201, message.text
    publication = UUID(message.json()["messageId"])
    assert (
        await post.ebox.http.get(f"{MESSAGES}/{publication}", headers=post.ebox.as_("an"))
    ).status_code in {200, 404}
    await post.pass_time(4 * DAY)
    expire(post, publication)
    assert await purged(post) == [(publication, 1)]  # its own part alone
    await post.pass_time(8 * DAY)
    assert await purged(post) == [(document_id, 1)]
    assert await purged(post) == []
