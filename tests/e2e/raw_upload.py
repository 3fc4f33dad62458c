"""A publication over a bare socket, so that a test can stop in the middle of it."""

from __future__ import annotations

import json
import socket
from http.client import HTTPResponse
from types import TracebackType
from typing import Self

from tests.e2e.caller import MESSAGES, Caller, with_document
from tests.servers.ports import LOOPBACK

_BOUNDARY = "the-boundary-of-this-test"
_END = f"\r\n--{_BOUNDARY}--\r\n".encode()
_SECONDS = 30.0


class RawUpload:
    """Announces a document of `size` bytes; what is sent of it is up to the test."""

    def __init__(self, partner: Caller, size: int) -> None:
        self._socket = socket.create_connection((LOOPBACK, partner.installation.port), timeout=_SECONDS)
        parts = (
            _part('name="messageToPublish"', "application/json", json.dumps(with_document()).encode())
            + b"\r\n"
            + _part('name="upfile1"; filename="document.pdf"', "application/pdf", b"")
        )
        head = [
            f"POST {MESSAGES} HTTP/1.1",
            f"Host: {LOOPBACK}:{partner.installation.port}",
            f"Content-Type: multipart/form-data; boundary={_BOUNDARY}",
            f"Content-Length: {len(parts) + size + len(_END)}",
            *(f"{name}: {value}" for name, value in partner.authorization().items()),
        ]
        self.send("\r\n".join([*head, "\r\n"]).encode() + parts)

    def send(self, data: bytes) -> None:
        """So much more of it. Raises `OSError` where the server has closed."""
        self._socket.sendall(data)

    def answer(self) -> tuple[int, bytes]:
        """Status and content of what is answered to what was sent so far."""
        response = HTTPResponse(self._socket)
        response.begin()
        return response.status, response.read()

    def vanish(self) -> None:
        """Close the connection, whatever was still to come."""
        self._socket.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.vanish()


def _part(disposition: str, media_type: str, content: bytes) -> bytes:
    head = (
        f"--{_BOUNDARY}\r\n"
        f"Content-Disposition: form-data; {disposition}\r\n"
        f"Content-Type: {media_type}\r\n\r\n"
    )
    return head.encode() + content
