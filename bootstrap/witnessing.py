"""A witness from its files: key, state, and the logs it watches. No settings, no databases."""

from __future__ import annotations

import asyncio
import os
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from socket import socket
from typing import Any

import structlog
import uvicorn

from api.connections import BoundedConnection
from audit.tlog.cosignatures import CosignerKey
from audit.tlog.encoding import encode_base64
from audit.witness.app import witness_app
from audit.witness.errors import StateUnusable
from audit.witness.logs import parse_logs
from audit.witness.service import Witness
from audit.witness.state import Latest, Refused, State
from bootstrap.errors import CannotStart
from bootstrap.logs import configure_logging
from bootstrap.supervision import Role, supervise
from domain.clock import SystemClock

CONNECTIONS = 256
GRACE_SECONDS = 15

_log = structlog.get_logger(__name__)


def make_key(name: str, key_file: Path, state_file: Path) -> str:
    """A new witness; returns its public key. Raises `CannotStart` where a file is there already."""
    try:
        key = CosignerKey.generate(name)
    except ValueError as error:
        raise CannotStart(f"{name} cannot be a witness's name: {error}") from None
    for path in (key_file, state_file):
        if path.exists():
            raise CannotStart(f"{path} is there already; a key and its state are made once, together")
    try:
        State.make(state_file, key.verifier.text)
        _write_secret(key_file, f"{key.text}\n")
    except OSError as error:
        raise CannotStart(f"{error.filename} cannot be written: {error.strerror}") from None
    return key.verifier.text


def serve(key_file: Path, state_file: Path, log_vkeys: Path, host: str, port: int) -> None:
    """Serve until SIGTERM or SIGINT. Raises `CannotStart`."""
    configure_logging("INFO", "witness")
    try:
        key = CosignerKey.parse(_text_of(key_file).strip())
    except ValueError:
        raise CannotStart(f"{key_file} is not the key of a witness") from None
    try:
        logs = parse_logs(_text_of(log_vkeys))
    except ValueError as error:
        raise CannotStart(f"{log_vkeys}: {error}") from None
    try:
        state = State(state_file, key.verifier.text)
    except StateUnusable as error:
        raise CannotStart(str(error)) from None
    app = witness_app(Witness(key, logs, state, SystemClock()))
    server = _Server(
        uvicorn.Config(
            app,
            host=host,
            port=port,
            http=BoundedConnection,
            access_log=False,
            proxy_headers=False,
            log_config=None,
            server_header=False,
            ws="none",
            limit_concurrency=CONNECTIONS,
            timeout_graceful_shutdown=GRACE_SECONDS,
        )
    )
    # Left to itself uvicorn ends by the signal it was sent, which looks like a crash.
    asyncio.run(supervise(Role(server.serve, server.finish), seconds=GRACE_SECONDS + 5))


def remembered(state_file: Path) -> tuple[str, list[dict[str, Any]]]:
    """The public key, and for each log what was cosigned last and what was refused. Raises `CannotStart`."""
    try:
        state = State(state_file)
    except StateUnusable as error:
        raise CannotStart(str(error)) from None
    try:
        latest, refused = state.all_latest(), state.all_refused()
    finally:
        state.close()
    by_origin: dict[str, list[Refused]] = {one.origin: [] for one in latest}
    for one in refused:
        by_origin.setdefault(one.origin, []).append(one)
    known = {one.origin: one for one in latest}
    return state.vkey, [
        _about(known.get(origin, Latest(origin)), by_origin[origin]) for origin in sorted(by_origin)
    ]


def lines_about(logs: list[dict[str, Any]]) -> Iterator[str]:
    """The same for people."""
    for log in logs:
        at = log["cosignedAt"]
        when = f"root {log['root']}, cosigned {at}" if at else "nothing cosigned"
        yield f"{log['origin']}: {log['size']} leaves, {when}"
        for one in log["refused"]:
            kind = "FORK" if one["isFork"] else "unproven"
            yield f"  {kind}: {one['size']} leaves, root {one['root']}, refused {one['refusedAt']}"


class _Server(uvicorn.Server):
    """Says that it serves, once it does."""

    async def startup(self, sockets: list[socket] | None = None) -> None:
        """Begin to serve. Raises `CannotStart` where the port cannot be had."""
        where = f"port {self.config.port} of {self.config.host}"
        try:
            await super().startup(sockets)
        except SystemExit as error:
            raise CannotStart(f"{where} cannot be had; --port chooses another one") from error
        if self.started:
            _log.info("witness.serves", host=self.config.host, port=self.config.port)

    def finish(self) -> None:
        """Let `serve` return after the requests in hand."""
        self.should_exit = True


def _about(latest: Latest, refused: list[Refused]) -> dict[str, Any]:
    return {
        "origin": latest.origin,
        "size": latest.size,
        "root": encode_base64(latest.root),
        "cosignedAt": _text(latest.cosigned_at) if latest.cosigned_at else None,
        "checkpoint": latest.checkpoint.decode(),
        "refused": [_refused(one) for one in refused],
    }


def _refused(one: Refused) -> dict[str, Any]:
    return {
        "size": one.size,
        "root": encode_base64(one.root),
        "isFork": one.is_fork,
        "refusedAt": _text(one.refused_at),
        "checkpoint": one.checkpoint.decode(),
        "cosigned": one.cosigned.decode(),
    }


def _text(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%dT%H:%M:%SZ")


def _text_of(path: Path) -> str:
    try:
        return path.read_text(encoding="utf-8")
    except OSError as error:
        raise CannotStart(f"{path} cannot be read: {error.strerror}") from None


def _write_secret(path: Path, text: str) -> None:
    """A new file that its owner alone reads, on disk when this returns."""
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
