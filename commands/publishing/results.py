"""What became of each item, a line each as it is known: what a later run with the same file goes on from."""

from __future__ import annotations

import fcntl
import json
import os
from array import array
from hashlib import sha256
from pathlib import Path
from types import TracebackType
from typing import Any, BinaryIO, Final, Self

from ebox_client import Problem, Published

from bootstrap.errors import CannotStart

_BEGINNING: Final = b'{"item": '
_NO_RESULTS: Final = "the results file holds something else than results; name another"


class Results:
    """The results file, open and locked for this run. It may name new numbers of people: for its user alone.

    What was published is remembered by number, as eight bytes of the key's hash: 100,000 items take 800 KB.
    """

    def __init__(self, path: Path) -> None:
        self._path = path
        self._published = array("Q")
        self._file: BinaryIO

    def __enter__(self) -> Self:
        """Open it, read what was published, and cut an unfinished last line off. Raises `CannotStart`."""
        try:
            descriptor = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600)
        except OSError as error:
            raise CannotStart(f"the results file cannot be opened: {error.strerror}") from error
        self._file = os.fdopen(descriptor, "r+b")
        try:
            fcntl.flock(self._file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            self._read()
        except BlockingIOError:
            self._file.close()
            raise CannotStart("another run is writing to this results file") from None
        except CannotStart:
            self._file.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._file.close()

    def is_published(self, number: int, key: str) -> bool:
        """Whether this item, as it is now, was published by a run before."""
        return number < len(self._published) and self._published[number] == _short(key)

    def write(self, number: int, key: str, outcome: Published | Problem) -> None:
        """Add a line. It is with the operating system at once: killing this process loses none."""
        line = {"item": number, "idempotencyKey": key, **_described(outcome)}
        self._file.write(json.dumps(line).encode() + b"\n")
        self._file.flush()

    def _read(self) -> None:
        end = 0
        for line in self._file:
            if not line.endswith(b"\n"):
                # A run was ended while it wrote this one: the item is tried again, under the same key.
                if not line.startswith(_BEGINNING[: len(line)]):
                    raise CannotStart(_NO_RESULTS)
                break
            self._take(line)
            end += len(line)
        self._file.seek(end)
        self._file.truncate()

    def _take(self, line: bytes) -> None:
        try:
            document = json.loads(line)
            number, key, is_published = document["item"], document["idempotencyKey"], "messageId" in document
        except (ValueError, TypeError, KeyError):
            raise CannotStart(_NO_RESULTS) from None
        if is_published:
            missing = number + 1 - len(self._published)
            if missing > 0:
                self._published.frombytes(bytes(self._published.itemsize * missing))
            self._published[number] = _short(key)


def _described(outcome: Published | Problem) -> dict[str, Any]:
    if isinstance(outcome, Problem):
        document = outcome.raw or {"type": outcome.type, "title": outcome.title}
        return {"status": outcome.status, "problem": document}
    described: dict[str, Any] = {
        "status": 201,
        "messageId": str(outcome.message_id),
        "expirationDate": outcome.expiration_date.isoformat(),
    }
    if outcome.code:
        described["code"] = outcome.code
    if outcome.is_replayed:
        described["isReplayed"] = True
    return described


def _short(key: str) -> int:
    return int.from_bytes(sha256(key.encode()).digest()[:8], "big") | 1  # never 0, which is "not published"
