"""The load generator: a process that keeps connections busy, one request at a time on each.

Ours instead of `wrk`, because `wrk` drops what is under way when its time is up: what it counts and what the
server committed can then never be compared to the row. This one lets the last answers come in. It talks to
epoll directly and knows just enough HTTP/1.1 (keep-alive, Content-Length), so that it takes little of the
machine that it shares with what it measures.

It reads a `Plan` as JSON on standard input and prints a `Tally` as JSON on standard output.
"""

from __future__ import annotations

import json
import os
import re
import select
import socket
import sys
import time
from dataclasses import asdict
from pathlib import Path

from bench.load.plan import DISTINCT, NUMBER, Plan, Tally

_LENGTH = re.compile(rb"\r\ncontent-length: *(\d+)", re.IGNORECASE)
_RECEIVE_BYTES = 64 * 1024  # more is slower: Python takes memory for all of it at each call
_SAMPLE_BYTES = 400


_MARKS = re.compile(b"(" + re.escape(DISTINCT) + b"|" + re.escape(NUMBER) + b")")


class _Distinct:
    """Texts of sixteen characters, none twice, in whatever process; and numbers of six digits."""

    def __init__(self) -> None:
        self._prefix = os.urandom(4).hex().encode()
        self._count = 0

    def next(self) -> bytes:
        self._count += 1
        return b"%b%08x" % (self._prefix, self._count)

    def in_place_of(self, mark: memoryview) -> memoryview:
        """What goes where a mark stood; a piece that is none stays."""
        if mark == DISTINCT:
            return memoryview(self.next())
        if mark == NUMBER:
            self._count += 1
            return memoryview(b"%06d" % (self._count % 1_000_000))
        return mark


class _Connection:
    """One keep-alive connection and the request on it."""

    def __init__(self, plan: Plan, pieces: list[bytes], distinct: _Distinct) -> None:
        self.socket = socket.create_connection(("127.0.0.1", plan.port), timeout=plan.patience_seconds)
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.socket.setblocking(False)
        self.began = 0.0
        self._pieces = [memoryview(piece) for piece in pieces]
        self._distinct = distinct
        self._unsent: list[memoryview] = []
        self._answer = b""
        self._expected = 0

    def begin(self, now: float) -> bool:
        """Send the next request; whether all of it went out at once."""
        self.began = now
        self._answer, self._expected = b"", 0
        self._unsent = [self._distinct.in_place_of(piece) for piece in self._pieces]
        return self.send()

    def send(self) -> bool:
        """Send what is left of the request; whether that was all."""
        try:
            sent = self.socket.sendmsg(self._unsent)
        except BlockingIOError:
            return False
        while self._unsent and sent >= len(self._unsent[0]):
            sent -= len(self._unsent.pop(0))
        if self._unsent:
            self._unsent[0] = self._unsent[0][sent:]
        return not self._unsent

    def receive(self) -> bytes | None:
        """The whole answer once it is here. Raises `ConnectionError`."""
        data = self.socket.recv(_RECEIVE_BYTES)
        if not data:
            raise ConnectionResetError("the server closed the connection")
        self._answer = self._answer + data if self._answer else data
        if not self._expected:
            end = self._answer.find(b"\r\n\r\n")
            if end < 0:
                return None
            length = _LENGTH.search(self._answer, 0, end)
            if length is None:
                raise ConnectionError("an answer without Content-Length")
            self._expected = end + 4 + int(length[1])
        return self._answer if len(self._answer) >= self._expected else None


class _Load:
    """All connections, until the time is up or the requests are spent, and then until the last answer."""

    def __init__(self, plan: Plan) -> None:
        self._plan = plan
        self._poll = select.epoll()
        self._connections: dict[int, _Connection] = {}
        self._left = plan.requests if plan.requests is not None else sys.maxsize
        self._expected = b"HTTP/1.1 %d " % plan.expected_status
        self._latencies: list[float] = []
        self._acknowledged = 0
        self._errors = 0
        self._sample = ""

    def run(self) -> Tally:
        plan, distinct = self._plan, _Distinct()
        requests = [_MARKS.split(Path(path).read_bytes()) for path in plan.request_files]
        for number in range(plan.connections):
            connection = _Connection(plan, requests[number % len(requests)], distinct)
            self._connections[connection.socket.fileno()] = connection
            self._poll.register(connection.socket, select.EPOLLIN)
        began = time.perf_counter()
        self._deadline = began + plan.seconds
        busy = sum(self._next(connection, began) for connection in self._connections.values())
        while busy:
            ready = self._poll.poll(plan.patience_seconds)
            if not ready:
                self._fail(f"no answer within {plan.patience_seconds:g} s")
                break
            for descriptor, event in ready:
                busy -= self._advance(self._connections[descriptor], event)
        elapsed = time.perf_counter() - began
        usage = time.process_time()
        within = min(plan.seconds, elapsed)
        self._latencies.sort()
        return Tally(
            rate=len(self._latencies) / within,
            seconds=elapsed,
            acknowledged=self._acknowledged,
            errors=self._errors,
            error_sample=self._sample,
            p50_ms=self._quantile(0.50),
            p99_ms=self._quantile(0.99),
            cpu_seconds=usage,
        )

    def _next(self, connection: _Connection, now: float) -> bool:
        """Begin another request if there is to be one; whether there is."""
        if now >= self._deadline or self._left <= 0:
            return False
        self._left -= 1
        if not connection.begin(now):
            self._poll.modify(connection.socket, select.EPOLLIN | select.EPOLLOUT)
        return True

    def _advance(self, connection: _Connection, event: int) -> bool:
        """Go on with a connection that is ready; whether it is done for good."""
        try:
            if event & select.EPOLLOUT and connection.send():
                self._poll.modify(connection.socket, select.EPOLLIN)
            answer = connection.receive() if event & ~select.EPOLLOUT else None
        except OSError as error:
            self._fail(type(error).__name__)
            self._poll.unregister(connection.socket)
            return True
        if answer is None:
            return False
        now = time.perf_counter()
        if answer.startswith(self._expected):
            self._acknowledged += 1
            if now < self._deadline:
                self._latencies.append(now - connection.began)
        else:
            self._fail(answer[:_SAMPLE_BYTES].decode("utf-8", "replace"))
        return not self._next(connection, now)

    def _fail(self, sample: str) -> None:
        self._errors += 1
        self._sample = self._sample or sample

    def _quantile(self, q: float) -> float:
        if not self._latencies:
            return 0.0
        return 1000 * self._latencies[min(len(self._latencies) - 1, int(q * len(self._latencies)))]


if __name__ == "__main__":
    print(json.dumps(asdict(_Load(Plan(**json.load(sys.stdin))).run())))
