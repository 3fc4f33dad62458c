"""A register as somebody else's server would be one, over real HTTP; it does as it is told."""

from __future__ import annotations

import json
from collections import deque
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Event, Thread
from typing import Any


@dataclass(slots=True)
class Service:
    """`says` by number; whoever is not there is unknown. `statuses`: answered first, before any 200."""

    url: str
    says: dict[str, dict[str, str]] = field(default_factory=dict)
    statuses: deque[int] = field(default_factory=deque)
    answer: bytes | None = None
    silence: Event | None = None
    asked: list[list[str]] = field(default_factory=list)
    lines: list[str] = field(default_factory=list)
    tokens: list[str | None] = field(default_factory=list)


@contextmanager
def a_service() -> Iterator[Service]:
    """On a port of its own, until the block ends."""
    service = Service("")

    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"

        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            numbers = [one["number"] for one in json.loads(body)["identifiers"]]
            service.asked.append(numbers)
            service.lines.append(self.requestline)
            service.tokens.append(self.headers["Authorization"])
            if service.silence is not None:
                service.silence.wait(10)
            status = service.statuses.popleft() if service.statuses else 200
            found: Any = [service.says.get(number, {"state": "unknown"}) for number in numbers]
            answer = service.answer or json.dumps({"findings": found}).encode()
            self.send_response(status)
            self.send_header("Content-Length", str(len(answer)))
            self.end_headers()
            self.wfile.write(answer)

        def log_message(self, *_: object) -> None:
            """Nobody reads it."""

    class Server(ThreadingHTTPServer):
        def handle_error(self, *_: object) -> None:
            """Whoever asked has hung up meanwhile."""

    server = Server(("127.0.0.1", 0), Handler)
    service.url = f"http://127.0.0.1:{server.server_address[1]}/check"
    thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
    thread.start()
    try:
        yield service
    finally:
        if service.silence is not None:
            service.silence.set()
        server.shutdown()
        server.server_close()
        thread.join()
