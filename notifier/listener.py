"""Receives mail that comes back: a small SMTP server that knows no addresses but the return paths we made.

Whoever wants to talk to it is bounded: by connections, by what one may send, by the time that one may take.
It says 250 only after what a report says is on record; while that cannot be, it says 451, and the server that
brought the mail comes again.
"""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from typing import cast

import structlog
from aiosmtpd.smtp import SMTP, Envelope, Session

from domain.errors import Conflict, Retryable
from notifier.errors import CannotListen
from notifier.returned import Reading, Returned
from notifier.verp import ReturnPath, SentMail
from telemetry import meters

_NO_SENDER = "<>"
"""As the library spells it."""

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class ListenerLimits:
    """Connections at once; octets of one mail; seconds without a word; seconds of one connection altogether;
    seconds that what is being taken in is given when the listener stops.
    """

    connections: int = 32
    mail_bytes: int = 512 * 1024
    idle_seconds: float = 60.0
    connection_seconds: float = 300.0
    finish_seconds: float = 5.0


class BounceListener:
    """For one event loop. `host` and `port` are where it listens; port 0 takes a free one."""

    def __init__(
        self,
        host: str,
        port: int,
        *,
        return_path: ReturnPath,
        returned: Returned,
        greeting: str,
        limits: ListenerLimits = ListenerLimits(),
    ) -> None:
        self._host = host
        self._port = port
        self._handler = _Handler(return_path, returned)
        self._greeting = greeting
        self._limits = limits
        self._open: set[_Connection] = set()
        self._server: asyncio.Server | None = None

    @property
    def port(self) -> int:
        """Where it listens."""
        if self._server is None:
            raise RuntimeError("it does not listen")
        return int(self._server.sockets[0].getsockname()[1])

    async def start(self) -> None:
        """Listen. Raises `CannotListen`."""
        # The library logs every command it receives, addresses and all.
        logging.getLogger("mail.log").setLevel(logging.CRITICAL)
        loop = asyncio.get_running_loop()
        try:
            self._server = await loop.create_server(self._connection, self._host, self._port)
        except OSError as error:
            raise CannotListen(f"port {self._port} of that host cannot be had") from error

    async def stop(self) -> None:
        """Take no more connections, finish what is being taken in, hang up."""
        server, self._server = self._server, None
        if server is None:
            return
        server.close()
        await self._handler.finish(self._limits.finish_seconds)
        for connection in list(self._open):
            connection.hang_up()

    def _connection(self) -> _Connection:
        return _Connection(self._handler, self._open, self._greeting, self._limits)


class _Connection(SMTP):
    """One client, for a bounded time."""

    def __init__(
        self, handler: _Handler, together: set[_Connection], greeting: str, limits: ListenerLimits
    ) -> None:
        self._together = together
        self._limits = limits
        self._line: asyncio.Transport | None = None
        self._end: asyncio.TimerHandle | None = None
        super().__init__(
            handler,
            data_size_limit=limits.mail_bytes,
            hostname=greeting,
            ident="eBox",
            timeout=limits.idle_seconds,
            command_call_limit={"*": 20, "MAIL": 100, "RCPT": 100, "DATA": 100},
            loop=asyncio.get_running_loop(),
        )

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        """Somebody calls."""
        self._line = cast("asyncio.Transport", transport)
        if len(self._together) >= self._limits.connections:
            self._line.write(b"421 4.7.0 too many connections\r\n")
            self._line.close()
            return
        self._together.add(self)
        super().connection_made(transport)
        self._end = self.loop.call_later(self._limits.connection_seconds, self.hang_up)

    def connection_lost(self, error: Exception | None) -> None:
        """They are gone."""
        if self._end is not None:
            self._end.cancel()
        if self in self._together:
            self._together.discard(self)
            super().connection_lost(error)

    def hang_up(self) -> None:
        """At once."""
        if self._line is not None:
            self._line.abort()


class _Handler:
    """What aiosmtpd calls."""

    def __init__(self, return_path: ReturnPath, returned: Returned) -> None:
        self._return_path = return_path
        self._returned = returned
        self._taking: set[asyncio.Future[str]] = set()

    async def finish(self, seconds: float) -> None:
        """Let what is being taken in come to its end."""
        if self._taking:
            await asyncio.wait(self._taking, timeout=seconds)

    async def handle_MAIL(  # noqa: N802 - the library's name for it
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address != _NO_SENDER:
            return "550 5.7.1 only mail that comes back is taken here"  # RFC 5321 §4.5.5: it has no sender
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 OK"

    async def handle_RCPT(  # noqa: N802 - the library's name for it
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if self._return_path.mail_of(address) is None:
            return "550 5.1.1 no such mailbox"
        if envelope.rcpt_tos:
            return "452 4.5.3 one at a time"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(  # noqa: N802 - the library's name for it
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        sent = self._return_path.mail_of(envelope.rcpt_tos[0])
        if sent is None:
            return "550 5.1.1 no such mailbox"
        taking = asyncio.ensure_future(self._take(sent, envelope.original_content or b""))
        self._taking.add(taking)
        taking.add_done_callback(self._taking.discard)
        return await asyncio.shield(taking)

    async def handle_exception(self, error: Exception) -> str:
        """Something nobody foresaw. The library would tell the other side its text."""
        _log.error("bounce.failed", error=type(error).__name__)
        return "451 4.3.0 try again later"

    async def _take(self, sent: SentMail, content: bytes) -> str:
        try:
            reading = await self._returned.take(sent, content)
        except (Retryable, Conflict) as error:
            _log.warning("bounce.not_recorded", error=type(error).__name__)
            return "451 4.3.0 try again later"
        meters.RETURNED_MAILS.labels(reading.value).inc()
        if reading in {Reading.UNREADABLE, Reading.UNKNOWN}:
            _log.info("bounce.ignored", notification_id=str(sent.notification_id), why=reading.value)
        return "250 2.0.0 OK"
