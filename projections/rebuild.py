"""A read model built anew from the first event, while the old one goes on serving.

The new tables are filled beside the old ones: in PostgreSQL in a schema of their own, in SQLite in a file of
their own. Once they have caught up they take the old ones' place in one transaction, which first holds the
model's progress: the runner waits meanwhile, and goes on from where the new tables are. Readers see the old
rows or the new ones, never none. Interrupted, nothing has changed; what was begun is thrown away.
"""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterator
from contextlib import ExitStack, closing, contextmanager
from pathlib import Path
from time import monotonic
from typing import Final

from sqlalchemy import Connection, MetaData, insert, make_url, select, text, update
from sqlalchemy.schema import DropTable

from domain.errors import Busy, Unavailable
from projections import progress, shapes
from projections.columns import METADATA
from projections.database import SCHEMA, ReadDatabase
from projections.model import ReadModel
from projections.positions import announce
from projections.progress import NOT_BEGUN, PROGRESS, Progress
from projections.runner import EventFeed, apply_page

CATCH_UP_SECONDS: Final = 5.0
"""How long the runner is kept waiting at most, for the last events."""
PATIENCE_SECONDS: Final = 60.0
"""How long the log may give nothing before a rebuild gives up."""

Follow = Callable[[int], EventFeed]


class Rebuild:
    """Builds one read model of the `live` database anew, from the log that `follow` reads."""

    def __init__(self, model: ReadModel, live: ReadDatabase, follow: Follow) -> None:
        self._model = model
        self._live = live
        self._follow = follow
        self._is_postgresql = live.is_postgresql
        self._schema = f"{SCHEMA}_{model.name}_rebuilt"
        self._file = (
            None if live.is_postgresql else Path(f"{make_url(live.url).database}.{model.name}-rebuilt")
        )
        self._url = live.url if self._file is None else f"sqlite:///{self._file}"

    def run(self, head: int) -> Generator[int]:
        """Build and swap, telling the position after each page; `head` is how far to go before the swap.

        Raises:
            Unavailable: the log or a database does not answer.
            Busy: the old tables could not be had for the swap; nothing has changed.
        """
        with ExitStack() as held:
            held.callback(self._clear)
            self._clear()
            shadow = held.enter_context(closing(ReadDatabase(self._url, schema=self._schema)))
            shadow.create_tables([*self._model.tables, PROGRESS])
            with shadow.writing() as connection:
                progress.begin(connection, [self._model.name])
            feed = held.enter_context(closing(self._follow(0)))
            done, heard_at = NOT_BEGUN, monotonic()
            while done.position < head:
                before, done = done, self._take_page(shadow, feed, done)
                if done != before:
                    heard_at = monotonic()
                elif monotonic() - heard_at > PATIENCE_SECONDS:
                    raise Unavailable("the event store does not answer")
                yield done.position
            self._swap(shadow, feed, done)

    def _take_page(self, shadow: ReadDatabase, feed: EventFeed, done: Progress) -> Progress:
        page = feed.next_page()
        if not page:
            return done
        name = self._model.name
        return apply_page(shadow, (self._model,), {name: done}, feed.decode(page))[name]

    def _swap(self, shadow: ReadDatabase, feed: EventFeed, done: Progress) -> None:
        with self._exchanging() as connection:
            reached = _hold(connection, self._model)
            done = self._catch_up(shadow, feed, done, reached)
            if self._is_postgresql:
                self._move_schema(connection)
            else:
                self._copy_file(connection)
            news = {self._model.name: Progress(done.position, done.position)}
            connection.execute(
                update(PROGRESS)
                .where(PROGRESS.c.model == self._model.name)
                .values(position=done.position, last_change=done.position)
            )
            shapes.record(connection, [self._model])
            announce(connection, news)

    def _catch_up(self, shadow: ReadDatabase, feed: EventFeed, done: Progress, to: int) -> Progress:
        give_up = monotonic() + CATCH_UP_SECONDS
        while done.position < to:
            if monotonic() > give_up:
                raise Busy("the log grows faster than the rebuild can follow", retry_after=10)
            done = self._take_page(shadow, feed, done)
        return done

    @contextmanager
    def _exchanging(self) -> Iterator[Connection]:
        """A transaction of the live database; in SQLite with the other file at hand."""
        if self._file is None:
            with self._live.writing() as connection:
                yield connection
            return
        with self._live.attaching(self._file, "rebuilt") as connection:
            yield connection

    def _move_schema(self, connection: Connection) -> None:
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


def _hold(connection: Connection, model: ReadModel) -> int:
    """How far the live model is; until this transaction ends, nobody moves it on."""
    query = select(PROGRESS.c.position).where(PROGRESS.c.model == model.name).with_for_update()
    position = connection.execute(query).scalar_one_or_none()
    if position is None:
        progress.begin(connection, [model.name])
        return 0
    return position
