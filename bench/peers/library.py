"""The same endpoint over the event sourcing library as documented: `python -m bench.peers.library PORT URL`.

An aggregate, `Application.save`, the library's own PostgreSQL recorder, pool and JSON mapper, all with their
defaults. Its calls block, and so run in the framework's threads.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from urllib.parse import urlsplit
from uuid import UUID

from eventsourcing.application import Application
from eventsourcing.domain import Aggregate
from fastapi import FastAPI, Request
from starlette.concurrency import run_in_threadpool

from bench.peers.serve import serve


class Letter(Aggregate):
    """A message, as the library's tutorial would have it."""

    def __init__(self, content: str) -> None:
        self.content = content


class Letters(Application[UUID]):
    """The library's application."""

    def publish(self, content: str) -> UUID:
        """Keep a new message."""
        letter = Letter(content=content)
        self.save(letter)
        return letter.id


def _environment(url: str) -> dict[str, str]:
    parts = urlsplit(url)
    return {
        "PERSISTENCE_MODULE": "eventsourcing.postgres",
        "POSTGRES_DBNAME": parts.path.removeprefix("/"),
        "POSTGRES_HOST": parts.hostname or "",
        "POSTGRES_PORT": str(parts.port),
        "POSTGRES_USER": parts.username or "",
        "POSTGRES_PASSWORD": parts.password or "",
    }


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    with Letters(_environment(app.state.database)) as letters:
        app.state.letters = letters
        yield


app = FastAPI(lifespan=_lifespan)


@app.post("/", status_code=201)
async def publish(request: Request) -> dict[str, str]:
    """Keeps the request's body as an aggregate's first event."""
    content = (await request.body()).decode()
    return {"messageId": str(await run_in_threadpool(request.app.state.letters.publish, content))}


if __name__ == "__main__":
    app.state.database = sys.argv[2]
    serve(app, int(sys.argv[1]))
