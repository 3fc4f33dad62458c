"""A collector of traces on loopback: takes what eBox exports (OTLP over HTTP) and keeps it."""

from __future__ import annotations

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread
from typing import Final

from opentelemetry.proto.collector.trace.v1.trace_service_pb2 import ExportTraceServiceRequest
from opentelemetry.proto.trace.v1.trace_pb2 import Span

from tests.servers.ports import LOOPBACK
from tests.servers.process import wait_until

EXPORT_SECONDS: Final = 20.0
"""The SDK sends what it has every five seconds."""


class Collector:
    """Listens from its making until `stop`."""

    def __init__(self) -> None:
        self._bodies: list[bytes] = []
        bodies = self._bodies

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                bodies.append(self.rfile.read(int(self.headers["Content-Length"])))
                self.send_response(200)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Nothing: the test's own output is for the test."""

        self._server = ThreadingHTTPServer((LOOPBACK, 0), Handler)
        Thread(target=self._server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        """What to set `EBOX_OTLP_URL` to."""
        return f"http://{LOOPBACK}:{self._server.server_port}"

    @property
    def text(self) -> str:
        """All that came, in words."""
        return "\n".join(str(request) for request in self._requests())

    @property
    def spans(self) -> list[Span]:
        """The spans that came."""
        return [
            span
            for request in self._requests()
            for resource in request.resource_spans
            for scope in resource.scope_spans
            for span in scope.spans
        ]

    def wait_for(self, *names: str) -> None:
        """Wait until spans of all these names have come."""

        def missing() -> set[str]:
            return set(names) - {span.name for span in self.spans}

        wait_until(lambda: not missing(), EXPORT_SECONDS, lambda: f"no span of {missing()}")

    def stop(self) -> None:
        """Listen no more."""
        self._server.shutdown()
        self._server.server_close()

    def _requests(self) -> list[ExportTraceServiceRequest]:
        return [ExportTraceServiceRequest.FromString(body) for body in list(self._bodies)]
