"""An export as a file that is whole or not there, or on standard output; and what is said at its end."""

from __future__ import annotations

import hashlib
import os
import sys
from collections import Counter
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from audit.export.rows import Row


@dataclass(slots=True)
class Summary:
    """What an export holds."""

    rows: int = 0
    kinds: Counter[str] = field(default_factory=Counter)
    first: datetime | None = None
    last: datetime | None = None
    without_leaf: int = 0
    sha256: str = ""

    def take(self, row: Row) -> None:
        """One more."""
        self.rows += 1
        self.kinds[row.kind] += 1
        self.first = min(self.first or row.at, row.at)
        self.last = max(self.last or row.at, row.at)
        self.without_leaf += row.leaf is None

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return {
            "rows": self.rows,
            "kinds": dict(sorted(self.kinds.items())),
            "first": self.first and self.first.isoformat(),
            "last": self.last and self.last.isoformat(),
            "withoutLeaf": self.without_leaf,
            "sha256": self.sha256,
        }


class Output:
    """Lines go to a file beside the one that is wanted; it takes its place when the block ends well.

    Without a path they go to standard output. Raises OSError.
    """

    def __init__(self, path: Path | None) -> None:
        self.summary = Summary()
        self._path = path
        self._part = path.with_name(f"{path.name}.part") if path else None
        self._digest = hashlib.sha256()

    def __enter__(self) -> Self:
        # An access history is for nobody else's eyes.
        flags = os.O_WRONLY | os.O_CREAT | os.O_TRUNC
        self._file = os.fdopen(os.open(self._part, flags, 0o600), "wb") if self._part else sys.stdout.buffer
        return self

    def write(self, row: Row, line: bytes) -> None:
        """One row, as its line."""
        self.summary.take(row)
        for piece in (line, b"\n"):
            self._digest.update(piece)
            self._file.write(piece)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.flush()
        self.summary.sha256 = self._digest.hexdigest()
        if self._part is None or self._path is None:
            return
        if kind is None:
            os.fsync(self._file.fileno())
        self._file.close()
        if kind is None:
            self._part.replace(self._path)
        else:
            self._part.unlink(missing_ok=True)
