"""What has been kept for as long as it is to be goes: every kind of document, and access records."""

from __future__ import annotations

import json
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from bootstrap.migration import seed_demo
from domain.clock import FixedClock
from domain.events.message import MessagePublished
from domain.retention import horizon_at
from projections import access_history
from projections.access_history import HistoryFilter
from projections.access_history_retention import Leaving
from tests.contract.test_erased_objects import versioned, versions
from tests.integration.api.embedded import embedded_ebox
from tests.integration.application.post import MESSAGES, Post
from tests.integration.application.test_shared_retention import purged
from tests.pdfs import make_pdf
from tests.samples import SOUND

PDF = SOUND["application/pdf"][1]


@pytest.fixture
async def versioned_post(tmp_path: Path, clock: FixedClock, s3_url: str) -> AsyncIterator[Post]:
    """Over a bucket that keeps what is deleted."""
    async with embedded_ebox(tmp_path, clock, object_store_url=s3_url) as ebox:
        yield Post(ebox, clock)


async def test_no_version_is_left_of_anything_whose_time_is_over(versioned_post: Post, s3_url: str) -> None:
    """Of a read message, a withdrawn one, a recalled one, a reply, and an upload that a message carried."""
    post, ends = versioned_post, {"expirationDate": versioned_post.at(days=3)}
    client, bucket = versioned(s3_url)
    streams = [await post.publish(**ends, isReplyAuthorized=True) for _ in range(3)]
    read, withdrawn, recalled = streams
    assert (await post.content(read)).status_code == 200
    for message_id, how in ((withdrawn, "withdraw"), (recalled, "recall")):
        taken = await post.ebox.http.post(
            f"{MESSAGES}/{message_id}/{how}", json={}, headers=post.ebox.as_("partner")
        )
        assert taken.is_success, taken.text
    kept = await upload(post)
    streams.append(
        await post.publish(**ends, attachments=[*OWN, {"documentId": kept, "isMainContent": False}])
    )
    streams.append(await reply(post, read))
    stays = await post.publish()
    assert len({name for name, _ in versions(client, bucket)}) == 7

    post.clock.advance(timedelta(days=4100))  # a reply has ten years
    for stream in streams:
        message = post.ebox.system.events.load(stream)
        message.expire(post.clock.now())
        await post.ebox.system.events.append(*message.new_facts())
    assert len(await purged(post)) == len(streams) + 1
    [attachment] = post.events_of(stays)[0].attachments  # type: ignore[attr-defined]
    assert {name for name, _ in versions(client, bucket)} == {attachment.object_key}


OWN = [{"httpPartName": "upfile1", "isMainContent": True}]


async def upload(post: Post) -> str:
    files: dict[str, Any] = {
        "documentToKeep": (None, json.dumps({"keepUntil": post.at(days=10)}), "application/json"),
        "upfile1": ("brochure.pdf", make_pdf(), "application/pdf"),
    }
    kept = await post.ebox.http.post(
        "/messageRegistry/v3/documents", files=files, headers=post.ebox.as_("partner")
    )
    assert kept.status_code == 201, kept.text
    document_id: str = kept.json()["documentId"]
    return document_id


async def reply(post: Post, message_id: UUID) -> UUID:
    said = {"subject": {"nl": "Bewijs"}, "attachments": OWN}
    files: dict[str, Any] = {
        "messageToPublish": (None, json.dumps(said), "application/json"),
        "upfile1": ("bewijs.pdf", PDF, "application/pdf"),
    }
    answer = await post.ebox.http.post(
        f"{MESSAGES}/{message_id}/replies", files=files, headers=post.ebox.as_("an")
    )
    assert answer.status_code == 201, answer.text
    found = post.ebox.events_since(0)
    return next(
        one.originator_id
        for one in found
        if isinstance(one, MessagePublished) and str(one.publication_id) == answer.json()["messageId"]
    )


async def test_access_records_leave_after_ten_calendar_years_and_once(post: Post) -> None:
    message_id = await post.publish()
    assert (await post.content(message_id)).status_code == 200
    retention = post.ebox.system.access_retention
    year = post.clock.now().year
    assert [one async for one in retention.run()] == []

    post.clock.advance(timedelta(days=(year + 10 - post.clock.now().year) * 365))
    assert await retention.due() == Leaving(0, 0), "in the tenth year all of it is there"
    post.clock.advance(timedelta(days=400))
    due = await retention.due()
    assert due.accesses >= 2
    assert [one async for one in retention.run()] == [due]
    assert await retention.horizon() == horizon_at(post.clock.now())
    assert [one async for one in retention.run()] == []
    rows = await post.ebox.system.read_database.run(
        access_history.page, HistoryFilter(message_id=message_id), limit=100
    )
    assert [row.kind for row in rows] == ["message.opened", "message.published"]
    assert rows[0].actor_party is None

    await seed_demo(post.ebox.system)  # the demo's scope ended long ago
    await post.pass_time(timedelta())
    mailbox_id = rows[1].mailbox_id
    for at, status in ((horizon_at(post.clock.now()), 200), (rows[1].at, 400)):
        answer = await post.ebox.http.get(
            f"/audit/mailboxes/{mailbox_id}/as-of",
            params={"at": at.isoformat()},
            headers=post.ebox.as_("auditor"),
        )
        assert answer.status_code == status, answer.text
    assert any(event.TOPIC == "access.recorded" for event in post.ebox.events_since(0)), "events stay"
