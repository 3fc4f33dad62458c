"""One POST to a receiver: to an address that was looked at, signed, without redirects, with an end.

The library underneath follows no redirects, knows no proxies and keeps no cookies. Of an answer only the
status and `Retry-After` count; a few KiB of its body are read so that the connection can be used again.
"""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from urllib.parse import urlsplit

import httpcore

from domain.errors import Retryable
from webhooks.addresses import Reach
from webhooks.connecting import CheckedBackend, Resolver
from webhooks.errors import AddressRefused, EventRefused, ReceiverFailing, ReceiverGone
from webhooks.signing import Post

READ_BYTES = 4096
READ_SECONDS = 2.0

_OVERLOADED = (408, 425, 429)
_GONE = 410
_BROKEN = (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError)


@dataclass(frozen=True, slots=True)
class PostLimits:
    """Seconds for a connection, for each read or write, and for everything; connections open at once."""

    connect_seconds: float = 5.0
    answer_seconds: float = 10.0
    whole_seconds: float = 20.0
    connections: int = 64


class Poster:
    """Posts, any number at once. For one event loop."""

    def __init__(
        self,
        reach: Reach,
        resolver: Resolver,
        trust: ssl.SSLContext,
        limits: PostLimits | None = None,
    ) -> None:
        self._reach = reach
        self._limits = limits or PostLimits()
        self._pools = {
            scheme: httpcore.AsyncConnectionPool(
                ssl_context=trust,
                max_connections=self._limits.connections,
                max_keepalive_connections=self._limits.connections // 2,
                keepalive_expiry=30.0,
                network_backend=CheckedBackend(reach, resolver, is_https=scheme == "https"),
            )
            for scheme in ("https", "http")
        }

    async def post(self, post: Post, now: datetime) -> None:
        """Returns once the receiver has answered 2xx. Raises `NotDelivered`."""
        try:
            self._reach.check_url(post.url)
            async with asyncio.timeout(self._limits.whole_seconds):
                status, headers = await self._send(post)
        except AddressRefused as error:
            raise ReceiverFailing(f"address refused: {error}") from None
        except (TimeoutError, httpcore.TimeoutException):
            raise ReceiverFailing("no answer in time") from None
        except ssl.SSLError:
            raise ReceiverFailing("no trusted TLS connection") from None
        except httpcore.ConnectError as error:
            raise ReceiverFailing(_why_unconnected(error)) from None
        except Retryable:
            raise ReceiverFailing("its name was not looked up in time") from None
        except (*_BROKEN, OSError):
            raise ReceiverFailing("cannot be reached") from None
        _judge(status, _retry_after(headers, now))

    async def close(self) -> None:
        """Close every connection."""
        for pool in self._pools.values():
            await pool.aclose()

    async def _send(self, post: Post) -> tuple[int, Sequence[tuple[bytes, bytes]]]:
        timeouts = {
            "connect": self._limits.connect_seconds,
            "read": self._limits.answer_seconds,
            "write": self._limits.answer_seconds,
            "pool": self._limits.whole_seconds,
        }
        parts = urlsplit(post.url)
        request = self._pools[parts.scheme].stream(
            post.method,
            post.url,
            headers=[("Host", parts.netloc), *post.headers.items()],
            content=post.body,
            extensions={"timeout": timeouts},
        )
        async with request as response:
            # Whatever becomes of its body, the receiver has answered: it is not posted again for that.
            with suppress(
                TimeoutError, httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError
            ):
                await _read(response)
            return response.status, response.headers


async def _read(response: httpcore.Response) -> None:
    read = 0
    async with asyncio.timeout(READ_SECONDS):
        async for chunk in response.aiter_stream():
            read += len(chunk)
            if read >= READ_BYTES:
                return


def _judge(status: int, retry_after: timedelta | None) -> None:
    if 200 <= status < 300:
        return
    if status == _GONE:
        raise ReceiverGone("gone", status)
    if 300 <= status < 400:
        raise ReceiverFailing("answers with a redirect, which is not followed", status)
    if status >= 500 or status in _OVERLOADED:
        raise ReceiverFailing("does not serve", status, retry_after)
    raise EventRefused("does not take it", status, retry_after)


def _why_unconnected(error: httpcore.ConnectError) -> str:
    cause: BaseException | None = error
    while cause is not None:
        if isinstance(cause, ssl.SSLError):
            return "no trusted TLS connection"
        cause = cause.__cause__ or cause.__context__
    return "cannot be connected to"


def _retry_after(headers: Sequence[tuple[bytes, bytes]], now: datetime) -> timedelta | None:
    """How long the answer asks us to wait (RFC 9110 §10.2.3); None where it does not, or cannot be read."""
    given = next((value for name, value in headers if name.lower() == b"retry-after"), b"")
    text = given.decode("latin-1").strip()
    if re.fullmatch(r"[0-9]{1,9}", text):
        return timedelta(seconds=int(text))
    try:
        until = parsedate_to_datetime(text)
    except (ValueError, OverflowError):  # the latter for a day or a year of many digits
        return None
    return max(until.replace(tzinfo=until.tzinfo or UTC) - now, timedelta())
