"""The log in pages, from one position to another, as it is stored: for work that reads all of it once."""

from __future__ import annotations

from collections.abc import Iterator

from eventstore.recorder import BatchRecorder, RecordedEvent

PAGE = 500


def pages_of(recorder: BatchRecorder, after: int, upto: int) -> Iterator[list[RecordedEvent]]:
    """The events behind one position up to another, in pages."""
    while after < upto:
        page = [one for one in recorder.read_after(after, PAGE) if one.position <= upto]
        if not page:
            return
        yield page
        after = page[-1].position
