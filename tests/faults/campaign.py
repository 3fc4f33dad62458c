"""The loop: load, a fault, its end, the way back, the check."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from random import Random
from threading import Event
from uuid import UUID

from tests.faults.callers import Reader, Token
from tests.faults.checker import Checker
from tests.faults.faults import Fault, Traces
from tests.faults.findings import DOUBLED, LOST, Finding
from tests.faults.ledger import Ledger, Outcome, Publication
from tests.faults.load import Load
from tests.faults.stage import Stage
from tests.servers.process import ServerError, wait_until

CALM_SECONDS = 0.8
AFTER_SECONDS = 0.4
RECOVERY_SECONDS = 60.0
SETTLE_SECONDS = 420.0
"""For the last mails: more than the lease of what a killed notifier had in hand."""
EVERYTHING_EVERY = 10
TOKEN_SECONDS = 150.0
"""Half a token's life."""
DOWNLOADS_AT_ONCE = 4
TRIES = 3


@dataclass(frozen=True, slots=True)
class Round:
    """What came of a round. `recovery`: seconds from the fault's end until everybody was served again."""

    number: int
    fault: str
    acknowledged: int
    retried: int
    refused: int
    unknown: int
    reads: int
    mails: int
    unavailable: int
    recovery: float
    seconds: float
    findings: tuple[Finding, ...]


@dataclass
class Totals:
    """What came of all rounds."""

    seed: int
    rounds: list[Round] = field(default_factory=list)
    findings: list[Finding] = field(default_factory=list)
    restarts: int = 0
    repeats: int = 0
    waiting: int = 0
    events: int = 0
    seconds: float = 0.0

    @property
    def lost(self) -> int:
        return sum(one.kind in LOST for one in self.findings)

    @property
    def doubled(self) -> int:
        return sum(one.kind in DOUBLED for one in self.findings)


class Campaign:
    """Rounds on a stage. `tell` is called after each."""

    def __init__(self, stage: Stage, seed: int, tell: Callable[[Round], None] = lambda _: None) -> None:
        self._stage = stage
        self._tell = tell
        self._ledger = Ledger()
        self._traces = Traces([], [])
        self._checker = Checker(stage, self._ledger, self._traces)
        self._tokens: dict[str, Token] = {}
        self._tokens_at = 0.0
        self.totals = Totals(seed)

    def run(self, faults: Sequence[Fault]) -> None:
        """A round for each fault."""
        began = time.monotonic()
        for number, fault in enumerate(faults, start=1):
            one = self._round(number, fault)
            self.totals.rounds.append(one)
            self.totals.findings += one.findings
            self._tell(one)
        self.totals.seconds += time.monotonic() - began

    def settle(self, waiting: Callable[[int], None] = lambda _: None) -> None:
        """Wait for the last mails, and check everything once more; `waiting` is told how many are to come."""
        began = time.monotonic()
        try:
            wait_until(lambda: self._is_settled(waiting), SETTLE_SECONDS, lambda: "mails wait")
        except ServerError:
            waiting(self._checker.waiting)  # each of them is a finding of its own below
        self._found(self._checker.check_mails(is_final=True))
        self.check_everything()
        self.totals.seconds += time.monotonic() - began

    def check_everything(self) -> None:
        """Download all there is, compare all there is, and end the roles in good order."""
        self._found(self._download(0, self._checker.present()))
        self._checker.read_log()
        self._found(self._checker.check(everything=True))
        for name, status in self._stage.roles.stop().items():
            if status != 0:
                self._found([Finding("ended by itself", f"{name}, told to end, ended with {status}")])
        self.totals.restarts = self._stage.roles.restarts
        self.totals.repeats, self.totals.waiting = self._checker.repeats, self._checker.waiting
        self.totals.events = len(self._checker.facts.digests)

    def _found(self, findings: Sequence[Finding]) -> None:
        self.totals.findings += findings

    def _is_settled(self, waiting: Callable[[int], None]) -> bool:
        Event().wait(0.5)
        self._checker.read_log()
        self._checker.check_mails(is_final=False)
        waiting(self._checker.waiting)
        return self._checker.waiting == 0 and self._checker.all_mails_came()

    def _round(self, number: int, fault: Fault) -> Round:
        began, reads, mails = time.monotonic(), len(self._ledger.reads), len(self._checker.mails)
        unavailable, died = self._ledger.unavailable, len(self._stage.roles.ended_by_themselves)
        random = Random(f"{self.totals.seed}/{number}")  # noqa: S311 - it is to be repeated
        findings: list[Finding] = []
        with Load(
            self._stage.urls,
            self._fresh_tokens(),
            self._ledger,
            number,
            self.totals.seed,
            self._checker.attachments,
        ) as load:
            Event().wait(CALM_SECONDS)
            with fault.make(self._stage, random, self._traces):
                Event().wait(random.uniform(*fault.seconds))
            lifted = time.monotonic()
            findings += self._wait_for_recovery(load, lifted, fault)
            recovery = time.monotonic() - lifted
            Event().wait(AFTER_SECONDS)
        reads_of_load = len(self._ledger.reads) - reads
        self._checker.read_log()
        findings += self._download(number, self._checker.present(number))
        self._checker.read_log()
        findings += self._checker.check(everything=number % EVERYTHING_EVERY == 0)
        for name in self._stage.roles.ended_by_themselves[died:]:
            findings.append(Finding("ended by itself", f"{name} in round {number}, {fault.name}"))
        sent = [one for one in self._ledger.publications if one.round == number]
        return Round(
            number=number,
            fault=fault.name,
            acknowledged=sum(one.outcome is Outcome.ACKNOWLEDGED for one in sent),
            retried=sum(one.outcome is Outcome.ACKNOWLEDGED and one.tries > 1 for one in sent),
            refused=sum(one.outcome is Outcome.REFUSED for one in sent),
            unknown=sum(one.outcome is Outcome.UNKNOWN for one in sent),
            reads=reads_of_load,
            mails=len(self._checker.mails) - mails,
            unavailable=self._ledger.unavailable - unavailable,
            recovery=recovery,
            seconds=time.monotonic() - began,
            findings=tuple(findings),
        )

    def _wait_for_recovery(self, load: Load, lifted: float, fault: Fault) -> Iterator[Finding]:
        try:
            for condition, what in (
                (lambda: load.all_answered_since(lifted), "somebody is not served"),
                (self._stage.is_ready, "eBox does not say that it is ready"),
            ):
                wait_until(condition, RECOVERY_SECONDS, lambda: what)
        except ServerError as error:
            yield Finding("not recovered", f"after {fault.name}: {error}")

    def _download(self, number: int, publications: Sequence[Publication]) -> list[Finding]:
        """Read the main content of each once more; what differs is in the ledger."""
        attachments, tokens = self._checker.attachments, self._fresh_tokens()

        def one_persons(person: str, name: str) -> list[Finding]:
            with Reader(self._stage.urls, tokens[name], self._ledger, number) as reader:
                mine = [one for one in publications if one.recipient == person]
                half = mine[:: 2 if person == "an" else 1] if name in {"an", "lea"} else mine[1::2]
                return [
                    Finding("lost", f"the content of {one.tag} ({one.message_id}) cannot be had")
                    for one in half
                    if not any(_read(reader, one, attachments) for _ in range(TRIES))
                ]

        with ThreadPoolExecutor(DOWNLOADS_AT_ONCE) as threads:
            readers = (("an", "an"), ("an", "an-2"), ("lea", "lea"))
            work = [threads.submit(one_persons, *who) for who in readers]
            return [finding for one in work for finding in one.result()]

    def _fresh_tokens(self) -> dict[str, Token]:
        if not self._tokens or time.monotonic() - self._tokens_at > TOKEN_SECONDS:
            self._tokens_at = time.monotonic()
            self._tokens = {"partner": Token("partner", self._stage.token("partner"))}
            for name, person in (("an", "an"), ("an-2", "an"), ("lea", "lea")):
                self._tokens[name] = Token(person, self._stage.token("citizen", person))
        return self._tokens


def _read(reader: Reader, one: Publication, attachments: dict[UUID, UUID | None]) -> bool:
    attachment = attachments.get(one.message_id) if one.message_id else None
    if one.document is None or attachment is None:
        return reader.body(one)
    return reader.content(one, attachment, one.document, None)
