"""`ebox doctor` on systems that are well: it says so, changes nothing and tells nothing that is secret."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event, Thread

import pytest

from application.demo.people import PEOPLE
from audit.tlog.notes import SignerKey
from bootstrap.doctor.findings import Finding, Verdict, fine
from bootstrap.doctor.running import Check, examine
from bootstrap.system import System
from settings import Settings
from tests.auditlog import wait_for
from tests.e2e.installation import Installation
from tests.integration.bootstrap.examined import embedded, filled, look, only, production
from tests.servers.clamd import Clamd
from tests.servers.ports import LOOPBACK, free_port
from tests.servers.postfix import Postfix
from tests.servers.postgres import Postgres

EBOX = Path(sys.executable).with_name("ebox")


@pytest.fixture(autouse=True)
def bare(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Neither a developer's .env nor the environment of the test run has a say in here."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("EBOX_")]:
        monkeypatch.delenv(name)


@contextmanager
def all_roles(settings: Settings) -> Iterator[None]:
    """A projector, a scheduler, an audit log and a filler at work."""
    system = System(settings)
    roles = (system.projector, system.timekeeper, system.sequencer)
    threads = [Thread(target=role.run) for role in roles]
    filler = system.events.leadership("outbox-filler")
    assert filler.acquire(Event())
    for thread in threads:
        thread.start()
    try:
        wait_for(lambda: system.published_log.checkpoint() is not None)
        yield
    finally:
        filler.release()
        for role in roles:
            role.stop()
        for thread in threads:
            thread.join(20)
        asyncio.run(system.aclose())


@pytest.fixture
def installation(tmp_path: Path) -> Iterator[Installation]:
    """An eBox of its own, in the embedded mode, that takes bounces in."""
    listen = {
        "EBOX_BOUNCE_ADDRESS": "bounces@example.test",
        "EBOX_BOUNCE_LISTEN": f"{LOOPBACK}:{free_port()}",
    }
    one = Installation(tmp_path / "embedded", listen)
    yield one
    one.kill()


def test_an_embedded_ebox_at_work_is_well_to_the_strictest_eye(installation: Installation) -> None:
    installation.start("run")
    installation.wait_until_ready()
    done = installation.run("doctor", "--strict")
    installation.stop()
    assert done.returncode == 0, done.stdout
    assert {line[0] for line in done.stdout.splitlines()} == {"✓"}
    for part in ("bounces", "HTTP port", "mail catcher"):
        assert f"✓ {part}: eBox listens there" in done.stdout
    for person in PEOPLE:
        assert person.number not in done.stdout + done.stderr


def test_a_production_on_real_servers_is_well_and_nothing_secret_is_told(
    tmp_path: Path, postgres: Postgres, s3_url: str, postfix: Postfix, clamd: Clamd
) -> None:
    settings = production(
        tmp_path,
        postgres,
        object_store_url=s3_url,
        smtp_url=postfix.url,
        clamd_url=clamd.url,
        audit_key=SignerKey.generate("localhost/audit").text,
    )
    asyncio.run(filled(settings))
    with all_roles(settings):
        done = subprocess.run(
            [EBOX, "doctor", "--json"],
            env={"PATH": os.environ["PATH"], **_environment(settings)},
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
    told = json.loads(done.stdout)
    assert done.returncode == 0, done.stdout
    not_fine = {(one["part"], one["found"].split(" ")[0]) for one in told["findings"] if one["advice"]}
    # The tests' server does not sync, their scanner has a signature of ours, nothing comes back here, and
    # nobody is looked up in a register.
    unsynced = {
        (part, setting)
        for part in ("event store", "key store", "outbox", "audit log")
        for setting in ("fsync", "full_page_writes")
    }
    expected = {("malware scanner", "its"), ("bounces", "nothing"), ("party register", "none:")}
    assert not_fine == unsynced | expected
    assert postfix.messages() == []
    everything = done.stdout + done.stderr
    for secret in [*_secrets(settings), *(one.number for one in PEOPLE), *(one.label for one in PEOPLE)]:
        assert secret not in everything


def test_an_empty_place_stays_empty(tmp_path: Path) -> None:
    findings = look(embedded(tmp_path))
    assert "ebox migrate" in only(findings, "event store", Verdict.WRONG).advice
    assert "ebox migrate" in only(findings, "object store", Verdict.WRONG).advice
    assert list(tmp_path.iterdir()) == []


def test_what_is_wrong_ends_with_one_and_is_told_in_plain_lines(installation: Installation) -> None:
    done = installation.run("doctor")
    assert done.returncode == 1
    assert "✗ event store: its tables are not there" in done.stdout
    assert "\x1b" not in done.stdout


def test_a_setting_that_is_none_ends_with_two(tmp_path: Path) -> None:
    done = Installation(tmp_path, {"EBOX_PORT": "none"}).run("doctor")
    assert done.returncode == 2
    assert "EBOX_PORT" in done.stderr
    assert done.stdout == ""


def test_a_check_that_hangs_keeps_no_other_back() -> None:
    release = Event()

    def hang() -> list[Finding]:
        release.wait(30)
        return []

    checks = [
        Check("one", hang, 0.05),
        Check("other", lambda: [fine("other", "it works")]),
    ]
    try:
        hanging, other = examine(checks)
    finally:
        release.set()
    assert (hanging.part, hanging.verdict) == ("one", Verdict.WRONG)
    assert other.verdict is Verdict.FINE


def _environment(settings: Settings) -> dict[str, str]:
    names = ("environment", "public_url", "data_dir", "mail_from", "clamd_url")
    plain = {name: str(getattr(settings, name)) for name in names}
    return {f"EBOX_{name.upper()}": value for name, value in (plain | _of_secrets(settings)).items()}


def _secrets(settings: Settings) -> list[str]:
    return [part for value in _of_secrets(settings).values() for part in _parts(value)]


def _of_secrets(settings: Settings) -> dict[str, str]:
    return {
        name: value.get_secret_value()
        for name in Settings.model_fields
        if hasattr(value := getattr(settings, name), "get_secret_value")
    }


def _parts(value: str) -> list[str]:
    """The whole, and the password in it."""
    password = value.partition("://")[2].rpartition("@")[0].rpartition(":")[2]
    return [value, password] if password else [value]
