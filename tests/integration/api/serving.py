"""An application behind a real HTTP server, in this process."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

import uvicorn
from starlette.types import ASGIApp

from api.connections import BoundedConnection
from tests.waiting import until


@asynccontextmanager
async def served(app: ASGIApp) -> AsyncIterator[int]:
    """The port on which the application answers, for as long as the block lasts."""
    listener = socket.create_server(("127.0.0.1", 0))
    listener.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)  # as uvicorn's own sockets have it
    config = uvicorn.Config(
        app,
        http=BoundedConnection,
        lifespan="off",
        access_log=False,
        log_config=None,
        timeout_graceful_shutdown=5,
    )
    server = uvicorn.Server(config)
    running = asyncio.create_task(server.serve(sockets=[listener]))
    try:
        await until(lambda: server.started or running.done())
        yield listener.getsockname()[1]
    finally:
        server.should_exit = True
        await asyncio.wait_for(running, 15)
        listener.close()
