"""Where a log is read from: a directory with its files, or the address it is published under.

Both answer None for a file that the log does not have, and raise `Unreachable` where that cannot be known.
"""

from __future__ import annotations

import errno
import os
import stat
import time
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from pathlib import Path
from typing import Final, Protocol

import httpx

from audit.verifier.findings import Unreachable, WrongUse

TIMEOUT_SECONDS: Final = 10.0
WHOLE_SECONDS: Final = 60.0
"""For one file: whoever sends a byte now and then keeps nobody."""
PAUSES: Final = (0.2, 1.0, 3.0)
"""Seconds before each further try."""
FETCHED_AT_ONCE: Final = 8
FETCHED_AHEAD: Final = 32
MAX_FILE_BYTES: Final = 256 * (2 + 65_535)
"""A bundle of the longest entries."""

_ENTRIES: Final = "tile/entries/"
_ADDRESSES: Final = {"checkpoint-witnessed": "checkpoint/witnessed"}
"""Where eBox serves a file under another name than it has."""


class LogSource(Protocol):
    """A published log, or a copy of one."""

    def read(self, path: str) -> bytes | None:
        """The file at this path (`checkpoint`, `tile/0/000.p/5`). Raises `Unreachable`."""
        ...

    def read_all(self, paths: Iterable[str]) -> Iterator[bytes | None]:
        """The files at these paths, in their order; a few are read ahead."""
        ...

    def close(self) -> None:
        """Give back what it holds."""
        ...


class Directory:
    """A log's files in a directory. Also as they lie in an object store, where `.` is written `-`."""

    def __init__(self, folder: Path) -> None:
        if not folder.is_dir():
            raise Unreachable(f"there is no directory {folder}; --log is a copy of a log, or its address")
        self._folder = folder

    def read(self, path: str) -> bytes | None:
        """The file, or None."""
        try:
            return _contents(self._folder / path)
        except (FileNotFoundError, NotADirectoryError):
            return self._as_object(path) if "." in path else None
        except OSError as error:
            raise Unreachable(f"{path} of the log cannot be read: {error.strerror}") from error

    def read_all(self, paths: Iterable[str]) -> Iterator[bytes | None]:
        """One after the other."""
        return map(self.read, paths)

    def close(self) -> None:
        """Nothing is held."""

    def _as_object(self, path: str) -> bytes | None:
        try:
            return _contents(self._folder / path.replace(".", "-"))
        except OSError:
            return None


def _contents(file: Path) -> bytes:
    """What is in a file; `OSError` for what is none, such as a pipe, or larger than any of a log."""
    descriptor = os.open(file, os.O_RDONLY | os.O_NONBLOCK | os.O_CLOEXEC)
    with os.fdopen(descriptor, "rb") as opened:
        if not stat.S_ISREG(os.fstat(descriptor).st_mode):
            raise OSError(errno.EINVAL, "it is no file")
        data = opened.read(MAX_FILE_BYTES + 1)
    if len(data) > MAX_FILE_BYTES:
        raise OSError(errno.EFBIG, "it is larger than any file of a log")
    return data


class Address:
    """A log over HTTP. The token goes along with requests for entries alone."""

    def __init__(self, url: str, token: str | None = None) -> None:
        """Raises `WrongUse` for what is no address."""
        self._headers = {"Authorization": f"Bearer {token}"} if token else {}
        # As C2SP tlog-tiles has it
        accepted = {"Accept-Encoding": "gzip, identity"}
        limits = httpx.Limits(max_connections=FETCHED_AT_ONCE)
        try:
            address = httpx.URL(url.rstrip("/") + "/")
        except httpx.InvalidURL as error:
            raise WrongUse(f"--log is no address: {error}") from None
        self._http = httpx.Client(base_url=address, headers=accepted, timeout=TIMEOUT_SECONDS, limits=limits)
        self._threads = ThreadPoolExecutor(FETCHED_AT_ONCE, thread_name_prefix="log")

    def read(self, path: str) -> bytes | None:
        """The file, or None where the log answers 404. Tries again, a few times, where nothing answers."""
        asked = _ADDRESSES.get(path, path)
        trouble = "nothing answers"
        for pause in (0.0, *PAUSES):
            time.sleep(pause)
            try:
                status, body = self._get(asked)
            except (httpx.TransportError, httpx.DecodingError) as error:
                trouble = f"nothing answers ({type(error).__name__})"
                continue
            if status == httpx.codes.OK:
                return body
            if status in {httpx.codes.NOT_FOUND, httpx.codes.GONE}:
                return None
            if asked != path and status == httpx.codes.SERVICE_UNAVAILABLE:
                return None  # What eBox answers as long as no witness has cosigned anything
            trouble = f"the log answers {status} for {path}"
            if status in {httpx.codes.UNAUTHORIZED, httpx.codes.FORBIDDEN}:
                raise Unreachable(f"{trouble}: entries need an auditor's token, in --token-file")
            if status < 500 and status != httpx.codes.TOO_MANY_REQUESTS:
                break
        raise Unreachable(f"{trouble}; is --log right, and is the log up?")

    def read_all(self, paths: Iterable[str]) -> Iterator[bytes | None]:
        """In their order; some are fetched ahead."""
        coming: deque[Future[bytes | None]] = deque()
        try:
            for path in paths:
                coming.append(self._threads.submit(self.read, path))
                if len(coming) >= FETCHED_AHEAD:
                    yield coming.popleft().result()
            while coming:
                yield coming.popleft().result()
        finally:
            for future in coming:
                future.cancel()

    def close(self) -> None:
        """End the connections."""
        self._threads.shutdown(cancel_futures=True)
        self._http.close()

    def _get(self, path: str) -> tuple[int, bytes]:
        headers = self._headers if path.startswith(_ENTRIES) else {}
        ends = time.monotonic() + WHOLE_SECONDS
        with self._http.stream("GET", path, headers=headers) as response:
            if response.status_code != httpx.codes.OK:
                return response.status_code, b""
            body = bytearray()
            for chunk in response.iter_bytes():
                body += chunk
                if len(body) > MAX_FILE_BYTES or time.monotonic() > ends:
                    raise Unreachable(f"the log's answer for {path} does not end")
            return response.status_code, bytes(body)


def source_of(log: str, token_file: Path | None = None) -> LogSource:
    """The log in this directory or at this http(s) address. Raises `Unreachable`, `WrongUse`."""
    if not log.startswith(("http://", "https://")):
        return Directory(Path(log))
    try:
        token = token_file.read_text(encoding="ascii").strip() if token_file else None
    except (OSError, UnicodeError):
        raise WrongUse("--token-file cannot be read, or holds no token") from None
    return Address(log, token)
