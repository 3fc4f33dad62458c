"""One backup at a time into a folder: two would each remove what the other has just written."""

from __future__ import annotations

import fcntl
import os
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path

from application.backup.errors import BackupError

NAME = ".lock"


@contextmanager
def alone_in(folders: Sequence[Path]) -> Iterator[None]:
    """Nobody else backs up into any of them meanwhile. Raises `BackupError` where somebody does.

    The kernel lets go when the process ends, however it ends; the file stays.
    """
    with ExitStack() as held:
        ours: set[tuple[int, int]] = set()
        for folder in folders:
            descriptor = os.open(folder / NAME, os.O_RDWR | os.O_CREAT, 0o600)
            held.callback(os.close, descriptor)
            found = os.fstat(descriptor)
            if (found.st_dev, found.st_ino) in ours:
                continue  # the same folder under another name
            try:
                fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise BackupError(f"another backup runs into {folder}: wait until it has ended") from None
            ours.add((found.st_dev, found.st_ino))
        yield
