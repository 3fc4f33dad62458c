"""A read model built anew from the first event, while the old one goes on serving.

The new tables are filled beside the old ones: in PostgreSQL in a schema of their own, in SQLite in a file of
their own. They follow the log until they are at most a page behind the old ones, however much is appended
meanwhile. Then they take the old ones' place in one transaction, which first holds the model's progress: the
runner waits, and goes on from where the new tables are. Readers see the old rows or the new ones, never none.
What breaks off is tried again, the swap a few times; given up, nothing has changed, and what was begun is
thrown away.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Generator, Iterable, Iterator
from contextlib import ExitStack, closing, contextmanager, suppress
from pathlib import Path
from time import monotonic
from typing import Final

from sqlalchemy import Connection, MetaData, insert, make_url, select, text, update
from sqlalchemy.schema import DropTable

from domain.errors import Busy, Retryable, Unavailable
from eventstore.follower import PAGE_EVENTS
from projections import progress, shapes
from projections.columns import METADATA
from projections.database import SCHEMA, ReadDatabase
from projections.model import ReadModel
from projections.positions import announce
from projections.progress import NOT_BEGUN, PROGRESS, Progress
from projections.shadow import Follow, Shadow

CATCH_UP_SECONDS: Final = 5.0
"""How long the runner is kept waiting at most, for the last events."""
LOCK_SECONDS: Final = 2
"""How long the swap waits for readers of the old tables: who comes to read them meanwhile waits as well."""
PATIENCE_SECONDS: Final = 60.0
"""How long nothing may come on before a rebuild gives up."""
PAUSES_SECONDS: Final = (0.5, 1.0, 2.0, 5.0, 10.0, 20.0, 30.0)
"""Between one swap that failed and the next: readers may be long, a backup's longest."""
_PAUSE_SECONDS: Final = 0.5


class Rebuild:
    """Builds one read model of the `live` database anew, from the log that `follow` reads."""

    def __init__(self, model: ReadModel, live: ReadDatabase, follow: Follow) -> None:
        self._model = model
        self._live = live
        self._follow = follow
        self._schema = _schema_of(model)
        self._file = None if live.is_postgresql else _file_of(model, live)
        self._url = live.url if self._file is None else f"sqlite:///{self._file}"

    def run(self, head: int) -> Generator[int]:
        """Build and swap, telling the position after each page; the new tables reach `head` at least.

        Raises:
            Unavailable: the log or a database does not answer, and has not for `PATIENCE_SECONDS`.
            Busy: the last events could not be taken in while the runner waited, again and again.
        """
        pauses = iter(PAUSES_SECONDS)
        with ExitStack() as held:
            held.callback(self._throw_away)
            self._clear()
            shadow = held.enter_context(closing(Shadow(self._model, self._url, self._schema, self._follow)))
            shadow.create()
            while True:
                yield from self._come_close(shadow, head)
                try:
                    self._swap(shadow)
                except Retryable:
                    pause = next(pauses, None)
                    if pause is None:
                        raise
                    time.sleep(pause)
                else:
                    return

    def _come_close(self, shadow: Shadow, head: int) -> Generator[int]:
        """Follow the log to `head`, and on until the live model is less than a page ahead."""
        heard_at = monotonic()
        while True:
            trouble = Unavailable("the event store does not answer")
            try:
                if shadow.position >= max(head, self._live_position() - PAGE_EVENTS):
                    return
                if shadow.take_page():
                    heard_at = monotonic()
            except Unavailable as error:
                trouble = error
                time.sleep(_PAUSE_SECONDS)
            if monotonic() - heard_at > PATIENCE_SECONDS:
                raise trouble
            yield shadow.position

    def _live_position(self) -> int:
        return self._live.read(progress.load).get(self._model.name, NOT_BEGUN).position

    def _swap(self, shadow: Shadow) -> None:
        with self._exchanging() as (connection, attach):
            reached = _hold(connection, self._model)
            _catch_up(shadow, reached)
            attach()
            if self._file is None:
                self._move_schema(connection)
            else:
                self._copy_file(connection)
            done = Progress(shadow.position, shadow.position)
            connection.execute(
                update(PROGRESS)
                .where(PROGRESS.c.model == self._model.name)
                .values(position=done.position, last_change=done.last_change)
            )
            shapes.record(connection, [self._model])
            announce(connection, {self._model.name: done})

    @contextmanager
    def _exchanging(self) -> Iterator[tuple[Connection, Callable[[], object]]]:
        """A transaction of the live database, with a call that puts the new tables at its hand."""
        if self._file is not None:
            with self._live.attaching(self._file, "rebuilt") as both:
                yield both
            return
        with self._live.writing() as connection:
            yield connection, lambda: None

    def _move_schema(self, connection: Connection) -> None:
        connection.execute(text(f"SET LOCAL lock_timeout = '{LOCK_SECONDS}s'"))
        for table in reversed(self._model.tables):
            connection.execute(DropTable(table, if_exists=True))
        for table in self._model.tables:
            connection.execute(text(f'ALTER TABLE "{self._schema}"."{table.name}" SET SCHEMA "{SCHEMA}"'))

    def _copy_file(self, connection: Connection) -> None:
        for table in reversed(self._model.tables):
            connection.execute(DropTable(table, if_exists=True))
        METADATA.create_all(connection, self._model.tables, checkfirst=False)
        for table in self._model.tables:
            rebuilt = table.to_metadata(MetaData(), schema="rebuilt")
            connection.execute(insert(table).from_select(list(table.c.keys()), select(rebuilt)))

    def _clear(self) -> None:
        if self._file is not None:
            for ending in ("", "-wal", "-shm"):
                Path(f"{self._file}{ending}").unlink(missing_ok=True)
            return
        with self._live.writing() as connection:
            connection.execute(text(f'DROP SCHEMA IF EXISTS "{self._schema}" CASCADE'))

    def _throw_away(self) -> None:
        with suppress(Unavailable):  # the next rebuild begins by doing it
            self._clear()


def unfinished(models: Iterable[ReadModel], live: ReadDatabase) -> list[str]:
    """Of which models there are new tables that have not taken the old ones' place. Raises `Unavailable`.

    They are being built, or nobody threw them away: a rebuild that was killed did not. Blocks.
    """
    if not live.is_postgresql:
        return [model.name for model in models if _file_of(model, live).exists()]
    query = text("SELECT nspname FROM pg_namespace")
    found = set(live.read(lambda connection: connection.scalars(query).all()))
    return [model.name for model in models if _schema_of(model) in found]


def _schema_of(model: ReadModel) -> str:
    return f"{SCHEMA}_{model.name}_rebuilt"


def _file_of(model: ReadModel, live: ReadDatabase) -> Path:
    return Path(f"{make_url(live.url).database}.{model.name}-rebuilt")


def _catch_up(shadow: Shadow, to: int) -> None:
    """Take in what the runner has taken in since."""
    give_up = monotonic() + CATCH_UP_SECONDS
    shadow.look_again()
    while shadow.position < to:
        if monotonic() > give_up:
            raise Busy("the log grows faster than the rebuild can follow", retry_after=10)
        shadow.take_page()


def _hold(connection: Connection, model: ReadModel) -> int:
    """How far the live model is; until this transaction ends, nobody moves it on."""
    query = select(PROGRESS.c.position).where(PROGRESS.c.model == model.name).with_for_update()
    position = connection.execute(query).scalar_one_or_none()
    if position is None:
        progress.begin(connection, [model.name])
        return 0
    return position
