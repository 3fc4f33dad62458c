"""The loop: load, a fault, its end, the way back, the check."""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from random import Random
from threading import Event

from tests.faults.callers import Token
from tests.faults.checker import Checker
from tests.faults.downloads import Downloads
from tests.faults.faults import Fault
from tests.faults.findings import Finding
from tests.faults.ledger import Ledger, Outcome
from tests.faults.load import Load
from tests.faults.makers import Traces
from tests.faults.results import Round, Totals
from tests.faults.stage import Stage
from tests.servers.process import ServerError, wait_until

CALM_SECONDS = 0.8
AFTER_SECONDS = 0.4
RECOVERY_SECONDS = 60.0
SETTLE_SECONDS = 420.0
"""For the last mails: more than the lease of what a killed notifier had in hand."""
EVERYTHING_EVERY = 10
READ_AFTER = 2
"""Rounds until a message is downloaded to be compared: who has read it is not told of it by mail any more."""
TOKEN_SECONDS = 150.0
"""Half a token's life."""


class Campaign:
    """Rounds on a stage. `tell` is called after each."""

    def __init__(self, stage: Stage, seed: int, tell: Callable[[Round], None] = lambda _: None) -> None:
        self._stage = stage
        self._tell = tell
        self._ledger = Ledger()
        self._traces = Traces([], [])
        self.checker = Checker(stage, self._ledger, self._traces)
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
            waiting(self.checker.waiting)  # each of them is a finding of its own, below
        self._found(self.checker.check_mails(is_final=True))
        self.check_everything()
        self.totals.seconds += time.monotonic() - began

    def check_everything(self) -> None:
        """Download all there is, compare all there is, and end the roles in good order."""
        self._found(self._downloads().check(len(self.totals.rounds), self.checker.present()))
        self.checker.read_log()
        self._found(self.checker.check(everything=True))
        for name, status in self._stage.roles.stop().items():
            if status != 0:
                self._found([Finding("ended by itself", f"{name}, told to end, ended with {status}")])
        self.totals.restarts = self._stage.roles.restarts
        self.totals.repeats, self.totals.waiting = self.checker.repeats, self.checker.waiting
        self.totals.events = len(self.checker.facts.digests)

    def _found(self, findings: Sequence[Finding]) -> None:
        self.totals.findings += findings

    def _is_settled(self, waiting: Callable[[int], None]) -> bool:
        Event().wait(0.5)
        self.checker.read_log()
        self.checker.check_mails(is_final=False)
        waiting(self.checker.waiting)
        return self.checker.waiting == 0 and self.checker.all_mails_came()

    def _round(self, number: int, fault: Fault) -> Round:
        began, mails = time.monotonic(), len(self.checker.mails)
        unavailable, died = self._ledger.unavailable, len(self._stage.roles.ended_by_themselves)
        recovery, findings = self._trouble(number, fault)
        reads = sum(one.round == number for one in self._ledger.reads)
        self.checker.read_log()
        findings += self._downloads().check(number, self.checker.present(number - READ_AFTER))
        self.checker.read_log()
        findings += self.checker.check(everything=number % EVERYTHING_EVERY == 0)
        for name in self._stage.roles.ended_by_themselves[died:]:
            findings.append(Finding("ended by itself", f"{name} in round {number}, {fault.name}"))
        sent = [one for one in self._ledger.publications if one.round == number]
        outcomes = Counter(one.outcome for one in sent)
        return Round(
            number=number,
            fault=fault.name,
            acknowledged=outcomes[Outcome.ACKNOWLEDGED],
            retried=sum(one.outcome is Outcome.ACKNOWLEDGED and one.tries > 1 for one in sent),
            refused=outcomes[Outcome.REFUSED],
            unknown=outcomes[Outcome.UNKNOWN],
            reads=reads,
            mails=len(self.checker.mails) - mails,
            unavailable=self._ledger.unavailable - unavailable,
            recovery=recovery,
            seconds=time.monotonic() - began,
            findings=tuple(findings),
        )

    def _trouble(self, number: int, fault: Fault) -> tuple[float, list[Finding]]:
        """The load, and the fault in the midst of it; how long the way back took, in seconds."""
        random = Random(f"{self.totals.seed}/{number}")  # noqa: S311 - it is to be repeated
        tokens, attachments = self._fresh_tokens(), self.checker.attachments
        with Load(self._stage.urls, tokens, self._ledger, number, self.totals.seed, attachments) as load:
            Event().wait(CALM_SECONDS)
            with fault.make(self._stage, random, self._traces):
                Event().wait(random.uniform(*fault.seconds))
            lifted = time.monotonic()
            findings = list(self._wait_for_recovery(load, lifted, fault))
            recovery = time.monotonic() - lifted
            Event().wait(AFTER_SECONDS)
        return recovery, findings

    def _wait_for_recovery(self, load: Load, lifted: float, fault: Fault) -> Iterator[Finding]:
        def is_well() -> bool:
            return load.all_answered_since(lifted) and self._stage.is_ready()

        try:
            wait_until(is_well, RECOVERY_SECONDS, lambda: "somebody is not served, or a part not ready")
        except ServerError as error:
            yield Finding("not recovered", f"after {fault.name}: {error}")

    def _downloads(self) -> Downloads:
        checker = self.checker
        return Downloads(self._stage.urls, self._fresh_tokens(), self._ledger, checker.attachments)

    def _fresh_tokens(self) -> dict[str, Token]:
        if not self._tokens or time.monotonic() - self._tokens_at > TOKEN_SECONDS:
            self._tokens_at = time.monotonic()
            self._tokens = {"partner": Token("partner", self._stage.token("partner"))}
            for name, person in (("an", "an"), ("an-2", "an"), ("lea", "lea")):
                self._tokens[name] = Token(person, self._stage.token("citizen", person))
        return self._tokens
