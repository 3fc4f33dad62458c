"""`ebox doctor` where something is wrong: the line names the part and says what to do."""

from __future__ import annotations

import asyncio
import os
import secrets
import socket
import subprocess
from base64 import b64encode
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
import pytest
from aiosmtpd.controller import Controller

from bootstrap.doctor.findings import Finding, Verdict
from domain.clock import FixedClock
from settings import Settings
from tests.integration.bootstrap.examined import changed, embedded, filled, look, only, production
from tests.servers.clamd import Clamd
from tests.servers.ports import LOOPBACK, free_port
from tests.servers.postgres import Postgres
from tests.servers.smtp_conversation import NO_SUCH_MAILBOX
from tests.servers.smtp_script import SmtpScript


@pytest.fixture(autouse=True)
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a developer's .env nor the environment of the test run has a say in here."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("EBOX_")]:
        monkeypatch.delenv(name)


@pytest.fixture
def on_files(tmp_path: Path) -> Settings:
    """The embedded mode, with demo people."""
    settings = embedded(tmp_path)
    asyncio.run(filled(settings))
    return settings


def one_wrong(settings: Settings, part: str) -> Finding:
    return only(look(settings, part), part, Verdict.WRONG)


def one_warning(settings: Settings, part: str) -> Finding:
    return only(look(settings, part), part, Verdict.WARNING)


def test_a_database_that_is_stopped(tmp_path: Path) -> None:
    password = secrets.token_hex(8)
    url = f"postgresql://ebox:{password}@{LOOPBACK}:{free_port()}/keys"
    found = one_wrong(embedded(tmp_path, key_store_url=url), "key store")
    assert "does not answer" in found.found
    assert "runs" in found.advice
    assert password not in str(found)


def test_a_password_that_is_refused(tmp_path: Path, postgres_database: str) -> None:
    url = postgres_database.replace(":", ":wrong", 2).replace(":wrong//", "://")
    assert "correct them" in one_wrong(embedded(tmp_path, event_store_url=url), "event store").advice


def test_an_address_that_is_none(tmp_path: Path) -> None:
    findings = look(embedded(tmp_path, outbox_url="postgresql://ebox:pass@word@host:port/x"))
    assert "EBOX_OUTBOX_URL" in only(findings, "outbox", Verdict.WRONG).found
    assert only(findings, "disk", Verdict.FINE)
    assert "pass@word" not in str(findings)


def test_tables_that_are_missing(tmp_path: Path, postgres: Postgres) -> None:
    settings = production(tmp_path, postgres)
    parts = ("event store", "key store", "read models", "outbox")
    findings = look(settings, *parts)
    for part in parts:
        told = [one for one in findings if one.part == part and one.verdict is Verdict.WRONG]
        assert any("ebox migrate" in one.advice for one in told), findings


def test_rights_and_commits_that_a_database_lacks(tmp_path: Path, postgres_database: str) -> None:
    settings = embedded(tmp_path, event_store_url=postgres_database)
    asyncio.run(filled(settings))
    with psycopg.connect(postgres_database) as connection:
        connection.execute("REVOKE INSERT ON stored_events FROM current_user")
        connection.execute("ALTER TABLE stored_events SET (autovacuum_enabled = off)")
        connection.execute(
            psycopg.sql.SQL("ALTER DATABASE {} SET synchronous_commit = off").format(
                psycopg.sql.Identifier(postgres_database.rpartition("/")[2])
            )
        )
    findings = look(settings, "event store")
    assert {one.found.split(" ")[0]: one.verdict for one in findings} == {
        "fsync": Verdict.WARNING,
        "full_page_writes": Verdict.WARNING,
        "synchronous_commit": Verdict.WARNING,
        "autovacuum": Verdict.WARNING,
        "its": Verdict.WRONG,
    }
    assert "INSERT" in next(one.found for one in findings if one.verdict is Verdict.WRONG)


def test_a_later_releases_tables(tmp_path: Path, postgres_database: str) -> None:
    settings = embedded(tmp_path, outbox_url=postgres_database)
    asyncio.run(filled(settings))
    with psycopg.connect(postgres_database) as connection:
        connection.execute("UPDATE outbox_version SET version_num = '9999'")
    told = [one for one in look(settings, "outbox") if one.verdict is Verdict.WRONG]
    assert "newer release" in told[0].advice


def test_one_database_for_events_and_keys(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/all.sqlite"
    settings = embedded(tmp_path, event_store_url=url, key_store_url=url)
    assert "move the key store" in one_warning(settings, "backups").advice


def test_a_file_that_is_damaged(on_files: Settings) -> None:
    file = on_files.data_dir / "events.sqlite"
    size = file.stat().st_size
    with file.open("r+b") as opened:
        opened.seek(4096)
        opened.write(b"\xff" * (size - 4096))
    assert "ebox restore" in one_wrong(on_files, "event store").advice


def test_another_key_than_before(on_files: Settings) -> None:
    another = b64encode(secrets.token_bytes(32)).decode()
    found = one_wrong(changed(on_files, key_encryption_key=another), "keys")
    assert "EBOX_KEY_ENCRYPTION_KEY" in found.found
    assert "give that one" in found.advice
    assert another not in str(found)


def test_a_change_of_keys_that_was_left_half_done(on_files: Settings) -> None:
    before = (on_files.data_dir / "secrets" / "key_encryption_key.base64").read_text().strip()
    another = b64encode(secrets.token_bytes(32)).decode()
    settings = changed(on_files, key_encryption_key=another, previous_key_encryption_key=before)
    assert only(look(settings, "keys"), "keys", Verdict.FINE)
    findings = look(settings, "change of keys")
    assert any("party keys are still under the previous key" in one.found for one in findings)
    assert {one.advice for one in findings} == {"run `ebox keys rotate key-encryption`"}


@pytest.mark.parametrize(("off", "verdict"), [(10, Verdict.WARNING), (-3600, Verdict.WRONG)])
def test_a_clock_that_is_off(tmp_path: Path, postgres_database: str, off: int, verdict: Verdict) -> None:
    settings = embedded(tmp_path, outbox_url=postgres_database)
    clock = FixedClock(datetime.now(UTC) + timedelta(seconds=off))
    found = only(look(settings, "clock", clock=clock), "clock", verdict)
    assert "the server of the outbox" in found.found
    assert "NTP" in found.advice


def test_a_bucket_whose_secret_is_wrong(tmp_path: Path, s3_url: str) -> None:
    key, _, rest = s3_url.partition("@")
    wrong_secret = key.rpartition(":")[0] + ":not-the-secret@" + rest
    found = one_wrong(embedded(tmp_path, object_store_url=wrong_secret), "object store")
    assert "EBOX_OBJECT_STORE_URL" in found.advice
    assert "not-the-secret" not in str(found)


def test_a_bucket_that_is_missing(tmp_path: Path, s3_url: str) -> None:
    found = one_wrong(embedded(tmp_path, object_store_url=s3_url + "-not"), "object store")
    assert "ebox migrate" in found.advice


def test_a_disk_that_is_full(tmp_path: Path) -> None:
    folder = tmp_path / "data"
    folder.mkdir(mode=0o700)
    with small_disk(folder):
        (folder / "ballast").write_bytes(bytes(900 * 1024))
        found = one_wrong(embedded(tmp_path), "disk")
    assert str(folder) in found.found
    assert "make room" in found.advice


@contextmanager
def small_disk(folder: Path) -> Iterator[None]:
    subprocess.run(["mount", "-t", "tmpfs", "-o", "size=1m", "tmpfs", str(folder)], check=True, timeout=10)
    try:
        yield
    finally:
        subprocess.run(["umount", str(folder)], check=True, timeout=10)


def test_a_secret_that_others_may_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    file = tmp_path / "key"
    file.write_text(b64encode(bytes(32)).decode())
    file.chmod(0o640)
    monkeypatch.setenv("EBOX_IDENTIFIER_KEY_FILE", str(file))
    assert only(look(embedded(tmp_path), "secrets"), "secrets", Verdict.FINE)
    file.chmod(0o644)
    assert f"chmod o= {file}" in one_warning(embedded(tmp_path), "secrets").advice


class _RefusesSenders:
    async def handle_MAIL(self, *_: object) -> str:  # noqa: N802 - the library's name for it
        return "550 5.7.1 not you"


def test_a_relay_that_refuses_our_sender(tmp_path: Path) -> None:
    server = Controller(_RefusesSenders(), hostname=LOOPBACK, port=free_port())
    server.start()
    try:
        found = one_wrong(embedded(tmp_path, smtp_url=f"smtp://{LOOPBACK}:{server.port}"), "SMTP relay")
    finally:
        server.stop()
    assert "refuses our sender" in found.found
    assert "EBOX_MAIL_FROM" in found.advice


def test_a_relay_that_does_not_relay(tmp_path: Path, smtp_script: SmtpScript) -> None:
    smtp_script.script("recipient", NO_SUCH_MAILBOX)
    findings = look(embedded(tmp_path, smtp_url=smtp_script.url), "SMTP relay")
    assert any("relays for this machine" in one.advice for one in findings)
    assert smtp_script.received == []


def test_a_relay_that_is_away(tmp_path: Path) -> None:
    url = f"smtp://mailer:secret-word@{LOOPBACK}:{free_port()}"
    found = one_wrong(embedded(tmp_path, smtp_url=url), "SMTP relay")
    assert "does not answer" in found.found
    assert "secret-word" not in str(found)


def test_a_scanner_that_is_stopped(tmp_path: Path, clamd: Clamd) -> None:
    clamd.halt()
    found = one_wrong(embedded(tmp_path, clamd_url=clamd.url), "malware scanner")
    assert "does not answer" in found.found


def test_signatures_that_are_old(tmp_path: Path, clamd: Clamd) -> None:
    found = one_warning(embedded(tmp_path, clamd_url=clamd.url), "malware scanner")
    assert "freshclam" in found.advice


def test_a_port_that_is_somebody_elses(tmp_path: Path) -> None:
    with socket.create_server((LOOPBACK, 0)) as server:
        port = server.getsockname()[1]
        settings = embedded(
            tmp_path, bounce_address="bounces@example.test", bounce_listen=f"{LOOPBACK}:{port}", port=port
        )
        findings = look(settings, "bounces", "HTTP port")
    assert "EBOX_BOUNCE_LISTEN" in only(findings, "bounces", Verdict.WRONG).advice
    assert "EBOX_PORT" in only(findings, "HTTP port", Verdict.WRONG).advice


def test_a_partners_file_that_is_wrong_or_not_applied(on_files: Settings, tmp_path: Path) -> None:
    demo = on_files.data_dir / "demo"
    text = (demo / "partners.yaml").read_text()
    assert only(look(on_files, "partners file"), "partners file", Verdict.FINE)
    other = demo / "other.yaml"
    other.write_text(text.replace("nl:", "nl: New", 1))
    assert "ebox migrate" in one_warning(changed(on_files, partners_file=other), "partners file").advice
    other.write_text("organisations: 3")
    assert "correct it" in one_wrong(changed(on_files, partners_file=other), "partners file").advice


def test_an_issuer_that_is_away(tmp_path: Path) -> None:
    issuer = {
        "issuer": "https://tokens.example",
        "jwks_url": f"https://{LOOPBACK}:{free_port()}/jwks",
        "audience": "ebox",
        "clients": {},
    }
    found = one_wrong(embedded(tmp_path, trusted_issuers=[issuer]), "trusted issuers")
    assert "https://tokens.example" in found.found


def test_read_models_that_nobody_moves(on_files: Settings) -> None:
    found = one_wrong(on_files, "projections")
    assert "not moving" in found.found
    assert "ebox project" in found.advice
    assert len([one for one in look(on_files, "roles") if one.verdict is Verdict.WARNING]) == 4
