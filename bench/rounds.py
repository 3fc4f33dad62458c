"""Takes turns: every contender once a round, after one turn each that does not count.

The order is turned around every other round, so that nobody always runs in another's wake.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import Protocol

from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from bench.figures import Figures
from bench.measurement import Outcome

WARM_UP_SECONDS = 2.0


class Contender(Protocol):
    """Something that can be measured for some seconds, again and again."""

    @property
    def name(self) -> str:
        """What the figures are called."""
        ...

    def measure(self, seconds: float) -> Figures:
        """Run for about so long. Raises `BenchmarkFailed` where what was acknowledged is not there."""
        ...


def take_turns(
    outcome: Outcome,
    contenders: Sequence[Contender],
    *,
    seconds: float,
    before_turn: Callable[[], None] = lambda: None,
) -> None:
    """Warm every contender up, then measure all, `outcome.rounds` times; `before_turn` is not measured."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Progress(*columns, transient=True) as progress:
        task = progress.add_task(outcome.scenario, total=len(contenders) * (1 + outcome.rounds))
        for number in range(-1, outcome.rounds):
            for contender in contenders if number % 2 else reversed(contenders):
                what = "warming up" if number < 0 else f"round {number + 1}"
                progress.update(task, description=f"{outcome.scenario}, {what}: {contender.name}")
                before_turn()
                figures = contender.measure(WARM_UP_SECONDS if number < 0 else seconds)
                if number >= 0:
                    outcome.add(figures)
                progress.advance(task)
