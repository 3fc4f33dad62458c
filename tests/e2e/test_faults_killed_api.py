"""`kill -9` of the API while a crowd publishes: what was acknowledged is there, once, and nothing by half."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest

from tests.e2e.caller import MESSAGES, Caller
from tests.e2e.crowd import PDF, Crowd, request_of
from tests.e2e.real_parts import RealParts
from tests.servers.ceph import Ceph
from tests.servers.postgres import Postgres
from tests.servers.process import wait_until

CAUGHT_UP_SECONDS = 60.0
KILLS = 2


@pytest.fixture
def parts(durable_postgres: Postgres, ceph: Ceph, tmp_path: Path) -> Iterator[RealParts]:
    """One API process and a projector, each on its own."""
    parts = RealParts(durable_postgres, ceph, tmp_path, "smtp://127.0.0.1:1")
    try:
        parts.bring_the_demo_people()
        parts.installation.start("api")
        parts.installation.start("project")
        parts.installation.wait_until_ready()
        yield parts
        parts.installation.stop()
        parts.assert_discreet()
    finally:
        parts.installation.kill()


def test_what_was_acknowledged_is_there_once_and_nothing_is_half_there(parts: RealParts) -> None:
    installation = parts.installation
    crowd = Crowd(Caller(installation, "partner"), size=32)
    for turn in range(KILLS):
        crowd.publish_until_cut_off(turn, 60, installation.processes["api"].kill_alone)
        installation.start("api")
        installation.wait_until_ready()
    assert crowd.unanswered, "the crowd was still publishing when the API was killed"

    inbox = whole_inbox(parts)
    assert crowd.acknowledged.items() <= inbox.items(), "every acknowledged message is there, as acknowledged"
    assert inbox.keys() <= crowd.acknowledged.keys() | crowd.unanswered
    for message_id in inbox.values():
        assert_whole(Caller(installation, "citizen"), message_id)

    for key in sorted(crowd.acknowledged.keys() | crowd.unanswered):
        repeated = crowd.partner.request(
            "POST", MESSAGES, headers={"Idempotency-Key": key}, **request_of(key)
        )
        assert repeated.status_code == httpx.codes.CREATED, repeated.text
        is_replay = repeated.headers.get("Idempotency-Replayed") == "true"
        assert is_replay == (key in inbox), "it was there wholly, or not at all"
        assert repeated.json()["messageId"] == inbox.setdefault(key, repeated.json()["messageId"])
    assert whole_inbox(parts) == inbox
    assert inbox.keys() == crowd.acknowledged.keys() | crowd.unanswered
    assert parts.object_count() >= sum("upfile1" in request_of(key)["files"] for key in inbox)


def whole_inbox(parts: RealParts) -> dict[str, str]:
    """An's messages, each subject with its id, once the inbox shows all that the event store has."""
    an = Caller(parts.installation, "citizen")
    published = parts.event_count("message.published")

    def is_caught_up() -> bool:
        return bool(an.get("/messageRegistry/v3/ebox")["numberOfMessages"] == published)

    wait_until(is_caught_up, CAUGHT_UP_SECONDS, lambda: "the inbox lacks messages, or has too many")
    items: list[dict[str, Any]] = []
    while len(items) < published:
        page = an.get(MESSAGES, params={"pageSize": 100, "page": len(items) // 100 + 1})["items"]
        assert page, f"{len(items)} of {published} messages listed"
        items += page
    inbox = {item["subject"]["en"]: item["messageId"] for item in items}
    assert len(inbox) == len(items), "a message is there twice"
    return inbox


def assert_whole(an: Caller, message_id: str) -> None:
    """Its main content can be had: the object is there, and decrypts to what was published."""
    message = an.get(f"{MESSAGES}/{message_id}")
    if message["isBodyMainContent"]:
        assert an.get(f"{MESSAGES}/{message_id}/body")["en"] == "We did something."
    else:
        (document,) = message["attachments"]["items"]
        assert an.request("GET", document["contentHref"]).content == PDF
