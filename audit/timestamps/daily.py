"""Has the newest checkpoint stamped once a day (UTC), as long as it runs.

Any number may run: each looks at what is there. A day that is missed while the authority is away is not made
up for, as the next timestamp covers all leaves before it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from threading import Event, Thread
from typing import Final

import structlog

from audit.logfiles.port import CHECKPOINT, LogFiles, LogFilesUnavailable
from audit.timestamps.authority import Authority, AuthorityUnavailable
from audit.timestamps.files import INDEX, PREFIX, index_of, sizes_in, timestamp_path
from audit.timestamps.tokens import told_time
from audit.tlog.checkpoints import CheckpointInvalid, open_checkpoint
from audit.tlog.notes import VerifierKey
from domain.clock import Clock

LOOK_SECONDS: Final = 60.0
STOP_SECONDS: Final = 5.0
AGAIN_SECONDS: Final = 600.0
"""After a failure: an authority is not asked more often, and a day is long."""

_log = structlog.get_logger(__name__)


class DailyTimestamps:
    """`keys`: who signs the log."""

    def __init__(
        self, authority: Authority, files: LogFiles, keys: Sequence[VerifierKey], clock: Clock
    ) -> None:
        self._authority = authority
        self._files = files
        self._keys = keys
        self._clock = clock
        self._done_on: date | None = None
        self._stopping = Event()

    @contextmanager
    def running(self) -> Iterator[None]:
        """Stamp in a thread of its own for as long as the block lasts."""
        thread = Thread(target=self._run, name="timestamps", daemon=True)
        thread.start()
        try:
            yield
        finally:
            self._stopping.set()
            thread.join(STOP_SECONDS)

    def _run(self) -> None:
        while not self._stopping.is_set():
            try:
                self.stamp_if_due()
                pause = LOOK_SECONDS
            except (AuthorityUnavailable, LogFilesUnavailable, CheckpointInvalid) as error:
                _log.warning("timestamp.failed", error=type(error).__name__, reason=str(error))
                pause = AGAIN_SECONDS
            self._stopping.wait(pause)

    def stamp_if_due(self) -> None:
        """Stamp the newest checkpoint, unless one was stamped today, or there is nothing new.

        Raises `AuthorityUnavailable`, `LogFilesUnavailable`; `CheckpointInvalid` for one that is not ours.
        """
        today = self._clock.now().date()
        if self._done_on == today:
            return
        last_size, last_day = self._last()
        if last_day == today:
            self._done_on = today
            return
        note = self._files.read(CHECKPOINT)
        if note is None:
            return
        checkpoint, _ = open_checkpoint(note, self._keys)
        if checkpoint.size <= last_size:
            return
        stamp = self._authority.stamp(checkpoint.text.encode())
        self._files.write(timestamp_path(checkpoint.size), stamp.answer)
        self._files.write(INDEX, index_of(list(self._files.list(PREFIX))))
        self._done_on = today
        _log.info("timestamp.made", size=checkpoint.size, at=stamp.at.isoformat())

    def _last(self) -> tuple[int, date | None]:
        """The largest size that was stamped, and the day on which; 0 and None where there is none."""
        try:
            size = max(sizes_in(self._files.read), default=0)
            return size, told_time(self._files.read(timestamp_path(size)) or b"").date() if size else None
        except ValueError:
            _log.warning("timestamp.index_is_damaged")
            return 0, None
