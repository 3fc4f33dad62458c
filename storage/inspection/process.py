"""One running worker process, seen from the parent.

Started with `subprocess` (no fork of a process that has threads and an event loop), with an empty
environment (ours holds secrets) and only its end of the socket. Answers are awaited on the event loop: a
thread in between would cost as much processor time as the inspection of a usual letter.
"""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
from pathlib import Path
from typing import Self

from domain.mediatypes import MediaType
from storage.errors import InspectionUnavailable

_PROGRAM = Path(__file__).with_name("worker.py")
_START_SECONDS = 15.0
_END_SECONDS = 5.0
_LONGEST_ANSWER = 4096


class WorkerEnded(Exception):
    """The process ended before it answered."""


class WorkerProcess:
    """Examines one document at a time. Made by `start`, given up by `stop`."""

    def __init__(self, process: subprocess.Popen[bytes], connection: socket.socket) -> None:
        self.served = 0
        self._ended = False
        self._process = process
        self._connection = connection
        self._answer: asyncio.Future[bytes] | None = None
        asyncio.get_running_loop().add_reader(connection.fileno(), self._receive)

    @classmethod
    async def start(cls, *, memory_limit: int, job_seconds: float, embedded_limit: int) -> Self:
        """A process that is ready, limited to so many bytes, and seconds of processor time a document.

        `embedded_limit`: the most bytes of embedded files that it writes for one; with 0 it can write none.
        Raises `InspectionUnavailable`.
        """
        ours, theirs = socket.socketpair(socket.AF_UNIX, socket.SOCK_SEQPACKET)
        ours.setblocking(False)
        try:
            # Not in a thread: a cancelled wait for one would leave a process that nobody knows.
            process = _spawn(theirs, memory_limit, job_seconds, embedded_limit)
        except OSError as error:
            ours.close()
            raise _not_started(error) from None
        finally:
            theirs.close()
        worker = cls(process, ours)
        try:
            await worker._next_answer(_START_SECONDS)
        except (TimeoutError, WorkerEnded) as error:
            await worker.stop()
            raise _not_started(error) from None
        except BaseException:
            await worker.stop()
            raise
        return worker

    def has_ended(self) -> bool:
        """Whether the process is gone, as far as can be known without waiting."""
        self._receive()
        return self._ended

    async def examine(self, media_type: MediaType, *descriptors: int, seconds: float) -> bytes:
        """The answer for the upload behind the first descriptor; a second one is where embedded files go.

        After an exception the process is of no more use.
        Raises TimeoutError, `WorkerEnded`, and `InspectionUnavailable` if it had ended before.
        """
        try:
            socket.send_fds(self._connection, [f"{media_type.check} {media_type.name}".encode()], descriptors)
        except OSError as error:
            raise _not_started(error) from None
        answer = await self._next_answer(seconds)
        self.served += 1
        return answer

    async def stop(self) -> None:
        """End the process, whatever it is doing."""
        self._hang_up()
        self._process.kill()
        await asyncio.to_thread(self._process.wait, _END_SECONDS)

    async def _next_answer(self, seconds: float) -> bytes:
        if self._ended:
            raise WorkerEnded
        self._answer = asyncio.get_running_loop().create_future()
        async with asyncio.timeout(seconds):
            return await self._answer

    def _receive(self) -> None:
        if self._ended:
            return
        try:
            message = self._connection.recv(_LONGEST_ANSWER)
        except BlockingIOError:
            return
        except OSError:
            message = b""
        if not message:
            self._hang_up()
        if self._answer is None or self._answer.done():
            return
        if message:
            self._answer.set_result(message)
        else:
            self._answer.set_exception(WorkerEnded())

    def _hang_up(self) -> None:
        if not self._ended:
            self._ended = True
            asyncio.get_running_loop().remove_reader(self._connection.fileno())
            self._connection.close()


def _spawn(
    connection: socket.socket, memory_limit: int, job_seconds: float, embedded_limit: int
) -> subprocess.Popen[bytes]:
    limits = [str(memory_limit), str(max(1, round(job_seconds))), str(embedded_limit)]
    return subprocess.Popen(  # noqa: S603 - our own interpreter and our own file
        [sys.executable, "-I", str(_PROGRAM), str(connection.fileno()), *limits],
        pass_fds=[connection.fileno()],
        env={},
        cwd="/",
        stdin=subprocess.DEVNULL,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,  # the parser's complaints may quote the document
    )


def _not_started(error: Exception) -> InspectionUnavailable:
    return InspectionUnavailable(f"no inspection worker is running ({type(error).__name__})")
