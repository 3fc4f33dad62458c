"""The load: publishers and readers at work, each in a thread, from `with` to its end."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from random import Random
from threading import Event
from types import TracebackType
from typing import Self
from uuid import UUID

from tests.faults.callers import Caller, Publisher, Reader, Token
from tests.faults.documents import HUGE, SIZES, Document
from tests.faults.ledger import Ledger, Publication

PUBLISHERS = 5
RECENT = 150
"""Readers read what is not older than so many publications."""
PAUSE_SECONDS = 0.08
RETRY_SECONDS = 0.4
PATIENCE_SECONDS = 20.0
"""How long a publisher with a key tries on once the round ends; then the outcome stays unknown."""
END_SECONDS = 60.0
_KEYED, _FOR_AN, _HUGE, _BODY = 0.7, 0.7, 0.02, 0.3


@dataclass
class Load:
    """One round's load. `attachments` says which document belongs to which message, as the log has it."""

    urls: Sequence[str]
    tokens: Mapping[str, Token]
    ledger: Ledger
    round: int
    seed: int
    attachments: Mapping[UUID, UUID | None]
    callers: list[Caller] = field(default_factory=list)
    _ends: Event = field(default_factory=Event)
    _work: list[Future[None]] = field(default_factory=list)

    def __enter__(self) -> Self:
        readers = [token for name, token in self.tokens.items() if name != "partner"]
        self._threads = ThreadPoolExecutor(PUBLISHERS + len(readers), thread_name_prefix="load")
        for number in range(PUBLISHERS):
            publisher = Publisher(self.urls, self.tokens["partner"], self.ledger, self.round, _turn=number)
            self._begin(publisher, partial(self._publish, publisher, number))
        for number, token in enumerate(readers):
            reader = Reader(self.urls, token, self.ledger, self.round, _turn=number)
            self._begin(reader, partial(self._read, reader, PUBLISHERS + number))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._ends.set()
        self._ended_at = time.monotonic()
        try:
            for one in self._work:
                one.result(timeout=END_SECONDS)
        finally:
            self._threads.shutdown()

    def all_answered_since(self, moment: float) -> bool:
        """Whether everybody had a good answer to a request that began after this moment (monotonic)."""
        return all(caller.answered_at >= moment for caller in self.callers)

    def _begin(self, caller: Caller, work: Callable[[], None]) -> None:
        self.callers.append(caller)

        def run() -> None:
            with caller:
                work()

        self._work.append(self._threads.submit(run))

    def _publish(self, publisher: Publisher, number: int) -> None:
        random, count = self._random(number), 0
        while not self._ends.is_set():
            tag = f"r{self.round}-{number}-{count}"
            count += 1
            publication = Publication(
                tag,
                "an" if random.random() < _FOR_AN else "lea",
                _document(random, tag),
                f"{self.seed}-{tag}" if random.random() < _KEYED else None,
                self.round,
            )
            self.ledger.begins(publication)
            while not publisher.publish_once(publication):
                if self._ends.wait(RETRY_SECONDS) and self._is_out_of_patience():
                    return
            self._ends.wait(PAUSE_SECONDS * random.random() * 2)

    def _read(self, reader: Reader, number: int) -> None:
        random = self._random(number)
        while not self._ends.is_set():
            there = self.ledger.acknowledged(reader.token.person)[-RECENT:]
            what = random.random()
            if not there or what < 0.25:
                reader.list(random.choice((1, 1, 2)))
            else:
                self._read_one(reader, random.choice(there), random, is_detail=what < 0.45)
            self._ends.wait(PAUSE_SECONDS * random.random() * 2)

    def _read_one(self, reader: Reader, one: Publication, random: Random, *, is_detail: bool) -> None:
        attachment = self.attachments.get(one.message_id) if one.message_id else None
        if one.document is None and not is_detail:
            reader.body(one)
        elif one.document is not None and attachment is not None and not is_detail:
            part = None
            if random.random() < 0.6:
                start = random.randrange(one.document.size - 1)
                part = (start, min(start + random.randrange(1, 100_000), one.document.size - 2))
                part = (min(part), max(part))
            reader.content(one, attachment, one.document, part)
        else:
            reader.detail(one)

    def _random(self, number: int) -> Random:
        return Random(f"{self.seed}/{self.round}/{number}")  # noqa: S311 - spreads load, hides nothing

    def _is_out_of_patience(self) -> bool:
        """Waits a moment; whether the round has been over for too long."""
        time.sleep(RETRY_SECONDS)
        return time.monotonic() - self._ended_at > PATIENCE_SECONDS


def _document(random: Random, tag: str) -> Document | None:
    if random.random() < _BODY:
        return None
    return Document(tag, HUGE if random.random() < _HUGE else random.choice(SIZES))
