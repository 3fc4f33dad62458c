"""An HTTP server that answers what a test tells it to: what a real eBox does in trouble alone, on demand."""

from __future__ import annotations

import json
import threading
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from types import TracebackType
from typing import Any, Final, Self

from tests.servers.ports import LOOPBACK


@dataclass(frozen=True)
class Answer:
    """`status` 0 hangs up instead."""

    status: int
    body: Any = None
    headers: Mapping[str, str] = field(default_factory=dict)


PUBLISHED: Final = Answer(
    201,
    {
        "messageId": "0f8fad5b-d9cb-469f-a165-70867728950e",
        "expirationDate": "2036-12-31T22:59:59.999999+00:00",
    },
)
NOT_NOW: Final = Answer(503, {"type": "urn:problem-type:belgif:serviceUnavailable", "title": "Away"})
HANG_UP: Final = Answer(0)


@dataclass(frozen=True)
class Request:
    """What came."""

    path: str
    headers: Mapping[str, str]
    body: bytes


class HttpScript:
    """The scripted answers, in their order; the last one for ever."""

    def __init__(self, *answers: Answer) -> None:
        self._answers = deque(answers)
        self.requests: list[Request] = []
        script = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["content-length"]))
                script.requests.append(Request(self.path, dict(self.headers.items()), body))
                answer = script._answers[0] if len(script._answers) == 1 else script._answers.popleft()
                if not answer.status:
                    self.connection.close()
                    return
                content = answer.body if isinstance(answer.body, bytes) else json.dumps(answer.body).encode()
                self.send_response(answer.status)
                for name, value in {**answer.headers, "Content-Length": str(len(content))}.items():
                    self.send_header(name, value)
                self.end_headers()
                self.wfile.write(content)

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
                """Nothing."""

        self._server = ThreadingHTTPServer((LOOPBACK, 0), Handler)
        self._thread = threading.Thread(target=self._server.serve_forever, args=(0.02,), name="http-script")

    @property
    def url(self) -> str:
        """Where it is."""
        return f"http://{LOOPBACK}:{self._server.server_address[1]}"

    @property
    def keys(self) -> list[str]:
        """The Idempotency-Key of each request."""
        return [request.headers["Idempotency-Key"] for request in self.requests]

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()
