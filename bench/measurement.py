"""What was measured, and what it is held against."""

from __future__ import annotations

from dataclasses import dataclass, field
from statistics import median

from bench.figures import Figures


@dataclass(slots=True)
class Series:
    """One figure over all rounds."""

    name: str
    unit: str
    values: list[float] = field(default_factory=list)

    @property
    def median(self) -> float:
        """The middle one, or the mean of the two in the middle."""
        return median(self.values)


@dataclass(frozen=True, slots=True)
class Goal:
    """What a figure should be: `at_least` or `at_most`, of itself or as a ratio to another figure."""

    figure: str
    at_least: float | None = None
    at_most: float | None = None
    relative_to: str | None = None

    @property
    def name(self) -> str:
        """The figure, or `ours/peer`."""
        return self.figure if self.relative_to is None else f"{self.figure}/{self.relative_to}"

    @property
    def wanted(self) -> str:
        """The goal in words."""
        return f"≥ {self.at_least:g}" if self.at_least is not None else f"≤ {self.at_most:g}"

    def is_met(self, value: float) -> bool:
        """Whether this value is good enough."""
        return (self.at_least is None or value >= self.at_least) and (
            self.at_most is None or value <= self.at_most
        )


@dataclass(slots=True)
class Outcome:
    """All a scenario found. `notes` are for the reader of the table."""

    scenario: str
    rounds: int
    goals: list[Goal]
    notes: list[str] = field(default_factory=list)
    series: dict[str, Series] = field(default_factory=dict)

    def add(self, figures: Figures) -> None:
        """Take in the figures of one contender's turn."""
        for name, (value, unit) in figures.items():
            self.series.setdefault(name, Series(name, unit)).values.append(value)

    def value_of(self, goal: Goal) -> float:
        """The median that the goal is about, or the ratio of the two medians."""
        value = self.series[goal.figure].median
        return value if goal.relative_to is None else value / self.series[goal.relative_to].median

    def ratios_by_round(self, goal: Goal) -> list[float]:
        """The ratio in each round; empty for a goal that is not a ratio."""
        if goal.relative_to is None:
            return []
        pairs = zip(self.series[goal.figure].values, self.series[goal.relative_to].values, strict=True)
        return [ours / theirs for ours, theirs in pairs]
