"""The server's side of an SMTP conversation (RFC 5321), as far as a client of ours speaks it.

What it answers, it asks of a script; see `smtp_script.py`.
"""

from __future__ import annotations

import email
import email.policy
import socket
import socketserver
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from email.message import EmailMessage
from enum import Enum, auto
from typing import Literal, Protocol

from tests.servers.ports import LOOPBACK

_IDLE_SECONDS = 60.0
_LONGEST_LINE = 10_000

ACCEPTED = "250 2.0.0 accepted"
CLOSING = "421 4.3.2 closing down"  # the server hangs up after it (RFC 5321, 3.8)
TRY_LATER = "451 4.3.0 try again later"
NO_SUCH_MAILBOX = "550 5.1.1 no such mailbox"


class Silence(Enum):
    """An answer that is none."""

    HANG = auto()
    """Say nothing, and keep the connection until the client gives up."""
    HANG_UP = auto()
    """Close the connection without a word: after DATA, the client cannot know whether the mail was taken."""


Answer = str | Silence
Stage = Literal["connect", "recipient", "data"]


@dataclass(frozen=True, slots=True)
class ReceivedMail:
    """One mail as it came over the wire, and what was answered to it."""

    sender: str
    recipients: tuple[str, ...]
    content: bytes
    answer: Answer

    @property
    def message(self) -> EmailMessage:
        return email.message_from_bytes(self.content, _class=EmailMessage, policy=email.policy.default)


class Script(Protocol):
    """Who decides what is answered, and remembers what came."""

    def connected(self) -> None:
        """A client has connected."""

    def next_answer(self, stage: Stage, otherwise: str) -> Answer:
        """What to answer at this stage now; `otherwise` where nothing else is wanted."""

    def record(self, mail: ReceivedMail) -> None:
        """A mail has come, and this is the answer that it is about to get."""


class _HangUp(Exception):
    """This conversation is over."""


class SmtpServer(socketserver.ThreadingTCPServer):
    """Accepts clients on a free loopback port; a thread for each."""

    request_queue_size = 128

    def __init__(self, script: Script) -> None:
        self.script = script
        self._open: set[socket.socket] = set()
        self._is_closing = False
        super().__init__((LOOPBACK, 0), SmtpConversation)

    def opened(self, connection: socket.socket) -> None:
        self._open.add(connection)
        if self._is_closing:
            _hang_up(connection)

    def closed(self, connection: socket.socket) -> None:
        self._open.discard(connection)

    def close_connections(self) -> None:
        """Hang up on every client, and on those who come from now on."""
        self._is_closing = True
        for connection in list(self._open):
            _hang_up(connection)


class SmtpConversation(socketserver.StreamRequestHandler):
    """One conversation with one client."""

    server: SmtpServer
    timeout = _IDLE_SECONDS
    disable_nagle_algorithm = True

    def handle(self) -> None:
        self.server.opened(self.connection)
        try:
            self._converse()
        except (_HangUp, OSError):
            return  # told to, or the client has gone
        finally:
            self.server.closed(self.connection)

    def _converse(self) -> None:
        script = self.server.script
        script.connected()
        self._answer(script.next_answer("connect", "220 scripted.example.test ESMTP"))
        sender, recipients = "", list[str]()
        for line in self._lines():
            command = line.upper()
            if command.startswith("EHLO"):
                self._answer("250-scripted.example.test\r\n250-8BITMIME\r\n250-SMTPUTF8\r\n250 SIZE 10485760")
            elif command.startswith("MAIL FROM:"):
                sender, recipients = _address(line), []
                self._answer(ACCEPTED)
            elif command.startswith("RCPT TO:"):
                answer = script.next_answer("recipient", ACCEPTED)
                if isinstance(answer, str) and answer.startswith("2"):
                    recipients.append(_address(line))
                self._answer(answer)
            elif command == "DATA" and recipients:
                self._answer("354 end with a dot alone on a line")
                content = self._content()
                answer = script.next_answer("data", ACCEPTED)
                script.record(ReceivedMail(sender, tuple(recipients), content, answer))
                self._answer(answer)
            elif command == "QUIT":
                self._answer("221 2.0.0 goodbye")
                return
            elif command in ("RSET", "NOOP") or command.startswith("HELO"):
                self._answer(ACCEPTED)
            else:
                self._answer("503 5.5.1 not now" if command == "DATA" else "502 5.5.1 not known")

    def _lines(self) -> Iterator[str]:
        while line := self.rfile.readline(_LONGEST_LINE):
            yield line.decode("utf-8", errors="replace").rstrip("\r\n")

    def _content(self) -> bytes:
        """The mail up to the lone dot, with the dots doubled for transport made single (RFC 5321, 4.5.2)."""
        lines: list[bytes] = []
        while (line := self.rfile.readline(_LONGEST_LINE)) != b".\r\n":
            if not line:
                raise _HangUp
            lines.append(line.removeprefix(b"."))
        return b"".join(lines)

    def _answer(self, answer: Answer) -> None:
        if answer is Silence.HANG:
            self.rfile.read()  # until the client closes, or we stop
            raise _HangUp
        if answer is Silence.HANG_UP:
            raise _HangUp
        self.wfile.write(f"{answer}\r\n".encode())
        if str(answer).startswith("421"):
            raise _HangUp


def _hang_up(connection: socket.socket) -> None:
    with suppress(OSError):  # the client was quicker
        connection.shutdown(socket.SHUT_RDWR)


def _address(line: str) -> str:
    """The address between the angle brackets of a MAIL or RCPT command."""
    return line.partition("<")[2].partition(">")[0]
