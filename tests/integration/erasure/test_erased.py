"""After an erasure a search through every byte finds nothing of the person, and all others are untouched.

On PostgreSQL and a bucket that keeps every version in one go; on SQLite and files by processes of which one
is killed in each step.
"""

from __future__ import annotations

import asyncio
import subprocess
import sys
from pathlib import Path
from typing import Any, cast
from uuid import UUID

import pytest

from application.erasing import running
from application.erasing.running import Done
from audit.leaf import AFTER_ERASURE
from domain.events.mailbox import OwnerErased
from projections import erasing
from projections.database import ReadDatabase
from tests.integration.api.embedded import AN
from tests.integration.erasure.audited import audited
from tests.integration.erasure.lives import KEY, Life, Lives
from tests.integration.erasure.searching import Places, everything, found_in, whole_rows
from tests.integration.erasure.stage import PATH, Stage
from tests.integration.projections.log import Log, contents, folded_from_the_start

ROOT = Path(__file__).parents[3]
WITHIN = 60.0
_MOVING = ("progress", "identity_used_assertions", " head", " checkpoint")
"""Tables that go on moving, whoever is erased."""
KILLED_AT = (
    (running.CLOSE, 0),
    (running.LOG, 0),
    (running.DESTROY, 0),
    (running.LOG_OUT, 0),
    (running.LOG_OUT, 1),
    (running.FORGET, 0),
    (running.DOCUMENTS, 0),
    (running.DOCUMENTS, 1),
    (running.SCRUB, 0),
    (running.SCRUB, 1),
    (running.COMPLETE, 0),
)


async def test_nothing_is_left_on_servers(
    on_servers: Stage, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    await nothing_is_left(on_servers, tmp_path, capfd, is_killed=False)


async def test_nothing_is_left_on_files_wherever_the_erasure_was_killed(
    on_files: Stage, tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    await nothing_is_left(on_files, tmp_path, capfd, is_killed=True)


async def nothing_is_left(
    stage: Stage, tmp_path: Path, capfd: pytest.CaptureFixture[str], *, is_killed: bool
) -> None:
    """The whole story."""
    async with audited(stage) as log:
        lives = Lives(stage)
        await lives.happen()
        await log.keep_proofs(*lives.an.documents, *lives.lea.documents, *lives.shared)
        await they_are_untouched_and_nothing_is_found(stage, lives, capfd, is_killed=is_killed)
        await assert_the_person_is_gone(lives)
        await assert_a_rebuild_comes_to_the_same(stage, tmp_path)
        await assert_the_number_begins_anew(stage)
        await log.assert_still_true()


async def they_are_untouched_and_nothing_is_found(
    stage: Stage, lives: Lives, capfd: pytest.CaptureFixture[str], *, is_killed: bool
) -> None:
    """The search of before, the erasure, and the search of after."""
    ebox = stage.ebox
    seen_by_lea = await what_lea_sees(lives)
    assert lives.left_to_send(stage.erased) > 1
    history = await look(lives, "lea")
    await ebox.caught_up()
    own_objects = objects_of(lives, lives.an)
    theirs = [stage.erased, await lives.party_of(lives.an), *messages_of(stage)]
    before = await asyncio.to_thread(everything, stage.settings)
    rows = await asyncio.to_thread(whole_rows, stage.settings)
    assert_search_can_find(before, lives, own_objects)

    erasure_id = await stage.approved()
    if is_killed:
        await asyncio.to_thread(die, stage, erasure_id)
    done = await stage.run(erasure_id)
    assert done == Done(messages=4, documents=1, backups_until=None)
    assert await stage.run(erasure_id) == done  # once is enough
    await ebox.caught_up()

    after = await asyncio.to_thread(everything, stage.settings)
    logged = "".join(capfd.readouterr())
    assert "request" in logged  # there were lines to search through
    assert_nothing_is_found([*after, ("log lines", logged.encode())], lives, own_objects)
    assert_others_are_untouched(before, after, own_objects)
    assert_only_rows_about(theirs, rows - await asyncio.to_thread(whole_rows, stage.settings))
    assert await what_lea_sees(lives) == seen_by_lea
    assert (await look(lives, "lea"))[-len(history) :] == history
    assert lives.left_to_send(stage.erased) == 0
    assert_only_what_may_follow_followed(stage)


def die(stage: Stage, erasure_id: UUID) -> None:
    """`ebox erase run` in processes that are killed, one after the other, in each of the steps."""
    places = [f"{step}:{after}" for step, after in KILLED_AT]
    command = [sys.executable, "-m", "tests.integration.erasure.dying", plain(stage), str(erasure_id)]
    done = subprocess.run(
        [*command, *places], cwd=ROOT, timeout=WITHIN, check=False, capture_output=True, text=True
    )
    assert done.returncode == 0, done.stderr


def plain(stage: Stage) -> str:
    """The settings for another process; on files none of them is a secret."""
    return stage.settings.model_dump_json(include={"data_dir", "port"})


def objects_of(lives: Lives, life: Life) -> list[str]:
    """The keys of the documents that only this person has."""
    events = lives.ebox.system.events
    return [one.object_key for letter in life.documents for one in events.load(letter).published.attachments]


def assert_search_can_find(places: Places, lives: Lives, own_objects: list[str]) -> None:
    """A search that finds nothing of anybody would prove nothing. (`Lives` has seen the documents.)"""
    for life in (lives.an, lives.lea):
        for name, text in life.texts.items():
            assert found_in(places, text), name
    named = {name for name, _ in places}
    assert {f"object {one}" for one in own_objects} <= named


def assert_nothing_is_found(places: Places, lives: Lives, own_objects: list[str]) -> None:
    for name, text in lives.an.texts.items():
        assert found_in(places, text) == [], name
    for document in (*lives.an.documents.values(), *lives.shared.values()):
        assert found_in(places, document[-400:-100]) == []
    assert found_in(places, lives.searched) == []
    assert not {f"object {one}" for one in own_objects} & {name for name, _ in places}
    for text in lives.lea.texts.values():
        assert found_in(places, text)


def assert_others_are_untouched(before: Places, after: Places, own_objects: list[str]) -> None:
    """Every object is there that others have, to the byte."""
    for name, data in before:
        part, _, what = name.partition(" ")
        if part == "object" and what not in own_objects:
            assert (name, data) in after, name


def assert_only_rows_about(theirs: list[UUID], gone: set[tuple[str, str]]) -> None:
    """What is gone, or other than it was, names the person's party, mailbox or messages."""
    ids = [one.hex for one in theirs]
    assert gone
    for table, row in gone:
        if not table.endswith(_MOVING):
            assert any(one in row for one in ids), (table, row)
            assert not table.startswith("event_store"), table


def messages_of(stage: Stage) -> list[UUID]:
    """The streams of what lies in the mailbox."""
    found = stage.ebox.system.read_database.read(erasing.messages_of, stage.erased, after=0, limit=100)
    return [stream for _, stream in found]


async def what_lea_sees(lives: Lives) -> list[Any]:
    """Her list, her letter and every document of hers."""
    who = lives.ebox.as_("lea")
    answers: list[Any] = []
    [letter] = lives.lea.documents
    for path in ("", f"/{letter}", f"/{letter}/body", f"/{letter}/paymentData"):
        answer = await lives.ebox.http.get(f"{PATH}{path}", headers=who)
        assert answer.status_code == 200, answer.text
        answers.append(answer.json())
    for message_id, pdf in (*lives.lea.documents.items(), *lives.shared.items()):
        assert await lives.stage.content(message_id, "lea") == pdf
    return answers


async def look(lives: Lives, who: str) -> list[Any]:
    """Somebody's own history, without what came of looking at it."""
    await lives.ebox.caught_up()
    answer = await lives.ebox.http.get("/me/access-history?limit=100", headers=lives.ebox.as_(who))
    assert answer.status_code == 200, answer.text
    items: list[Any] = answer.json()["items"]
    return [
        {name: value for name, value in one.items() if name != "leaf"}
        for one in items
        if one["kind"] != "access.recorded"
    ]


def assert_only_what_may_follow_followed(stage: Stage) -> None:
    """In the mailbox's chain, behind the erasure."""
    events = stage.ebox.events_since(0)
    at = next(number for number, one in enumerate(events) if isinstance(one, OwnerErased))
    following = [
        one for one in events[at + 1 :] if getattr(one, "mailbox_id", one.originator_id) == stage.erased
    ]
    assert {one.TOPIC for one in following} == {"message.documents_purged", "erasure.completed"}
    assert {one.TOPIC for one in following} <= AFTER_ERASURE


async def assert_the_person_is_gone(lives: Lives) -> None:
    """Tokens, repeats, statuses and an auditor's look, after an erasure."""
    ebox, stage = lives.ebox, lives.stage
    [letter] = lives.an.documents
    for path in (PATH, f"{PATH}/{letter}", "/me/profile", "/me/mailboxes"):
        assert (await ebox.http.get(path, headers=ebox.as_("an"))).status_code == 401, path
    headers = ebox.as_("partner") | {"Idempotency-Key": f"{KEY}-an"}
    again = await ebox.http.post(PATH, files=lives.repeats["an"], headers=headers)
    assert again.status_code == 410, again.text
    asked = {"items": [{"messageId": str(letter), "recipient": {"eboxType": "citizen", "ssin": AN.number}}]}
    status = await ebox.http.post(f"{PATH}/status/search", json=asked, headers=ebox.as_("partner"))
    assert (status.status_code, status.json()["items"][0]["messageId"]) == (200, str(letter))
    position = await ebox.system.events.latest_position()
    path = f"/audit/mailboxes/{stage.erased}/as-of?at={position}"
    seen = await ebox.http.get(path, headers=ebox.as_("auditor"))
    assert seen.status_code == 200, seen.text
    for text in lives.an.texts.values():
        assert text not in seen.text
    taken_back = await ebox.http.post(f"{PATH}/{letter}/recall", json={}, headers=ebox.as_("partner"))
    assert taken_back.status_code in {200, 410}, taken_back.text


async def assert_a_rebuild_comes_to_the_same(stage: Stage, folder: Path) -> None:
    """Each read model, built anew from a log in which the person cannot be read."""
    await stage.ebox.caught_up()
    fresh = ReadDatabase(f"sqlite:///{folder}/fresh.sqlite")
    fresh.create_tables()
    log = cast("Log", stage.ebox.system)
    again = await asyncio.to_thread(folded_from_the_start, log, fresh)
    fresh.close()
    now = stage.ebox.system.read_database.read(contents)
    for table, rows in again.items():
        assert [comparable(row) for row in rows] == [comparable(row) for row in now[table]], table


def comparable(row: Any) -> Any:
    """Without what only PostgreSQL keeps, for its own index of words."""
    return {name: value for name, value in row.items() if name not in {"pairs", "is_crowded"}}


async def assert_the_number_begins_anew(stage: Stage) -> None:
    """Nothing leads from the number to who was erased."""
    await stage.published(AN.number)
    new = await stage.mailbox_of(AN.number)
    assert new != stage.erased
    await stage.ebox.log_in()
    await stage.ebox.caught_up()
    answer = await stage.ebox.http.get(PATH, headers=stage.ebox.as_("an"))
    assert (answer.status_code, answer.json()["totalItems"]) == (200, 1)
