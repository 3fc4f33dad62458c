"""`ebox projections`: how far the read models are, and building one anew while the old one serves."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event as Flag
from threading import Timer
from typing import Final

from rich.console import Console
from rich.progress import Progress
from rich.table import Table

from bootstrap.errors import CannotStart
from bootstrap.logs import configure_logging
from bootstrap.requirements import Requirements, wait_until_met
from bootstrap.system import System
from projections import progress, shapes
from projections.model import ReadModel
from projections.models import READ_MODELS
from projections.progress import NOT_BEGUN
from projections.rebuild import Rebuild
from settings import Settings

NAMES = tuple(model.name for model in READ_MODELS)
ALONE_WITHIN_SECONDS: Final = 5.0
"""How long another process may take to end its rebuild of the model."""


def rebuild(system: System, model: ReadModel) -> Iterator[tuple[int, int]]:
    """Build it anew; after each page, how far it is and how far it has to go.

    Raises:
        CannotStart: another process does so.
        Unavailable: the event store or the read models do not answer.
    """
    with _alone(system, model):
        yield from _build(system, model)


def rebuild_outdated(system: System) -> Iterator[str]:
    """Build anew what this release gives another shape; for `ebox migrate`, a line for each. Raises as
    `rebuild` does.
    """
    database = system.read_database
    with database.writing() as connection:
        outdated = shapes.outdated(connection, READ_MODELS)
        shapes.record(connection, [model for model in READ_MODELS if model not in outdated])
    for model in outdated:
        with _alone(system, model):
            if not database.read(shapes.outdated, [model]):
                continue  # another migration, which had begun before this one, has just done it
            yield f"read model {model.name}: has another shape in this release, building it anew …"
            for _ in _build(system, model):
                pass
            yield f"read model {model.name}: built anew, and in use"


def _build(system: System, model: ReadModel) -> Iterator[tuple[int, int]]:
    head = system.events.max_position()
    for position in Rebuild(model, system.read_database, system.events.follow).run(head):
        yield position, max(head, position)


@contextmanager
def _alone(system: System, model: ReadModel) -> Iterator[None]:
    """Two rebuilds of a model would be in each other's way."""
    leadership = system.events.leadership(f"rebuild-{model.name}")
    given_up = Flag()
    timer = Timer(ALONE_WITHIN_SECONDS, given_up.set)
    timer.start()
    try:
        is_ours = leadership.acquire(given_up)
    finally:
        timer.cancel()
    if not is_ours:
        leadership.is_taken()  # raises where it is the event store that does not answer
        raise CannotStart(f"{model.name} is being rebuilt already")
    try:
        yield
    finally:
        leadership.release()


def rebuild_now(settings: Settings, name: str) -> None:
    """`ebox projections rebuild`, with a bar that shows how far it is."""
    model = next(one for one in READ_MODELS if one.name == name)
    terminal = Console(stderr=True)
    with _system(settings) as system, Progress(console=terminal, disable=not terminal.is_terminal) as bar:
        task = bar.add_task(f"Rebuilding {name}", total=None)
        position = 0
        for position, head in rebuild(system, model):
            bar.update(task, completed=position, total=max(head, 1))
    Console().print(f"{name}: rebuilt up to position {position}, and in use", highlight=False)


def print_status(settings: Settings) -> None:
    """`ebox projections status`: a line for each read model."""
    with _system(settings) as system:
        head = system.events.max_position()
        done = system.read_database.read(progress.load)
        outdated = {model.name for model in system.read_database.read(shapes.outdated, READ_MODELS)}
    table = Table("read model", "position", "behind", "shape")
    for name in NAMES:
        position = done.get(name, NOT_BEGUN).position
        shape = "another release's: run `ebox migrate`" if name in outdated else "this release's"
        table.add_row(name, str(position), str(max(0, head - position)), shape)
    Console().print(table)


@contextmanager
def _system(settings: Settings) -> Iterator[System]:
    configure_logging(settings.log_level)
    system = System(settings)
    try:
        asyncio.run(wait_until_met(Requirements(system).of_projector, asyncio.Event()))
        yield system
    finally:
        asyncio.run(system.aclose())
