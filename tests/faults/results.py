"""What came of a round, and of all of them."""

from __future__ import annotations

from dataclasses import dataclass, field

from tests.faults.findings import DOUBLED, LOST, Finding


@dataclass(frozen=True, slots=True)
class Round:
    """What came of a round. `recovery`: seconds from the fault's end until everybody was served again.

    Publications are `acknowledged` (of which some were `retried`), `refused` with the promise that nothing
    was done, or of `unknown` outcome. `unavailable`: requests that were answered 503, or not at all.
    """

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
