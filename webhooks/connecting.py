"""Connections to the very address that was looked at: a name is resolved once, by us.

The library would resolve the name again when it connects, and whoever serves the name could answer otherwise
the second time. So it gets the address, and only the TLS handshake and the Host header know the name.
"""

from __future__ import annotations

import socket
from collections.abc import Iterable, Sequence
from typing import Protocol

import httpcore

from threads import BoundedThreads
from webhooks.addresses import Reach
from webhooks.errors import AddressRefused

RESOLVING = 16
WAITING_NAMES = 64
RESOLVE_SECONDS = 5.0

SocketOption = tuple[int, int, int] | tuple[int, int, bytes | bytearray] | tuple[int, int, None, int]


class Resolver(Protocol):
    """Who turns names into addresses."""

    async def addresses(self, host: str, port: int) -> Sequence[str]:
        """Every address of the name. Raises OSError where there is none, `domain.errors.Retryable`."""
        ...


class CheckedBackend(httpcore.AsyncNetworkBackend):
    """Resolves, looks at every address, connects to the first that takes the connection."""

    def __init__(
        self,
        reach: Reach,
        resolver: Resolver,
        *,
        is_https: bool,
        network: httpcore.AsyncNetworkBackend | None = None,
    ) -> None:
        self._reach = reach
        self._resolver = resolver
        self._is_https = is_https
        self._network = network or httpcore.AnyIOBackend()

    async def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,  # noqa: ASYNC109 - the library's signature
        local_address: str | None = None,
        socket_options: Iterable[SocketOption] | None = None,
    ) -> httpcore.AsyncNetworkStream:
        """Connect. Raises `AddressRefused` where one address is none that we connect to, and OSError."""
        addresses = await self._resolver.addresses(host.strip("[]"), port)
        for address in addresses:
            self._reach.check_address(address, is_https=self._is_https)
        for place, address in enumerate(addresses, start=1):
            try:
                return await self._network.connect_tcp(address, port, timeout, local_address, socket_options)
            except (httpcore.ConnectError, httpcore.ConnectTimeout):
                if place == len(addresses):
                    raise
        raise AddressRefused("a name without an address")


class SystemResolver:
    """The system's own, in threads of its own: a name server that hangs holds up nothing else."""

    def __init__(self) -> None:
        self._threads = BoundedThreads(
            "webhook names", RESOLVING, waiting=WAITING_NAMES, seconds=RESOLVE_SECONDS
        )

    async def addresses(self, host: str, port: int) -> Sequence[str]:
        """Every address of the name."""
        return await self._threads.run(_look_up, host, port)

    def close(self) -> None:
        """Wait for what is being looked up."""
        self._threads.close()


def _look_up(host: str, port: int) -> list[str]:
    try:
        found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except UnicodeError:  # a label that is empty, or longer than 63 characters
        raise OSError("this can be no name") from None
    return list(dict.fromkeys(str(place[0]) for *_, place in found))
