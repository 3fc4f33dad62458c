"""The published log as files: the port, its errors, and what lies where.

checkpoint             the newest signed tree head: what everything else is checked against
checkpoint-witnessed   the newest one that met the witnesses' quorum
vkeys                  the verifier keys of whoever signs now, one a line, the current one first
tile/…                 hashes and entries, as C2SP `tlog-tiles` has them
heads/<leaf>/tile/…    the tree of mailbox heads that the leaf of that number tells the root of
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Final, Protocol

from domain.errors import Unavailable

CHECKPOINT: Final = "checkpoint"
WITNESSED: Final = "checkpoint-witnessed"
VKEYS: Final = "vkeys"
HEADS: Final = "heads"


_PATH: Final = re.compile(r"[a-z0-9-]+(?:/[a-z0-9-]+)*(?:\.p/[0-9]+)?", re.ASCII)


def require_path(path: str) -> None:
    """Raise ValueError for what names no file of a log: whoever asks over HTTP may have made it up."""
    if _PATH.fullmatch(path) is None:
        raise ValueError("not a path in the published log")


def heads_prefix(index: int) -> str:
    """Where the tree of heads lies that the leaf of this number tells the root of: before `tile/…`."""
    return f"{HEADS}/{index}/"


class LogFilesUnavailable(Unavailable):
    """The files of the published log cannot be read or written now."""


class LogFiles(Protocol):
    """Files under relative paths. Blocks; safe among threads.

    Every method raises `LogFilesUnavailable` where they cannot be reached. Each backend passes
    `tests/contract/test_log_files.py`.
    """

    def read(self, path: str) -> bytes | None:
        """The whole file; None where there is none."""
        ...

    def write(self, path: str, data: bytes) -> None:
        """Put or replace a file: on disk when this returns; a reader sees old or new, whole."""
        ...

    def write_all(self, files: Mapping[str, bytes]) -> None:
        """`write` for each, together: all are on disk when this returns, in no particular order."""
        ...

    def delete(self, path: str) -> None:
        """Remove a file; nothing happens where there is none."""
        ...

    def list(self, prefix: str = "") -> Iterator[str]:
        """The paths that begin so, in no particular order."""
        ...

    def check(self) -> None:
        """Raise unless files can be read and written now."""
        ...

    def prepare(self) -> None:
        """Make what has to exist before the first file; part of `ebox migrate`. May be repeated."""
        ...

    def close(self) -> None:
        """Give back what it holds."""
        ...
