"""A timestamp authority: OpenSSL makes the answers, a small server on loopback hands them out."""

from __future__ import annotations

from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Self

from tests.servers.process import find_program, run_tool

_CONFIGURATION = """\
[ tsa ]
default_tsa = ours
[ ours ]
serial = serial
signer_cert = tsa.pem
signer_key = tsa.key
signer_digest = sha256
default_policy = 1.2.3.4.1
digests = sha512
accuracy = secs:1
ess_cert_id_alg = sha256
"""
_EXTENSIONS = "extendedKeyUsage=critical,timeStamping\nkeyUsage=critical,digitalSignature\n"
_CURVE = ("-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes")


class TimestampAuthority:
    """A context manager, which serves. `answer_with`: another answer than the right one, while it is set."""

    def __init__(self, folder: Path) -> None:
        folder.mkdir()
        self._folder = folder
        self.root = folder / "root.pem"
        self.asked = 0
        self.answer_with: bytes | None = None
        self.last_answer = b""
        self._openssl("req", "-x509", *_CURVE, "-keyout", "root.key", "-out", "root.pem", "-subj", "/CN=Root")
        self._openssl("req", *_CURVE, "-keyout", "tsa.key", "-out", "tsa.csr", "-subj", "/CN=Authority")
        (folder / "extensions").write_text(_EXTENSIONS)
        issue = ("-CA", "root.pem", "-CAkey", "root.key", "-CAcreateserial", "-extfile", "extensions")
        self._openssl("x509", "-req", "-in", "tsa.csr", *issue, "-out", "tsa.pem")
        (folder / "configuration").write_text(_CONFIGURATION)
        (folder / "serial").write_text("01\n")
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self.url = f"http://127.0.0.1:{self._server.server_port}/"
        self._thread = Thread(target=self._server.serve_forever, args=(0.02,), daemon=True)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._thread.join(10)
        self._server.server_close()

    def _answer(self, query: bytes) -> bytes:
        self.asked += 1
        if self.answer_with is not None:
            return self.answer_with
        (self._folder / "query").write_bytes(query)
        made = ("-config", "configuration", "-queryfile", "query", "-out", "answer")
        self._openssl("ts", "-reply", *made)
        self.last_answer = (self._folder / "answer").read_bytes()
        return self.last_answer

    def _openssl(self, *arguments: str) -> None:
        run_tool([find_program("openssl", "openssl"), *arguments], within=20, cwd=self._folder)

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        authority = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                assert self.headers["Content-Type"] == "application/timestamp-query"
                answer = authority._answer(self.rfile.read(int(self.headers["Content-Length"])))
                self.send_response(200)
                self.send_header("Content-Type", "application/timestamp-reply")
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, format: str, *args: object) -> None:  # noqa: A002 - as the library calls it
                """Nothing is told."""

        return Handler
