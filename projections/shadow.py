"""The tables of a read model that is being built anew, where no reader looks, and how far they are.

A page that breaks off costs nothing but that page: what is told of the rows is read again from where they
are. That also holds when the server fell and took back what it had not yet written to its disk.
"""

from __future__ import annotations

from collections.abc import Callable

from projections import progress, shapes
from projections.database import ReadDatabase
from projections.model import ReadModel
from projections.progress import NOT_BEGUN, PROGRESS, Progress
from projections.runner import EventFeed, apply_page
from projections.shapes import SHAPES

Follow = Callable[[int], EventFeed]


class Shadow:
    """A read model's tables in this place of their own, filled from the log that `follow` reads. Close it."""

    def __init__(self, model: ReadModel, url: str, schema: str, follow: Follow) -> None:
        self._model = model
        self._database = ReadDatabase(url, schema=schema)
        self._follow = follow
        self._feed: EventFeed | None = None
        self._done = NOT_BEGUN

    @property
    def position(self) -> int:
        """That of the last event taken in."""
        return self._done.position

    def create(self) -> None:
        """Make the tables, of which nothing is there."""
        self._database.create_tables([*self._model.tables, PROGRESS, SHAPES])
        with self._database.writing() as connection:
            progress.begin(connection, [self._model.name])
            shapes.record(connection, [self._model])

    def take_page(self) -> bool:
        """Take the next events in; False when there were none for a second.

        Raises:
            Unavailable: the database or the keys do not answer; may be called again.
        """
        if self._feed is None:
            self._done = self._recorded()
            self._feed = self._follow(self._done.position)
        page = self._feed.next_page()
        if not page:
            return False
        try:
            events = self._feed.decode(page)
            self._done = apply_page(self._database, (self._model,), self._by_name(), events)[self._model.name]
        except Exception:
            self._let_go()
            raise
        return True

    def look_again(self) -> None:
        """Go on from where the rows are now, should they have gone back. Raises `Unavailable`."""
        if self._recorded() != self._done:
            self._let_go()
            self._done = self._recorded()

    def close(self) -> None:
        """Give back what it holds; the tables stay."""
        self._let_go()
        self._database.close()

    def _recorded(self) -> Progress:
        return self._database.read(progress.load)[self._model.name]

    def _by_name(self) -> dict[str, Progress]:
        return {self._model.name: self._done}

    def _let_go(self) -> None:
        feed, self._feed = self._feed, None
        if feed is not None:
            feed.close()
