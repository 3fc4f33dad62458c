"""A log is verified where it is published: entries with a token, all of it with patience."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import ClassVar

import pytest

from audit.verifier import sources
from audit.verifier.checkpoints import Trusted
from audit.verifier.findings import CANNOT_TELL, FINE, Report, Rule, WrongUse
from audit.verifier.verifying import verify_log
from tests.tampering.scene import Scene

TOKEN = "an-auditors-token"


class Published(BaseHTTPRequestHandler):
    """The log as the API serves it: entries for those with the token."""

    root: ClassVar[Path]
    failing: ClassVar[Counter[str]]
    with_token: ClassVar[set[str]]
    headers_of: ClassVar[dict[str, dict[str, str]]]
    status_of: ClassVar[dict[str, int]]

    def do_GET(self) -> None:
        path = self.path.removeprefix("/audit/")
        if self.headers.get("Authorization"):
            self.with_token.add(path)
        status, body = self._answer(path)
        self.send_response(self.status_of.get(path, status))
        for name, value in self.headers_of.get(path, {}).items():
            self.send_header(name, value)
        self.send_header("Content-Length", str(len(body)))
        self.end_headers()
        self.wfile.write(body)

    def _answer(self, path: str) -> tuple[int, bytes]:
        if self.failing[path] > 0:
            self.failing[path] -= 1
            return 503, b""
        if path.startswith("tile/entries/") and self.headers.get("Authorization") != f"Bearer {TOKEN}":
            return 401, b""
        file = self.root / path
        return (200, file.read_bytes()) if file.is_file() else (404, b"")

    def log_message(self, *_: object) -> None:
        """Nothing."""


@pytest.fixture
def address(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Where the scene's log is published."""
    Published.root, Published.failing, Published.with_token = scene.log, Counter(), set()
    Published.headers_of, Published.status_of = {}, {}
    monkeypatch.setattr(sources, "PAUSES", (0.0, 0.0, 0.0))
    with ThreadingHTTPServer(("127.0.0.1", 0), Published) as server:
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}/audit"
        finally:
            server.shutdown()
            thread.join(10)


@pytest.fixture
def token_file(tmp_path: Path) -> Path:
    """A file with the token."""
    file = tmp_path / "token"
    file.write_text(f"{TOKEN}\n")
    return file


def verified(scene: Scene, address: str, token_file: Path | None) -> Report:
    """What is said of the log there."""
    return verify_log(address, Trusted([scene.key.verifier], [scene.earlier]), token_file=token_file)


def test_a_published_log_is_verified_with_an_auditors_token(
    scene: Scene, address: str, token_file: Path
) -> None:
    report = verified(scene, address, token_file)
    assert (report.exit_code, report.findings) == (FINE, [])
    assert report.size == len(scene.leaves)
    assert {path.partition("/0")[0] for path in Published.with_token} == {"tile/entries"}


def test_without_a_token_it_cannot_tell_and_says_what_is_missing(scene: Scene, address: str) -> None:
    report = verified(scene, address, None)
    assert (report.exit_code, report.findings) == (CANNOT_TELL, [])
    assert "--token-file" in report.cannot_tell[0]


def test_what_fails_for_a_moment_is_asked_for_again(scene: Scene, address: str, token_file: Path) -> None:
    Published.failing.update({"checkpoint": 1, "tile/entries/000": 3})
    assert verified(scene, address, token_file).exit_code == FINE


def test_what_goes_on_failing_is_no_finding(scene: Scene, address: str, token_file: Path) -> None:
    Published.failing["tile/0/000"] = 100
    report = verified(scene, address, token_file)
    assert (report.exit_code, report.findings) == (CANNOT_TELL, [])


def test_what_the_log_says_it_has_not_got_is_one(scene: Scene, address: str, token_file: Path) -> None:
    (scene.log / "tile/0/000").unlink()
    assert [one.rule for one in verified(scene, address, token_file).findings] == [Rule.MISSING_FILE]


def test_what_is_not_compressed_as_it_says_is_no_finding(
    scene: Scene, address: str, token_file: Path
) -> None:
    Published.headers_of["tile/0/000"] = {"Content-Encoding": "gzip"}
    report = verified(scene, address, token_file)
    assert (report.exit_code, report.findings) == (CANNOT_TELL, [])


def test_nobody_is_followed_elsewhere(scene: Scene, address: str, token_file: Path) -> None:
    Published.headers_of["tile/entries/000"] = {"Location": f"{address}/elsewhere"}
    Published.status_of["tile/entries/000"] = 307
    assert verified(scene, address, token_file).exit_code == CANNOT_TELL
    assert "elsewhere" not in Published.with_token


def test_an_answer_that_takes_too_long_is_broken_off(
    scene: Scene, address: str, token_file: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sources, "WHOLE_SECONDS", -1.0)
    assert "does not end" in verified(scene, address, token_file).cannot_tell[0]


@pytest.mark.parametrize("address", ["http://[::1/audit", "https://\u2603\ud800/audit"])
def test_what_is_no_address_is_a_wrong_call(scene: Scene, address: str) -> None:
    with pytest.raises(WrongUse):
        verified(scene, address, None)


def test_where_nothing_answers_it_cannot_tell(scene: Scene, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sources, "PAUSES", (0.0,))
    report = verified(scene, "http://127.0.0.1:9/audit", None)
    assert (report.exit_code, report.findings) == (CANNOT_TELL, [])
