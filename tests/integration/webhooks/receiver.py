"""A receiver of webhooks as a partner might run it: a real HTTPS server on loopback, by a CA of its own."""

from __future__ import annotations

import ssl
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from ipaddress import ip_address
from pathlib import Path
from threading import Event, Thread
from types import TracebackType
from typing import Any, Self
from uuid import uuid4

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from tests.servers.ports import LOOPBACK
from tests.servers.process import wait_until

NAME = "receiver.example"


@dataclass(frozen=True)
class Received:
    """One request as it came; `headers` by lower-case name."""

    method: str
    url: str
    headers: dict[str, str]
    body: bytes


@dataclass(frozen=True)
class Answer:
    """What is answered; `waits` holds the answer back until it is set."""

    status: int = 200
    headers: Mapping[str, str] | None = None
    body: bytes = b""
    waits: Event | None = None


class Receiver:
    """Answers 200, or what a test scripts: answers are used up in their order."""

    def __init__(self, folder: Path) -> None:
        self.ca_file, certificate = make_certificates(folder)
        self.received: list[Received] = []
        self._script: list[Answer] = []
        self.always: Answer | None = None
        self._server = ThreadingHTTPServer((LOOPBACK, 0), self._handler())
        self._server.daemon_threads = True
        context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        context.load_cert_chain(certificate)
        self._server.socket = context.wrap_socket(
            self._server.socket, server_side=True, do_handshake_on_connect=False
        )
        self._thread = Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)

    @property
    def port(self) -> int:
        """Where it listens."""
        return int(self._server.server_address[1])

    @property
    def url(self) -> str:
        """Where it wants its events."""
        return f"https://{NAME}:{self.port}/events?for=pensions"

    def script(self, *answers: Answer) -> None:
        """Answer the next requests like this."""
        self._script += answers

    def wait_for(self, count: int, within: float = 10.0) -> list[Received]:
        """The requests, once there are so many."""
        wait_until(lambda: len(self.received) >= count, within, lambda: f"{len(self.received)} came")
        return list(self.received)

    def __enter__(self) -> Self:
        self._thread.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)

    def next_answer(self) -> Answer:
        """What the next request is answered."""
        if self._script:
            return self._script.pop(0)
        return self.always or Answer()

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        receiver = self

        class Handler(BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            timeout = 10

            def do_POST(self) -> None:
                body = self.rfile.read(int(self.headers["Content-Length"]))
                headers = {name.lower(): value for name, value in self.headers.items()}
                url = f"https://{headers['host']}{self.path}"
                receiver.received.append(Received(self.command, url, headers, body))
                self._answer(receiver.next_answer())

            do_GET = do_POST  # noqa: N815 - the library's name: a redirect that is followed would be seen

            def _answer(self, answer: Answer) -> None:
                if answer.waits is not None:
                    answer.waits.wait(10)
                self.send_response(answer.status)
                for name, value in (answer.headers or {}).items():
                    self.send_header(name, value)
                self.send_header("Content-Length", str(len(answer.body)))
                self.end_headers()
                self.wfile.write(answer.body)

            def log_message(self, format: str, *args: Any) -> None:  # noqa: A002 - the library's name
                """Nothing: tests look at `received`."""

        return Handler


def make_certificates(folder: Path) -> tuple[Path, Path]:
    """A CA's certificate, and one with its key that the CA gave to the receiver's name and to loopback."""
    ca_key, ca_name = ec.generate_private_key(ec.SECP256R1()), _name(f"A CA of the tests {uuid4()}")
    ca = _certificate(ca_name, ca_key.public_key(), ca_name, ca_key, lambda one: one)
    key = ec.generate_private_key(ec.SECP256R1())
    names = x509.SubjectAlternativeName([x509.DNSName(NAME), x509.IPAddress(ip_address(LOOPBACK))])
    leaf = _certificate(
        _name(NAME), key.public_key(), ca_name, ca_key, lambda one: one.add_extension(names, critical=False)
    )
    ca_file, leaf_file = folder / "ca.pem", folder / "receiver.pem"
    ca_file.write_bytes(ca.public_bytes(serialization.Encoding.PEM))
    private = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    leaf_file.write_bytes(private + leaf.public_bytes(serialization.Encoding.PEM))
    return ca_file, leaf_file


def _name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, text)])


def _certificate(
    subject: x509.Name,
    public: ec.EllipticCurvePublicKey,
    issuer: x509.Name,
    signer: ec.EllipticCurvePrivateKey,
    extend: Callable[[x509.CertificateBuilder], x509.CertificateBuilder],
) -> x509.Certificate:
    now = datetime.now(UTC)
    is_ca = subject == issuer
    builder = (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(public)
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.BasicConstraints(ca=is_ca, path_length=None), critical=True)
    )
    return extend(builder).sign(signer, hashes.SHA256())
