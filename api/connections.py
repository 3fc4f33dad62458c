"""The border to the HTTP server: how long and how large a request's head may be.

uvicorn bounds neither, so that a client could hold a connection for ever by never ending a header, or fill
the memory with one. Here a head that is not complete in time closes its connection, as does one that never
begins, and a head or a trailer that is too large is answered 431 (RFC 6585 §5). Bodies are for `pacing`.
"""

from __future__ import annotations

import asyncio
from typing import Final

from uvicorn.protocols.http.httptools_impl import STATUS_LINE, HttpToolsProtocol

from api.problem_types import BAD_REQUEST, HEADERS_TOO_LARGE
from api.problems import Problem, response_to
from domain.ids import new_id

HEAD_SECONDS = 15.0
"""From a head's first byte to its end; also how long bytes are taken that nobody waits for."""

MAX_HEAD_BYTES: Final = 64 * 1024
MAX_HEADERS: Final = 100


class _TooLarge(Exception):
    """Ends the parser."""


class BoundedConnection(HttpToolsProtocol):
    """One connection. uvicorn's parser calls the methods that begin with `on_`."""

    _timer: asyncio.TimerHandle | None = None
    _is_in_head = False
    _is_too_large = False
    _head_bytes = 0
    _unparsed_bytes = 0

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override] # as uvicorn's
        """Somebody connected."""
        super().connection_made(transport)
        self._start_timer()

    def connection_lost(self, exc: Exception | None) -> None:
        """They went."""
        self._stop_timer()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        """Bytes, as they come."""
        self._unparsed_bytes += len(data)
        super().data_received(data)
        if self.transport.is_closing():
            return
        if self._unparsed_bytes > MAX_HEAD_BYTES:
            self._refuse(Problem(HEADERS_TOO_LARGE))
        elif self._is_idle and self._timer is None:
            self._start_timer()

    def on_message_begin(self) -> None:
        """The first byte of a head."""
        super().on_message_begin()
        self._stop_timer()  # what is left of one for bytes before this request
        self._is_in_head = True
        self._head_bytes = self._unparsed_bytes = 0

    def on_url(self, url: bytes) -> None:
        """Some of the address."""
        self._count(len(url))
        super().on_url(url)

    def on_header(self, name: bytes, value: bytes) -> None:
        """A whole header; or a trailer, which is not to pass for one (RFC 9110 §6.5.1)."""
        self._count(len(name) + len(value) + len(b": \r\n"))
        if self._is_in_head:
            super().on_header(name, value)
            if len(self.headers) > MAX_HEADERS:
                self._is_too_large = True
                raise _TooLarge

    def on_headers_complete(self) -> None:
        """The head is there: the request begins."""
        self._is_in_head = False
        self._stop_timer()
        super().on_headers_complete()

    def on_body(self, body: bytes) -> None:
        """Some of the body."""
        self._unparsed_bytes = 0
        super().on_body(body)

    def send_400_response(self, msg: str) -> None:
        """The parser stopped."""
        self._refuse(Problem(HEADERS_TOO_LARGE if self._is_too_large else BAD_REQUEST, msg))

    @property
    def _is_idle(self) -> bool:
        return self.cycle is None or self.cycle.response_complete

    def _count(self, size: int) -> None:
        self._head_bytes += size
        if self._head_bytes > MAX_HEAD_BYTES:
            self._is_too_large = True
            raise _TooLarge

    def _refuse(self, problem: Problem) -> None:
        if self._is_idle:  # else it would end up in the middle of another answer
            response = response_to(problem, new_id())
            headers = [*response.raw_headers, (b"connection", b"close")]
            lines = [b"%b: %b\r\n" % header for header in headers]
            self.transport.write(
                b"".join([STATUS_LINE[problem.kind.status], *lines, b"\r\n", bytes(response.body)])
            )
        self.transport.close()

    def _start_timer(self) -> None:
        self._timer = self.loop.call_later(HEAD_SECONDS, self._too_late)

    def _stop_timer(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None

    def _too_late(self) -> None:
        self._timer = None
        if self._is_idle:
            self.transport.close()
        else:
            self._start_timer()  # an earlier request is still being answered
