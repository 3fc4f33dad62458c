"""`ebox audit replay` against an eBox that is away, or in trouble."""

from __future__ import annotations

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from uuid import uuid4

import pytest
from typer.testing import CliRunner

from audit.verifier.findings import CANNOT_TELL, FINDINGS
from bootstrap.errors import CannotStart
from cli import app

pytestmark = pytest.mark.usefixtures("logging_as_it_is")


class Troubled(BaseHTTPRequestHandler):
    """Answers everything with one status."""

    status = 503

    def do_GET(self) -> None:
        self.send_response(self.status)
        self.send_header("Content-Length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Nothing."""


def replayed(tmp_path: Path, url: str) -> int:
    """How the command ends; what is refused ends in 1 by the entry point."""
    token = tmp_path / "token"
    token.write_text("a-token")
    arguments = ["audit", "replay", str(uuid4()), "--url", url, "--token-file", str(token)]
    result = CliRunner().invoke(app, arguments)
    if isinstance(result.exception, CannotStart):
        return FINDINGS
    assert isinstance(result.exception, SystemExit), result.exception
    return result.exit_code


def test_where_nothing_answers_it_cannot_tell(tmp_path: Path) -> None:
    assert replayed(tmp_path, "http://127.0.0.1:9") == CANNOT_TELL


@pytest.mark.parametrize(("status", "ends"), [(503, CANNOT_TELL), (403, FINDINGS)])
def test_trouble_is_told_apart_from_a_refusal(tmp_path: Path, status: int, ends: int) -> None:
    handler = type("Answering", (Troubled,), {"status": status})
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            assert replayed(tmp_path, f"http://127.0.0.1:{server.server_port}") == ends
        finally:
            server.shutdown()
            thread.join(10)
