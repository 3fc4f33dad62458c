"""What the partners' client repeats, and what it does not."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from time import monotonic

import pytest
from ebox_client import (
    BatchItem,
    EboxClient,
    GivenToken,
    NotAuthenticated,
    Problem,
    Published,
    Refused,
    Retries,
    Unavailable,
    UnexpectedAnswer,
)

from tests.client.http_script import HANG_UP, NOT_NOW, PUBLISHED, Answer, HttpScript

QUICK = Retries(attempts=3, first_wait=0.001, longest_wait=0.5)
MESSAGE = {"subject": {"nl": "Een brief"}}


class Renewing:
    """A token source of which each token but the last is refused."""

    def __init__(self) -> None:
        self.given: list[str] = []

    async def token(self, refused: str | None = None) -> str:
        if not self.given or self.given[-1] == refused:
            self.given.append(f"token-{len(self.given)}")
        return self.given[-1]


def client(script: HttpScript, retries: Retries = QUICK) -> EboxClient:
    return EboxClient(script.url, GivenToken("a-token"), retries=retries)


@pytest.mark.parametrize("trouble", [NOT_NOW, HANG_UP, Answer(408), Answer(429), Answer(502)])
async def test_what_may_succeed_later_is_repeated_under_the_same_key(trouble: Answer) -> None:
    with HttpScript(trouble, trouble, PUBLISHED) as script:
        async with client(script) as ebox:
            await ebox.publish(MESSAGE)
    assert len(script.requests) == 3
    assert len(set(script.keys)) == 1


async def test_the_callers_own_key_is_sent_whatever_stands_in_it() -> None:
    with HttpScript(PUBLISHED) as script:
        async with client(script) as ebox:
            await ebox.publish(MESSAGE, idempotency_key='2026, "first"')
    assert script.keys == [r'"2026, \"first\""']


async def test_two_publications_without_a_key_have_two() -> None:
    with HttpScript(PUBLISHED) as script:
        async with client(script) as ebox:
            await ebox.publish(MESSAGE)
            await ebox.publish(MESSAGE)
    assert len(set(script.keys)) == 2


async def test_it_gives_up_after_so_many_attempts_and_tells_the_key() -> None:
    with HttpScript(NOT_NOW) as script:
        async with client(script) as ebox:
            with pytest.raises(Unavailable) as gave_up:
                await ebox.publish(MESSAGE, idempotency_key="k-1")
    assert len(script.requests) == 3
    assert gave_up.value.idempotency_key == "k-1"
    assert gave_up.value.problem
    assert gave_up.value.problem.status == 503


async def test_a_refusal_is_not_repeated() -> None:
    refusal = {
        "type": "urn:problem-type:belgif:badRequest",
        "title": "Bad Request",
        "issues": [{"title": "replacedSsin", "name": "recipient.ssin", "detail": "now 81050103522"}],
    }
    with HttpScript(Answer(400, refusal)) as script:
        async with client(script) as ebox:
            with pytest.raises(Refused) as refused:
                await ebox.publish(MESSAGE)
    assert len(script.requests) == 1
    assert refused.value.problem.codes == ["replacedSsin"]
    assert refused.value.problem.issues[0].detail == "now 81050103522"
    assert "81050103522" not in str(refused.value) + repr(refused.value.problem)


async def test_not_before_the_server_asks_for_it() -> None:
    busy = Answer(503, {}, {"Retry-After": "1"})
    patient = Retries(attempts=2, first_wait=0.0)
    with HttpScript(busy, PUBLISHED) as script:
        began = monotonic()
        async with client(script, patient) as ebox:
            await ebox.publish(MESSAGE)
    assert monotonic() - began >= 1.0


def test_waits_grow_at_random_and_are_bounded() -> None:
    retries = Retries(first_wait=1.0, longest_wait=8.0)
    assert max(retries.wait_after(1) for _ in range(100)) <= 1.0
    assert max(retries.wait_after(9) for _ in range(100)) <= 8.0
    assert len({retries.wait_after(5) for _ in range(100)}) > 90
    assert 3.0 <= retries.wait_after(1, 3.0) <= 4.0
    assert retries.wait_after(1, 1e9) <= 9.0


async def test_a_date_to_come_again_may_be_past() -> None:
    past = format_datetime(datetime.now(UTC) - timedelta(hours=1), usegmt=True)
    with HttpScript(Answer(503, {}, {"Retry-After": past}), PUBLISHED) as script:
        async with client(script) as ebox:
            assert isinstance(await ebox.publish(MESSAGE), Published)


async def test_a_refused_token_is_renewed_once() -> None:
    tokens = Renewing()
    with HttpScript(Answer(401, {}), PUBLISHED) as script:
        async with EboxClient(script.url, tokens, retries=QUICK) as ebox:
            await ebox.publish(MESSAGE)
    sent = [request.headers["Authorization"] for request in script.requests]
    assert sent == ["Bearer token-0", "Bearer token-1"]


async def test_a_client_that_is_not_let_in_is_told_so() -> None:
    with HttpScript(Answer(401, {})) as script:
        async with client(script) as ebox:
            with pytest.raises(NotAuthenticated):
                await ebox.publish(MESSAGE)
    assert len(script.requests) == 2


@pytest.mark.parametrize("answer", [Answer(200, b"<html>"), Answer(201, []), Answer(201, {}), Answer(302)])
async def test_what_is_not_ebox_is_told_apart(answer: Answer) -> None:
    with HttpScript(answer) as script:
        async with client(script) as ebox:
            with pytest.raises(UnexpectedAnswer):
                await ebox.publish(MESSAGE)


async def test_of_a_batch_only_what_may_succeed_later_is_repeated() -> None:
    published = f'{{"status": 201, {str(PUBLISHED.body)[1:-1]}}}'.replace("'", '"')
    refused = '{"status": 400, "problem": {"title": "Bad Request"}}'
    busy = '{"status": 503, "problem": {"title": "Away"}}'
    first = f"{published}\n{busy}\n{refused}\n".encode()
    with HttpScript(Answer(200, first), Answer(200, f"{published}\n".encode())) as script:
        async with client(script) as ebox:
            items = [BatchItem(MESSAGE, f"key-{number}") for number in range(3)]
            outcomes = await ebox.publish_batch(items)
    assert [type(outcome) for outcome in outcomes] == [Published, Published, Problem]
    assert script.requests[1].body.count(b"\n") == 1
    assert b"key-1" in script.requests[1].body


async def test_a_batch_that_is_answered_in_part_is_no_answer() -> None:
    with HttpScript(Answer(200, b"")) as script:
        async with client(script) as ebox:
            with pytest.raises(UnexpectedAnswer):
                await ebox.publish_batch([BatchItem(MESSAGE, "key")])
