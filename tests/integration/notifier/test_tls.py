"""TLS and login: used when offered, insisted on when asked for, and never a password to a stranger."""

from __future__ import annotations

import ssl
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from notifier.errors import RelayUnavailable
from notifier.relay import Relay
from notifier.smtp import Mail, SmtpPool
from tests.servers.ports import LOOPBACK, free_port

MAIL = Mail("no-reply@ebox.example", "an@example.test", b"Subject: x\r\n\r\ny\r\n", "0a")


class Inbox:
    """Remembers over what each mail came."""

    def __init__(self) -> None:
        self.was_encrypted: list[bool] = []
        self.logins: list[tuple[bytes, bytes]] = []

    async def handle_DATA(  # noqa: N802 - the library's name for it
        self, server: SMTP, _session: Session, _envelope: Envelope
    ) -> str:
        assert server.transport is not None
        self.was_encrypted.append(server.transport.get_extra_info("sslcontext") is not None)
        return "250 2.0.0 accepted"

    def log_in(self, _server: Any, _session: Any, _envelope: Any, _mechanism: str, data: Any) -> AuthResult:
        assert isinstance(data, LoginPassword)
        self.logins.append((data.login, data.password))
        return AuthResult(success=data.password == b"right", handled=False)


@pytest.fixture(scope="module")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A certificate for this machine that signs itself, with its key, in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, "localhost")])
    now = datetime.now(UTC)
    built = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(1)
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address(LOOPBACK))]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("tls") / "server.pem"
    path.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
        + built.public_bytes(serialization.Encoding.PEM)
    )
    return path


@contextmanager
def server(inbox: Inbox, certificate: Path | None, **options: Any) -> Iterator[str]:
    """An SMTP server; `host:port`. With a certificate it offers STARTTLS."""
    if certificate is not None:
        options["tls_context"] = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
        options["tls_context"].load_cert_chain(certificate)
    controller = Controller(inbox, hostname=LOOPBACK, port=free_port(), **options)
    controller.start()
    try:
        yield f"{LOOPBACK}:{controller.port}"
    finally:
        controller.stop()


@asynccontextmanager
async def connected(url: str) -> AsyncIterator[SmtpPool]:
    pool = SmtpPool(Relay.from_url(url), "localhost")
    yield pool
    await pool.close()


async def test_tls_is_used_when_it_is_offered_whoever_signed_the_certificate(certificate: Path) -> None:
    inbox = Inbox()
    with server(inbox, certificate) as address:
        async with connected(f"smtp://{address}") as pool:
            await pool.send(MAIL)

    assert inbox.was_encrypted == [True]


async def test_without_an_offer_the_mail_goes_in_clear_only_where_that_is_allowed() -> None:
    inbox = Inbox()
    with server(inbox, None) as address:
        async with connected(f"smtp://{address}") as pool:
            await pool.send(MAIL)
        async with connected(f"smtp+starttls://{address}") as pool:
            with pytest.raises(RelayUnavailable):
                await pool.send(MAIL)

    assert inbox.was_encrypted == [False]


@pytest.mark.parametrize("scheme", ["smtp+starttls://", "smtp://user:right@"])
async def test_a_certificate_that_nobody_vouches_for_gets_no_mail_and_no_password(
    certificate: Path, scheme: str
) -> None:
    inbox = Inbox()
    with server(inbox, certificate, authenticator=inbox.log_in) as address:
        async with connected(f"{scheme}{address}") as pool:
            with pytest.raises(RelayUnavailable):
                await pool.send(MAIL)

    assert inbox.was_encrypted == []
    assert inbox.logins == []


async def test_a_certificate_that_we_trust_gets_both(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    inbox = Inbox()
    with server(inbox, certificate, authenticator=inbox.log_in) as address:
        async with connected(f"smtp+starttls://user:right@{address}") as pool:
            await pool.send(MAIL)

    assert inbox.was_encrypted == [True]
    assert inbox.logins == [(b"user", b"right")]


async def test_a_wrong_password_makes_the_relay_unavailable_not_the_mail_undeliverable(
    certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    inbox = Inbox()
    with server(inbox, certificate, authenticator=inbox.log_in) as address:
        async with connected(f"smtp+starttls://user:wrong@{address}") as pool:
            with pytest.raises(RelayUnavailable) as refusal:
                await pool.send(MAIL)

    assert refusal.value.smtp_code == 535
    assert "wrong" not in str(refusal.value)


async def test_tls_from_the_start(certificate: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(certificate)
    inbox = Inbox()
    with server(inbox, None, ssl_context=context) as address:
        async with connected(f"smtps://{address}") as pool:
            await pool.send(MAIL)

    assert inbox.was_encrypted == [True]
