"""An endpoint that does nothing: `python -m bench.peers.noop PORT`."""

from __future__ import annotations

import sys

from fastapi import FastAPI

from bench.peers.serve import serve

app = FastAPI()


@app.get("/")
async def nothing() -> dict[str, str]:
    """Answers, and no more."""
    return {"status": "ok"}


if __name__ == "__main__":
    serve(app, int(sys.argv[1]))
