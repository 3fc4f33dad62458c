"""A log asks its witnesses: who is right is counted, and nobody waits for who is away or wrong."""

from __future__ import annotations

import asyncio
import ssl
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import ExitStack
from datetime import timedelta
from pathlib import Path
from time import monotonic

import pytest
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import RedirectResponse, Response, StreamingResponse
from starlette.routing import Route

from audit.tlog.cosignatures import CosignerKey, cosign
from audit.tlog.notes import Note, Signature
from audit.tlog.policies import Policy
from audit.witness.app import witness_app
from audit.witness.client import AskingLimits, Witnesses
from audit.witness.requests import AddCheckpoint
from audit.witness.service import Witness
from audit.witness.state import State
from domain.clock import SystemClock
from tests.integration.api.serving import served
from tests.logs import Log
from tests.servers.ports import free_port

LIMITS = AskingLimits(connect_seconds=1, answer_seconds=1, whole_seconds=3)
Behaviour = Callable[[Request], Awaitable[Response]]


class Party:
    """A log, three witnesses' keys, and whoever serves at their addresses, for one test."""

    def __init__(self, folder: Path, app: Starlette, port: int, exits: ExitStack) -> None:
        self.log = Log(size=600)
        self.keys = [CosignerKey.generate(f"w{number}.example.org") for number in (1, 2, 3)]
        self.urls = [f"http://127.0.0.1:{free_port()}/" for _ in self.keys]
        self._app = app
        self._port = port
        self._folder = folder
        self._exits = exits

    def serve(self, *numbers: int) -> list[Witness]:
        """Let these be witnesses as they should be."""
        made = []
        for number in numbers:
            key, path = self.keys[number], self._folder / f"w{number}"
            State.make(path, key.verifier.text)
            logs = {self.log.key.name: (self.log.key.verifier,)}
            witness = Witness(key, logs, State(path), SystemClock())
            self._exits.callback(witness.close)
            self._mount(number, witness_app(witness))
            made.append(witness)
        return made

    def pretend(self, number: int, behaviour: Behaviour) -> None:
        """Let somebody else answer at a witness's address."""
        self._mount(number, Starlette(routes=[Route("/add-checkpoint", behaviour, methods=["POST"])]))

    def asking(self) -> Witnesses:
        """Ask them, under a policy that wants two of the three."""
        witnesses = Witnesses(self.policy, SystemClock(), ssl.create_default_context(), LIMITS)
        self._exits.callback(witnesses.close)
        return witnesses

    @property
    def policy(self) -> Policy:
        lines = [f"log {self.log.key.verifier.text}"]
        for number, (key, url) in enumerate(zip(self.keys, self.urls, strict=True), 1):
            lines.append(f"witness w{number} {key.verifier.text} {url}")
        lines += ["group two-of-three 2 w1 w2 w3", "quorum two-of-three", ""]
        return Policy.parse("\n".join(lines))

    async def submit(self, witnesses: Witnesses, size: int, log: Log | None = None) -> set[str]:
        """The policy's names of those that cosigned."""
        asked = log or self.log
        note = asked.checkpoint(size)
        lines = await asyncio.to_thread(witnesses.submit, note, asked.tree(size).consistency)
        signed = Note.parse(note).with_signatures([Signature.parse(line) for line in lines])
        judgement = self.policy.judge(signed.encode())
        assert len(lines) == len(judgement.cosigned_by)
        assert judgement.is_satisfied is (len(lines) >= 2)
        return set(judgement.cosigned_by)

    def _mount(self, number: int, app: Starlette) -> None:
        self._app.mount(f"/{number}", app)
        self.urls[number] = f"http://127.0.0.1:{self._port}/{number}"


@pytest.fixture
async def party(tmp_path: Path) -> AsyncIterator[Party]:
    app = Starlette()
    with ExitStack() as exits:
        async with served(app) as port:
            yield Party(tmp_path, app, port, exits)


WRONG = (
    "another checkpoint",
    "another key",
    "the future",
    "no signature",
    "nothing",
    "a size of another type",
    "a larger size",
    "the same size",
    "no size",
    "another size each time",
    "redirect",
    "endless",
)


async def _wrong(party: Party, request: Request, what: str) -> Response:
    body = AddCheckpoint.parse(await request.body())
    text = Note.parse(body.checkpoint).text
    now, key = SystemClock().now(), party.keys[0]
    other = CosignerKey.generate(key.name)
    lines = {
        "another checkpoint": cosign(key, Note.parse(party.log.checkpoint(5)).text, now).line,
        "another key": cosign(other, text, now).line,
        "the future": cosign(key, text, now + timedelta(hours=1)).line,
        "no signature": "hello\n",
        "nothing": "",
    }
    if what in lines:
        return Response(lines[what], media_type="text/plain")
    sizes = {
        "a size of another type": "5\n",
        "a larger size": "700\n",
        "the same size": f"{body.old_size}\n",
        "no size": "x\n",
        "another size each time": f"{body.old_size + 1}\n",
    }
    if what in sizes:
        kind = "text/plain" if "type" in what else "text/x.tlog.size"
        return Response(sizes[what].encode(), 409, headers={"Content-Type": kind})
    if what == "redirect":
        return RedirectResponse(f"{party.urls[1]}/add-checkpoint")

    async def endless() -> AsyncIterator[bytes]:
        while not await request.is_disconnected():
            yield b"x" * 1024

    return StreamingResponse(endless())


async def _hang(request: Request) -> Response:
    await request.body()
    while not await request.is_disconnected():  # noqa: ASYNC110 - it has to be asked for
        await asyncio.sleep(0.01)
    return Response()


async def test_all_that_cosign_in_time_are_counted(party: Party) -> None:
    party.serve(0, 1, 2)
    witnesses = party.asking()
    for size in (1, 2, 255, 256, 257, 600, 600):
        assert await party.submit(witnesses, size) == {"w1", "w2", "w3"}


async def test_a_log_that_has_forgotten_how_far_they_are_learns_it_from_them(party: Party) -> None:
    party.serve(0, 1, 2)
    await party.submit(party.asking(), 100)
    assert await party.submit(party.asking(), 100) == {"w1", "w2", "w3"}
    assert await party.submit(party.asking(), 300) == {"w1", "w2", "w3"}


async def test_with_one_of_three_down_the_quorum_is_met(party: Party) -> None:
    party.serve(0, 2)
    witnesses = party.asking()
    assert await party.submit(witnesses, 100) == {"w1", "w3"}
    assert await party.submit(witnesses, 200) == {"w1", "w3"}


async def test_one_that_comes_back_is_caught_up_with(party: Party) -> None:
    (first,) = party.serve(0)
    assert first.add_checkpoint(party.log.request(0, 50))
    party.serve(1)
    assert await party.submit(party.asking(), 600) == {"w1", "w2"}


async def test_one_that_hangs_keeps_nobody_waiting(party: Party) -> None:
    party.serve(0, 1)
    party.pretend(2, _hang)
    began = monotonic()
    assert await party.submit(party.asking(), 100) == {"w1", "w2"}
    assert monotonic() - began < LIMITS.answer_seconds


async def test_a_history_that_was_rewritten_and_signed_again_gets_no_cosignature(party: Party) -> None:
    party.serve(0, 1, 2)
    witnesses = party.asking()
    await party.submit(witnesses, 300)
    rewritten = Log(party.log.key).grow(b"rewritten %d" % number for number in range(600))
    assert rewritten.checkpoint(300) != party.log.checkpoint(300)
    for size in (300, 301, 600, 299):
        # With what the log remembers of its witnesses, and without
        assert await party.submit(party.asking(), size, rewritten) == set()
    assert await party.submit(party.asking(), 600) == {"w1", "w2", "w3"}


async def test_a_checkpoint_from_before_gets_no_cosignature(party: Party) -> None:
    party.serve(0, 1)
    await party.submit(party.asking(), 300)
    assert await party.submit(party.asking(), 299) == set()


async def test_who_fails_is_left_alone_for_a_while(party: Party) -> None:
    asked = 0

    async def refuse(request: Request) -> Response:
        nonlocal asked
        asked += 1
        await request.body()
        return Response(status_code=500)

    party.pretend(0, refuse)
    witnesses = party.asking()
    for size in (100, 200, 300):
        assert await party.submit(witnesses, size) == set()
    assert asked == 1


async def test_an_answer_that_is_wrong_counts_for_nothing(party: Party) -> None:
    asked: list[str] = []
    what = ""

    async def answer(request: Request) -> Response:
        asked.append(what)
        return await _wrong(party, request, what)

    party.serve(1)
    party.pretend(0, answer)
    for what in WRONG:
        assert await party.submit(party.asking(), 300) == {"w2"}, what
    assert {one: asked.count(one) for one in WRONG} == {
        **dict.fromkeys(WRONG, 1),
        "another size each time": 3,
    }


async def test_beside_others_signatures_its_own_is_found(party: Party) -> None:
    async def answer(request: Request) -> Response:
        text = Note.parse(AddCheckpoint.parse(await request.body()).checkpoint).text
        keys = [CosignerKey.generate("x"), party.keys[0]]
        return Response("".join(cosign(key, text, SystemClock().now()).line for key in keys))

    party.pretend(0, answer)
    assert await party.submit(party.asking(), 300) == {"w1"}


async def test_a_failure_to_prove_is_the_logs_own(party: Party) -> None:
    party.serve(0)
    witnesses = party.asking()
    await party.submit(witnesses, 100)

    def prove(_: int) -> list[bytes]:
        raise LookupError

    with pytest.raises(LookupError):
        await asyncio.to_thread(witnesses.submit, party.log.checkpoint(200), prove)


def test_a_quorum_that_nobody_can_be_asked_for_is_refused_at_once() -> None:
    vkey = CosignerKey.generate("w.example").verifier.text
    policy = Policy.parse(f"witness w1 {vkey}\nquorum w1\n")
    with pytest.raises(ValueError, match="no witness has a URL"):
        Witnesses(policy, SystemClock(), ssl.create_default_context())


@pytest.mark.parametrize("url", ["ftp://w.example", "w.example", "https://", "https://me@w.example", "/x"])
def test_a_url_that_nothing_can_be_posted_to_is_refused_at_once(url: str) -> None:
    vkey = CosignerKey.generate("w.example").verifier.text
    policy = Policy.parse(f"witness w1 {vkey} {url}\nquorum w1\n")
    with pytest.raises(ValueError, match="w1"):
        Witnesses(policy, SystemClock(), ssl.create_default_context())
