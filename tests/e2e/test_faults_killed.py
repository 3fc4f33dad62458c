"""`kill -9` while a crowd publishes: what was acknowledged is there, once, and nothing by half."""

from __future__ import annotations

from collections.abc import Iterator
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


@pytest.fixture(scope="module")
def parts(
    durable_postgres: Postgres, ceph: Ceph, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[RealParts]:
    """One API process and a projector, each on its own."""
    tmp_path = tmp_path_factory.mktemp("killed")
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


def test_the_api_is_killed_and_what_it_acknowledged_is_there_once_and_whole(parts: RealParts) -> None:
    installation = parts.installation
    crowd = Crowd("api", Caller(installation, "partner"))
    for turn in range(KILLS):
        crowd.publish_through(turn, 60, installation.processes["api"].kill_alone)
        installation.start("api")
        installation.wait_until_ready()
    assert crowd.unanswered, "the crowd was still publishing when the API was killed"
    assert_kept(parts, crowd)


def test_postgresql_crashes_and_what_was_acknowledged_is_there_once_and_whole(parts: RealParts) -> None:
    crowd = Crowd("postgresql", Caller(parts.installation, "partner"))
    crowd.publish_through(0, 60, lambda: parts.postgres.restart("immediate"))
    parts.installation.wait_until_ready()
    assert_kept(parts, crowd)


def assert_kept(parts: RealParts, crowd: Crowd) -> None:
    """Whatever was sent is there once and whole, or not at all; it is there where it was acknowledged."""
    inbox = inbox_of(parts, crowd)
    assert crowd.acknowledged.items() <= inbox.items(), "every acknowledged message is there, as acknowledged"
    assert inbox.keys() <= crowd.keys
    for message_id in inbox.values():
        assert_whole(Caller(parts.installation, "citizen"), message_id)

    for key in sorted(crowd.keys):
        repeated = crowd.partner.request(
            "POST", MESSAGES, headers={"Idempotency-Key": key}, **request_of(key)
        )
        assert repeated.status_code == httpx.codes.CREATED, repeated.text
        is_replay = repeated.headers.get("Idempotency-Replayed") == "true"
        assert is_replay == (key in inbox), "it was there wholly, or not at all"
        message_id = repeated.json()["messageId"]
        assert message_id == inbox.setdefault(key, message_id)
    assert inbox_of(parts, crowd) == inbox
    assert inbox.keys() == crowd.keys


def inbox_of(parts: RealParts, crowd: Crowd) -> dict[str, str]:
    """An's messages from this crowd, each subject with its id, once the inbox shows all there are."""
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
    subjects = [item["subject"]["en"] for item in items]
    assert len(set(subjects)) == len(subjects), "a message is there twice"
    return {
        subject: item["messageId"]
        for subject, item in zip(subjects, items, strict=True)
        if subject.startswith(crowd.name)
    }


def assert_whole(an: Caller, message_id: str) -> None:
    """Its main content can be had: the object is there, and decrypts to what was published."""
    message = an.get(f"{MESSAGES}/{message_id}")
    if message.get("isBodyMainContent"):
        assert an.get(f"{MESSAGES}/{message_id}/body")["en"] == "We did something."
    else:
        (document,) = message["attachments"]["items"]
        assert an.request("GET", document["contentHref"]).content == PDF
