"""How many items came to what."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from ebox_client import Problem, Published


@dataclass(slots=True)
class Tally:
    """Of one run. `refused` counts items by the code of what was wrong."""

    published: int = 0
    replayed: int = 0
    without_user: int = 0
    skipped: int = 0
    failed: int = 0
    refused: Counter[str] = field(default_factory=Counter)

    def add(self, outcome: Published | Problem) -> None:
        """One more item."""
        if isinstance(outcome, Problem):
            self.failed += 1
            self.refused.update(outcome.codes)
        else:
            self.published += 1
            self.replayed += outcome.is_replayed
            self.without_user += not outcome.has_digital_user

    def lines(self) -> Iterator[str]:
        """In words, without anything of the items."""
        yield f"{self.published:,} published" + (f", {self.failed:,} not" if self.failed else "")
        if self.replayed:
            yield f"{self.replayed:,} of them had been published before, and were not again"
        if self.skipped:
            yield f"{self.skipped:,} skipped: the results say that they were published"
        if self.without_user:
            yield (
                f"{self.without_user:,} to recipients who have never logged in (NO_DIGITAL_USER): "
                "send paper too where the law asks for it"
            )
        for code, count in self.refused.most_common():
            yield f"  {code}: {count:,}"
