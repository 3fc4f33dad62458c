"""The log as a backup keeps it: segments of pages, each event with the bytes and the position it has."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from uuid import UUID

import msgspec

from application.backup.errors import Damaged, NotABackup
from application.backup.frames import FileEntry, FrameWriter, frames_in
from application.backup.manifest import LastEvent
from eventstore.recorder import BatchRecorder, RecordedEvent, key_of, recorded_event


class _Event(msgspec.Struct, array_like=True):
    position: int
    stream: UUID
    version: int
    topic: str
    state: bytes


def write_segment(
    pages: Iterator[list[RecordedEvent]], path: Path, seen: Callable[[Sequence[RecordedEvent]], None]
) -> tuple[FileEntry, LastEvent | None]:
    """Write all pages into a new file; `seen` is given each one."""
    last: LastEvent | None = None
    with FrameWriter(path) as file:
        for page in pages:
            file.write([_written(one) for one in page])
            seen(page)
            last = LastEvent(page[-1].position, *key_of(page[-1].stored))
        return file.finish(), last


def pages_in(folder: Path, segments: Sequence[FileEntry]) -> Iterator[list[RecordedEvent]]:
    """The log from its segments. Raises `Damaged` where a position does not follow the one before."""
    before = 0
    for segment in segments:
        for page in frames_in(folder / segment.name, list[_Event]):
            for one in page:
                if one.position <= before:
                    raise Damaged(f"{segment.name} is out of order")
                before = one.position
            yield [_read(one) for one in page]


def require_same_log(recorder: BatchRecorder, last: LastEvent | None) -> None:
    """Raise `NotABackup` unless the log still has the event that a backup ended with."""
    if last is not None and not _has(recorder, last):
        raise NotABackup("the folder holds the backup of another event store: choose another folder")


def ends_with(recorder: BatchRecorder, last: LastEvent | None) -> bool:
    """Whether the log has the event that a backup ended with, and nothing behind it."""
    if last is None:
        return not recorder.read_after(0, 1)
    return _has(recorder, last) and not recorder.read_after(last.position, 1)


def _has(recorder: BatchRecorder, last: LastEvent) -> bool:
    found = recorder.read_after(last.position - 1, 1)
    return bool(found) and LastEvent(found[0].position, *key_of(found[0].stored)) == last


def _written(one: RecordedEvent) -> _Event:
    return _Event(one.position, *key_of(one.stored), one.stored.topic, one.stored.state)


def _read(one: _Event) -> RecordedEvent:
    return recorded_event(one.position, one.stream, one.version, one.topic, one.state)
