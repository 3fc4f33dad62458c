"""Serves a peer's application the way our own is served."""

from __future__ import annotations

import uvicorn
from fastapi import FastAPI


def serve(app: FastAPI, port: int) -> None:
    """Serve on loopback until told to stop."""
    uvicorn.run(
        app,
        host="127.0.0.1",
        port=port,
        loop="uvloop",
        http="httptools",
        ws="none",
        access_log=False,
        log_level="warning",
    )
