"""A sender is promised that the audit log will have it, and can hold eBox to that."""

from __future__ import annotations

import asyncio
import json
from collections.abc import AsyncIterator
from typing import Any
from uuid import uuid4

import httpx
import pytest
import pytest_asyncio

from audit import promises
from audit.tlog.notes import VerifierKey
from tests.integration.api.embedded import AN, Embedded
from tests.integration.api.logged import Logged, logged_ebox
from tests.integration.api.publishing import PATH, body_only

pytestmark = pytest.mark.asyncio(loop_scope="module")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def logged(tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Logged]:
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(tmp_path_factory.mktemp("elsewhere"))
        async with logged_ebox(tmp_path_factory.mktemp("logged")) as logged:
            yield logged


async def publish(ebox: Embedded, key: str | None = None, title: str = "Promised") -> dict[str, Any]:
    files = {"messageToPublish": (None, json.dumps(body_only(title)), "application/json")}
    headers = ebox.as_("partner") | ({"Idempotency-Key": key} if key else {})
    answer = await ebox.http.post(PATH, files=files, headers=headers)
    assert answer.status_code == 201
    found: dict[str, Any] = answer.json()
    return found


async def keys(ebox: Embedded) -> list[VerifierKey]:
    texts = [(await ebox.http.get(f"/audit/{path}")).text for path in ("promises/vkeys", "vkeys")]
    return [VerifierKey.parse(line) for text in texts for line in text.splitlines()]


async def proof(ebox: Embedded, message_id: str, who: str = "partner") -> httpx.Response:
    return await ebox.http.get(f"{PATH}/{message_id}/proof", headers=ebox.as_(who))


async def test_the_promise_of_a_publication_is_kept(logged: Logged) -> None:
    published = await publish(logged.ebox)
    await logged.caught_up()
    proven = await proof(logged.ebox, published["messageId"])
    assert proven.status_code == 200, proven.text
    assert proven.headers["content-disposition"].endswith('.tlog-proof"')
    kept = promises.check(published["promise"], await keys(logged.ebox), proven.content)
    assert str(kept.accepted.message_id) == published["messageId"]
    assert kept.by - kept.accepted.at == promises.WITHIN


async def test_a_repeat_is_promised_the_same(logged: Logged) -> None:
    key = str(uuid4())
    first, second = [await publish(logged.ebox, key) for _ in range(2)]
    known = await keys(logged.ebox)
    assert promises.read(first["promise"], known) == promises.read(second["promise"], known)


async def test_a_batch_has_one_promise_for_what_was_published_together(logged: Logged) -> None:
    ebox = logged.ebox
    good = [{"idempotencyKey": str(uuid4()), "messageToPublish": body_only("x")} for _ in range(3)]
    bad = {"idempotencyKey": "b", "messageToPublish": body_only("x", messageTypeId="NONE")}
    answer = await ebox.http.post(f"{PATH}/batch", json={"items": [*good, bad]}, headers=ebox.as_("partner"))
    items = answer.json()["items"]
    assert ["promise" in one for one in items] == [False, False, True, False]
    promised = promises.read(items[2]["promise"], await keys(ebox))
    assert [str(one.accepted.message_id) for one in promised] == [one["messageId"] for one in items[:3]]
    assert len({one.accepted.position for one in promised}) == 3
    await logged.caught_up()
    for one in items[:3]:
        proven = await proof(ebox, one["messageId"])
        promises.check(items[2]["promise"], await keys(ebox), proven.content)


async def test_a_promise_that_was_altered_is_none(logged: Logged) -> None:
    published = await publish(logged.ebox)
    known = await keys(logged.ebox)
    altered = published["promise"].replace("position ", "position 1", 1)
    assert altered != published["promise"]
    with pytest.raises(promises.PromiseInvalid):
        promises.read(altered, known)
    with pytest.raises(promises.PromiseInvalid):
        promises.read(published["promise"], [one for one in known if not one.name.endswith("/promises")])


async def test_the_proof_of_another_publication_keeps_no_promise(logged: Logged) -> None:
    one, other = await publish(logged.ebox), await publish(logged.ebox)
    await logged.caught_up()
    proven = await proof(logged.ebox, other["messageId"])
    with pytest.raises(promises.PromiseInvalid):
        promises.check(one["promise"], await keys(logged.ebox), proven.content)


async def test_what_is_not_logged_yet_is_not_proved_yet(logged: Logged) -> None:
    published = await publish(logged.ebox)
    async with asyncio.timeout(20):
        while (answer := await proof(logged.ebox, published["messageId"])).status_code != 200:
            assert answer.json()["type"] == "urn:problem-type:ebox:notLoggedYet"
            assert int(answer.headers["retry-after"]) > 0


async def test_only_its_sender_has_a_publication_proved(logged: Logged) -> None:
    published = await publish(logged.ebox)
    await logged.caught_up()
    assert (await proof(logged.ebox, published["messageId"], AN.key)).status_code == 403


async def test_a_new_key_is_published_before_it_signs(logged: Logged) -> None:
    before = await keys(logged.ebox)
    logged.ebox.system.promise_keys.rotate()
    after = await keys(logged.ebox)
    assert after[0] == before[0]
    assert len(after) == len(before) + 1
    published = await publish(logged.ebox)
    assert promises.read(published["promise"], before)
