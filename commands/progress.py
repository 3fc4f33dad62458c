"""Progress bars: on standard error, and only where somebody sits at a terminal."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from rich.progress import BarColumn, MofNCompleteColumn, TaskID, TextColumn, TimeElapsedColumn
from rich.progress import Progress as Bars

from application.progress import Progress
from commands.console import errors


@contextmanager
def progress_bar() -> Iterator[Progress]:
    """A bar for each step, one below the other."""
    columns = (TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
    with Bars(*columns, console=errors, disable=not errors.is_terminal) as bars:
        yield _Drawn(bars)


class _Drawn:
    """Implements `application.progress.Progress`."""

    def __init__(self, bars: Bars) -> None:
        self._bars = bars
        self._task: TaskID | None = None

    def begin(self, step: str, total: int) -> None:
        """The step before is over."""
        self._end()
        self._task = self._bars.add_task(step, total=total or None)

    def advance(self, count: int) -> None:
        """So many more."""
        if self._task is not None:
            self._bars.advance(self._task, count)

    def _end(self) -> None:
        if self._task is not None:
            done = self._bars.tasks[self._bars.task_ids.index(self._task)].completed
            self._bars.update(self._task, total=done)
