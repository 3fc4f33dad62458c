"""One row an HTTP request, as bare as can be: `python -m bench.peers.insert PORT DATABASE_URL`.

FastAPI and asyncpg, a pool of connections, one INSERT and one commit for each request; nothing is checked,
encrypted or shared.
"""

from __future__ import annotations

import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import uuid4

import asyncpg
from fastapi import FastAPI, Request

from bench.peers.serve import serve

POOL_SIZE = 64
"""One for each of the load's connections. Of 8, 16, 32 and 64 it served this peer best, by little."""


@asynccontextmanager
async def _lifespan(app: FastAPI) -> AsyncIterator[None]:
    async with asyncpg.create_pool(app.state.database, min_size=POOL_SIZE, max_size=POOL_SIZE) as pool:
        await pool.execute(
            "CREATE TABLE IF NOT EXISTS message "
            "(position bigserial PRIMARY KEY, message_id uuid NOT NULL UNIQUE, content bytea NOT NULL)"
        )
        app.state.pool = pool
        yield


app = FastAPI(lifespan=_lifespan)


@app.post("/", status_code=201)
async def insert(request: Request) -> dict[str, str]:
    """Keeps the request's body as one row."""
    message_id = uuid4()
    await request.app.state.pool.execute(
        "INSERT INTO message (message_id, content) VALUES ($1, $2)", message_id, await request.body()
    )
    return {"messageId": str(message_id)}


if __name__ == "__main__":
    app.state.database = sys.argv[2]
    serve(app, int(sys.argv[1]))
