"""A witness as a process: what it answers, and that it never cosigns two histories, killed or raced."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event, Lock

import httpx
import pytest
from typer.testing import CliRunner

from audit.tlog.cosignatures import verify_cosignature
from audit.tlog.encoding import encode_base64
from audit.tlog.notes import Note, Signature, SignerKey
from audit.witness.requests import LARGEST_BODY, MOST_HASHES, AddCheckpoint
from cli import app
from tests.logs import Log
from tests.servers.process import wait_until
from tests.servers.witness import WitnessServer

KEYS = [SignerKey.generate(f"log{number}.example.org") for number in range(4)]


@pytest.fixture(scope="module")
def witness(tmp_path_factory: pytest.TempPathFactory) -> Iterator[WitnessServer]:
    """It watches a log for each test: none leaves anything that another one sees."""
    folder = tmp_path_factory.mktemp("witness") / "w1"
    with WitnessServer(folder, *(key.verifier for key in KEYS)) as server:
        yield server
        assert server.stop() == 0  # it ends in good order


def assert_cosigned(answer: httpx.Response, witness: WitnessServer, checkpoint: bytes) -> None:
    assert answer.status_code == 200
    (signature,) = Signature.parse_lines(answer.text)
    verify_cosignature(witness.vkey, Note.parse(checkpoint).text, signature)


def test_each_answer_of_the_protocol(witness: WitnessServer) -> None:
    log = Log(KEYS[0], 40)
    assert_cosigned(witness.add(log.request(0, 0)), witness, log.checkpoint(0))
    assert_cosigned(witness.add(log.request(0, 7)), witness, log.checkpoint(7))
    assert_cosigned(witness.add(log.request(7, 7)), witness, log.checkpoint(7))
    assert_cosigned(witness.add(log.request(7, 30)), witness, log.checkpoint(30))

    stranger = SignerKey.generate(KEYS[0].name)
    fork = log.forked_at(20).grow(b"another %d" % number for number in range(20))
    malformed = (b"", b"old 30\n", log.request(30).replace(b"old ", b"old 0"), b"\x00" * 100)
    asked = {
        400: [*malformed, AddCheckpoint(31, (), log.checkpoint(30)).encode()],
        403: [AddCheckpoint(30, (), log.checkpoint(40, key=stranger)).encode()],
        404: [Log(SignerKey.generate("unknown.example.org"), 3).request(0)],
        409: [log.request(0), log.request(7), fork.request(20, 30), fork.request(30, 30)],
        422: [fork.request(30), AddCheckpoint(30, (), log.checkpoint(40)).encode()],
        413: [b"old 30\n" + b"x" * LARGEST_BODY],
    }
    for status, bodies in asked.items():
        for body in bodies:
            answer = witness.add(body)
            assert answer.status_code == status, (status, body[:80], answer.text)
            if status == 409:
                assert answer.headers["content-type"] == "text/x.tlog.size"
                assert answer.content == b"30\n"
    assert_cosigned(witness.add(log.request(30)), witness, log.checkpoint())


def test_other_methods_and_addresses_are_none_of_it(witness: WitnessServer) -> None:
    assert httpx.get(f"{witness.url}/add-checkpoint", timeout=10).status_code == 405
    assert httpx.post(f"{witness.url}/", content=b"", timeout=10).status_code == 404


def test_a_longest_proof_does_not_reach_the_limit_of_a_body() -> None:
    request = AddCheckpoint(2**62, (bytes(32),) * MOST_HASHES, b"x" * 100_000)
    assert len(request.encode()) < LARGEST_BODY


def test_what_it_cosigned_is_known_after_a_kill(witness: WitnessServer) -> None:
    log = Log(KEYS[1], 40)
    fork = log.forked_at(10).grow(b"another %d" % number for number in range(30))
    assert_cosigned(witness.add(log.request(0, 20)), witness, log.checkpoint(20))
    witness.kill()
    witness.start()
    assert witness.add(fork.request(0, 20)).content == b"20\n"
    assert witness.add(fork.request(20)).status_code == 422
    assert_cosigned(witness.add(log.request(20)), witness, log.checkpoint())


def test_two_histories_that_race_are_never_both_cosigned_whenever_it_is_killed(
    witness: WitnessServer,
) -> None:
    log = Log(KEYS[2], 130)
    fork = log.forked_at(9).grow(b"another %d" % number for number in range(121))
    branches = {"log": log, "fork": fork}
    cosigned: list[tuple[str, int]] = []
    lock, is_over = Lock(), Event()

    def keep_asking(name: str) -> None:
        with httpx.Client(timeout=2) as http:
            size, old = 10, 0
            while not is_over.is_set() and size < 130:
                request = branches[name].request(min(old, size), size)
                try:
                    answer = http.post(f"{witness.url}/add-checkpoint", content=request)
                except httpx.TransportError:
                    continue
                if answer.status_code == 200:
                    with lock:
                        cosigned.append((name, size))
                    old, size = size, size + 1
                elif answer.status_code == 409:
                    old = int(answer.text)
                    size = max(size, old)

    with ThreadPoolExecutor(4) as threads:
        asking = [threads.submit(keep_asking, name) for name in ("log", "fork", "log", "fork")]
        try:
            wait_until(lambda: len(cosigned) > 30, 20, lambda: "too few were cosigned")
            witness.kill()
            witness.start()
            wait_until(lambda: any(size == 129 for _, size in cosigned), 20, lambda: "not at the end")
        finally:
            is_over.set()
        for one in asking:
            one.result(20)
    assert len(cosigned) >= 100
    assert len({name for name, _ in cosigned}) == 1


def test_show_tells_what_is_remembered_and_has_the_proof_of_a_fork(witness: WitnessServer) -> None:
    log = Log(KEYS[3], 40)
    fork = log.forked_at(30).grow([b"another"] * 10)
    show = ["audit", "witness", "show", "--state", str(witness.state)]
    witness.add(log.request(0))
    told = CliRunner().invoke(app, show)
    assert told.output.startswith(f"{witness.vkey.text}\n")
    assert f"\n{log.key.name}: 40 leaves, root {encode_base64(log.tree().root())}, cosigned 2" in told.output
    assert witness.add(fork.request(40)).status_code == 409
    told = CliRunner().invoke(app, [*show, "--json"])
    (about,) = [one for one in json.loads(told.output)["logs"] if one["origin"] == log.key.name]
    assert (about["size"], about["checkpoint"]) == (40, log.checkpoint().decode())
    (refused,) = about["refused"]
    assert refused["isFork"]
    assert refused["checkpoint"] == fork.checkpoint().decode()
    assert refused["cosigned"] == log.checkpoint().decode()
    assert told.exit_code == 1
