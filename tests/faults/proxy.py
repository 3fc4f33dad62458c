"""A TCP proxy in front of each dependency, so that a single connection between two parts can be cut.

The parts know the proxy's port as the dependency's. Cutting it there leaves the dependency itself untouched,
as a broken cable or a firewall does; other parts still reach it.
"""

from __future__ import annotations

import asyncio
import socket
import struct
from collections.abc import Coroutine
from contextlib import suppress
from threading import Thread
from types import TracebackType
from typing import Any, Literal, Self, TypeVar

import uvloop

from tests.servers.ports import LOOPBACK, free_port

T = TypeVar("T")

Cut = Literal["refused", "reset", "silent"]
"""`refused`: nobody listens, and connections break. `reset`: connections break, new ones are welcome.
`silent`: what is sent arrives nowhere, and connections stay open."""

_CHUNK = 64 * 1024
_PATIENCE_SECONDS = 10.0
_BACKLOG = 256
_RESET_AT_ONCE = struct.pack("ii", 1, 0)  # SO_LINGER: closing sends RST and forgets what was not sent


class Proxy:
    """Passes what comes to its port on to `target_port`; made by `Proxies.add`."""

    def __init__(self, target_port: int) -> None:
        self.port = free_port()
        self.target_port = target_port
        self._server: asyncio.Server | None = None
        self._gate = asyncio.Event()
        self._gate.set()
        self._open: set[asyncio.StreamWriter] = set()

    async def listen(self) -> None:
        """Accept connections (again)."""
        if self._server is None:
            self._server = await asyncio.start_server(
                self._pass_on, LOOPBACK, self.port, backlog=_BACKLOG, reuse_address=True
            )

    async def cut(self, how: Cut) -> None:
        """Break it."""
        if how == "silent":
            self._gate.clear()
            return
        if how == "refused":
            await self._stop_listening()
        self._reset_all()

    async def mend(self) -> None:
        """Let everything through, also what a silent cut held back, as TCP would by sending it again."""
        self._gate.set()
        await self.listen()

    async def lead_to(self, port: int) -> None:
        """Connect to another server from now on, and break with the one until now."""
        self.target_port = port
        self._reset_all()

    async def close(self) -> None:
        """Let go of the port and of all connections."""
        self._gate.set()
        await self._stop_listening()
        self._reset_all()

    async def _stop_listening(self) -> None:
        server, self._server = self._server, None
        if server is not None:
            server.close()

    def _reset_all(self) -> None:
        for writer in list(self._open):
            connection = writer.get_extra_info("socket")
            with suppress(OSError):  # the other side was quicker
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, _RESET_AT_ONCE)
            writer.transport.abort()

    async def _pass_on(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        self._open.add(writer)
        upstream: asyncio.StreamWriter | None = None
        try:
            await self._gate.wait()
            with suppress(OSError, asyncio.CancelledError):
                answers, upstream = await asyncio.open_connection(LOOPBACK, self.target_port)
                self._open.add(upstream)
                await asyncio.gather(self._pump(reader, upstream), self._pump(answers, writer))
        finally:
            for one in (writer, upstream):
                if one is not None:
                    self._open.discard(one)
                    one.transport.abort()

    async def _pump(self, source: asyncio.StreamReader, sink: asyncio.StreamWriter) -> None:
        while data := await source.read(_CHUNK):
            await self._gate.wait()
            if sink.is_closing():
                return
            sink.write(data)
            await sink.drain()
        if not sink.is_closing():
            sink.write_eof()


class Proxies:
    """All proxies, in one thread with a loop of its own. Every method may be called from any thread."""

    def __init__(self) -> None:
        self._loop = uvloop.new_event_loop()
        self._thread = Thread(target=self._loop.run_forever, name="proxies", daemon=True)
        self._proxies: dict[str, Proxy] = {}

    def add(self, name: str, target_port: int) -> int:
        """A proxy to this loopback port; returns the proxy's own port."""
        proxy = self._proxies[name] = Proxy(target_port)
        self._do(proxy.listen())
        return proxy.port

    def cut(self, name: str, how: Cut) -> None:
        """Break what leads to this dependency."""
        self._do(self._proxies[name].cut(how))

    def mend(self, name: str) -> None:
        """Undo a cut."""
        self._do(self._proxies[name].mend())

    def lead_to(self, name: str, port: int) -> None:
        """Put another server in the dependency's place."""
        self._do(self._proxies[name].lead_to(port))

    def start(self) -> Self:
        """Begin; returns itself."""
        self._thread.start()
        return self

    def stop(self) -> None:
        """Close every port and connection."""
        for proxy in self._proxies.values():
            self._do(proxy.close())
        self._do(_the_others_end())
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(_PATIENCE_SECONDS)
        self._loop.close()

    def __enter__(self) -> Self:
        return self.start()

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.stop()

    def _do(self, work: Coroutine[Any, Any, T]) -> T:
        return asyncio.run_coroutine_threadsafe(work, self._loop).result(_PATIENCE_SECONDS)


async def _the_others_end() -> None:
    others = [task for task in asyncio.all_tasks() if task is not asyncio.current_task()]
    for task in others:
        task.cancel()
    await asyncio.gather(*others, return_exceptions=True)
