"""The embedded mode's mail server: takes every mail, delivers none, and remembers the last ones for a page.

On loopback only. What it holds is bounded: 200 mails of at most 1 MiB each.
"""

from __future__ import annotations

import email
import email.policy
import logging
from collections import deque
from dataclasses import dataclass
from email.message import EmailMessage
from threading import Lock
from typing import TYPE_CHECKING

from aiosmtpd.controller import Controller

if TYPE_CHECKING:
    from aiosmtpd.smtp import SMTP, Envelope, Session

KEPT_MAILS = 200
LARGEST_MAIL = 1024 * 1024
_LOOPBACK = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class CaughtMail:
    """One mail as its recipient would see it; `headers` by name, repeated ones joined by line breaks."""

    to: str
    subject: str
    text: str
    headers: dict[str, str]


class MailCatcher:
    """An SMTP server on loopback, in a thread of its own. `mails` may be asked from any thread."""

    def __init__(self, port: int) -> None:
        self._mails: deque[CaughtMail] = deque(maxlen=KEPT_MAILS)
        self._lock = Lock()
        self._port = port
        self._controller: Controller | None = None

    @property
    def url(self) -> str:
        """Where to send mails (EBOX_SMTP_URL)."""
        return f"smtp://{_LOOPBACK}:{self._port}"

    def start(self) -> None:
        """Serve. Raises OSError when the port is taken."""
        # The library logs every command it receives, addresses and all.
        logging.getLogger("mail.log").setLevel(logging.ERROR)
        controller = Controller(
            _Handler(self), hostname=_LOOPBACK, port=self._port, data_size_limit=LARGEST_MAIL
        )
        try:
            controller.start()
        except BaseException:
            controller.loop.close()
            raise
        self._controller = controller

    def stop(self) -> None:
        """Stop serving; what was caught stays. Nothing if it does not serve."""
        controller, self._controller = self._controller, None
        if controller is not None:
            controller.stop()

    def mails(self) -> list[CaughtMail]:
        """What was caught, newest first."""
        with self._lock:
            return list(reversed(self._mails))

    def keep(self, recipient: str, content: bytes) -> None:
        """Remember a mail; the oldest one is forgotten for it when there are 200."""
        caught = _caught(recipient, content)
        with self._lock:
            self._mails.append(caught)


class _Handler:
    """What aiosmtpd calls."""

    def __init__(self, catcher: MailCatcher) -> None:
        self._catcher = catcher

    async def handle_DATA(  # noqa: N802 - the library's name for it
        self, _server: SMTP, _session: Session, envelope: Envelope
    ) -> str:
        content = envelope.original_content or b""
        for recipient in envelope.rcpt_tos:
            self._catcher.keep(recipient, content)
        return "250 2.0.0 caught"


def _caught(recipient: str, content: bytes) -> CaughtMail:
    message = email.message_from_bytes(content, _class=EmailMessage, policy=email.policy.default)
    body = message.get_body(("plain", "html"))
    headers: dict[str, str] = {}
    for name, value in message.items():
        text = _utf8(str(value))
        headers[name] = f"{headers[name]}\n{text}" if name in headers else text
    return CaughtMail(
        to=_utf8(recipient),
        subject=_utf8(str(message.get("Subject", ""))),
        text=_text(body) if isinstance(body, EmailMessage) else "",
        headers=headers,
    )


def _text(part: EmailMessage) -> str:
    """The part's text, whatever it says about its characters."""
    content = part.get_payload(decode=True)
    if not isinstance(content, bytes):
        return ""
    try:
        text = content.decode(part.get_content_charset("utf-8"), errors="replace")
    except LookupError:
        text = content.decode("utf-8", errors="replace")
    return _utf8(text)


def _utf8(text: str) -> str:
    """The text without the halves of characters that the parser keeps unreadable bytes in."""
    return text.encode("utf-8", errors="replace").decode("utf-8")
