"""A page of 100 out of 100,000 messages, beside one out of 1,000, for every filter and for words.

Through the API, one request at a time, as a client sees it: token, right, page, total, and the access that is
committed before the answer. No question is asked twice, so that nothing answers from what it remembers; the
number of recorded accesses must grow by exactly the number of answers.
"""

from __future__ import annotations

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from http.client import HTTPConnection
from itertools import count
from statistics import median
from typing import Any

import psycopg
from rich.progress import Progress

from bench.failure import BenchmarkFailed
from bench.installation import Installation
from bench.load.plan import Plan
from bench.load.run import run_load
from bench.measurement import Goal, Outcome
from bench.publications import multipart_publications
from bench.scenarios.page_questions import QUESTIONS, Question
from bench.servers import Servers, servers

SMALL, BIG = 1_000, 100_000
READERS = {SMALL: "19082416188", BIG: "81050103522"}
REQUESTS = 3
WARM_UP = 6
"""So often before it counts: database connections prepare what they are asked again and again."""
SEARCH = "/messageRegistry/v3/ebox/messages/search"
_FILL_SECONDS = 600.0


def pages(rounds: int) -> tuple[Outcome, dict[str, object]]:
    """Run the scenario."""
    goals = [Goal(_name(one, BIG), at_most=2, relative_to=_name(one, SMALL)) for one in QUESTIONS]
    outcome = Outcome("pages", rounds, goals)
    with ExitStack() as stack:
        on = stack.enter_context(servers())
        ebox = Installation(on.folder, on.postgres, on.ceph.create_bucket("pages"))
        ebox.migrate()
        stack.enter_context(ebox.api())
        _fill(on, ebox)
        recorded, clients = ebox.events("access.recorded"), {size: _Client(ebox, size) for size in READERS}
        before = recorded()
        with Progress(transient=True) as progress:
            task = progress.add_task(outcome.scenario, total=(1 + rounds) * len(QUESTIONS))
            for number in range(-1, rounds):
                for client in clients.values():
                    client.log_in()
                for question in QUESTIONS:
                    _ask(outcome, question, list(clients.values()), number)
                    progress.advance(task)
        answers = sum(client.answers for client in clients.values())
        if recorded() - before != answers:
            raise BenchmarkFailed(f"{answers} answers, but {recorded() - before} accesses recorded")
        return outcome, on.described()


def _name(question: Question, size: int) -> str:
    return f"{question.name} of {size:,}"


def _ask(outcome: Outcome, question: Question, clients: list[_Client], number: int) -> None:
    """A turn of one question: warming up, or some requests to each mailbox in turns."""
    if number < 0:
        for client in clients:
            for _ in range(WARM_UP):
                client.check(question, client.ask(question)[1])
        return
    taken: dict[int, list[float]] = {client.size: [] for client in clients}
    for turn in range(REQUESTS):
        for client in clients if (turn + number) % 2 else reversed(clients):
            taken[client.size].append(client.ask(question)[0])
    outcome.add({_name(question, size): (median(times), "ms") for size, times in taken.items()})


@dataclass(slots=True)
class _Client:
    """A site, for the owner of the mailbox of this size."""

    ebox: Installation
    size: int
    answers: int = 0
    _headers: dict[str, str] = field(default_factory=dict)
    _connection: HTTPConnection | None = None
    _numbers: Iterator[int] = field(default_factory=count)

    def log_in(self) -> None:
        """Get a new token: one lives five minutes."""
        token = self.ebox.token("citizen", READERS[self.size])
        self._headers = {"Authorization": f"Bearer {token}", "Content-Type": "application/json"}
        self._connection = HTTPConnection("127.0.0.1", self.ebox.port, timeout=30)

    def ask(self, question: Question) -> tuple[float, dict[str, Any]]:
        """The milliseconds that the answer took, and the answer. Raises `BenchmarkFailed`."""
        if self._connection is None:
            raise BenchmarkFailed("log in first")
        body = json.dumps(question.body(self.size, next(self._numbers)))
        began = time.perf_counter()
        self._connection.request("POST", SEARCH, body, self._headers)
        response = self._connection.getresponse()
        content = response.read()
        taken = 1000 * (time.perf_counter() - began)
        if response.status != 200:
            raise BenchmarkFailed(f"{question.name}: {response.status} {content[:300]!r}")
        self.answers += 1
        return taken, json.loads(content)

    def check(self, question: Question, page: dict[str, Any]) -> None:
        """Whether the question has about as many answers as it is to have. Raises `BenchmarkFailed`."""
        total, expected = page["totalItems"], question.part * self.size
        if not 0.6 * min(expected, 10_000) - 5 <= total <= 1.4 * expected + 5:
            raise BenchmarkFailed(f"{_name(question, self.size)}: {total} instead of about {expected:.0f}")


def _fill(on: Servers, ebox: Installation) -> None:
    # Publishing makes the mailboxes; one at a time, as each is to have exactly one from here.
    for number in READERS.values():
        files = multipart_publications(on.folder, ebox.token("partner"), [number])
        run_load(Plan(ebox.port, 1, files, 201, seconds=60, requests=1))
    done = subprocess.run(
        [sys.executable, "-m", "bench.mailbox_writer"],
        input=json.dumps({number: size - 1 for size, number in READERS.items()}),
        env=ebox.environment(),
        capture_output=True,
        text=True,
        timeout=_FILL_SECONDS,
        check=False,
    )
    if done.returncode != 0:
        raise BenchmarkFailed(f"the mailboxes' writer failed:\n{done.stderr}")
    ebox.catch_up(within=_FILL_SECONDS)
    with psycopg.connect(ebox.read_model_url, autocommit=True) as connection:
        connection.execute("VACUUM ANALYZE")  # which PostgreSQL does by itself, a minute later
