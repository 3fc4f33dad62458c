"""What somebody sees whose `ebox run` cannot start: a line that says what to do."""

from __future__ import annotations

import json
import socket
import subprocess
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from tests.e2e.installation import Installation
from tests.servers.ports import LOOPBACK
from tests.servers.process import wait_until


@pytest.mark.parametrize("taken", [0, 1], ids=["the server's", "the mail catcher's"])
def test_a_port_that_is_taken_is_named_without_a_stack_of_calls(tmp_path: Path, taken: int) -> None:
    installation = Installation(tmp_path)
    with socket.create_server((LOOPBACK, installation.port + taken)):
        refused = installation.run("run")
    assert refused.returncode == 1
    assert "EBOX_PORT" in refused.stderr
    assert "Traceback" not in refused.stderr


ROLES = ["api", "project", "notify"]
DATABASES = ["EVENT_STORE", "READ_MODEL", "KEY_STORE", "OUTBOX"]
NOWHERE = "postgresql://ebox:geheim@127.0.0.1:1/ebox"


def assert_told_in_a_line(refused: subprocess.CompletedProcess[str], *words: str) -> None:
    assert refused.returncode == 1, refused.stderr
    assert "Traceback" not in refused.stderr
    assert len(refused.stderr.splitlines()) == 1
    for word in words:
        assert word in refused.stderr
    assert "geheim" not in refused.stdout + refused.stderr
    assert "127.0.0.1" not in refused.stderr


@pytest.mark.parametrize("command", [*ROLES, "api --processes 2"])
def test_a_role_that_nobody_migrated_for_says_so(tmp_path: Path, command: str) -> None:
    refused = Installation(tmp_path).run(*command.split())
    assert_told_in_a_line(refused, "run `ebox migrate` first")


@pytest.mark.parametrize("role", ROLES)
def test_a_role_that_nobody_migrated_for_says_so_on_postgresql(
    tmp_path: Path, postgres_database: str, role: str
) -> None:
    settings = {f"EBOX_{name}_URL": postgres_database for name in DATABASES}
    refused = Installation(tmp_path, settings).run(role)
    assert_told_in_a_line(refused, "run `ebox migrate` first")


@pytest.mark.parametrize("part", DATABASES)
def test_each_database_that_migration_cannot_have_is_named(
    tmp_path: Path, postgres_database: str, part: str
) -> None:
    where = urlsplit(postgres_database)
    wrong = {
        "does not answer": NOWHERE,
        "user or password": where._replace(netloc=f"ebox:geheim@{where.hostname}:{where.port}").geturl(),
        "no such database": where._replace(path="/geheim").geturl(),
        "no address of a database": "postgresql://ebox@127.0.0.1:geheim/ebox",
    }
    for number, (words, url) in enumerate(wrong.items()):
        installation = Installation(tmp_path / str(number), {f"EBOX_{part}_URL": url})
        assert_told_in_a_line(installation.run("migrate"), f"EBOX_{part}_URL", words)


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("s3+http://geheim:geheim@127.0.0.1:1/ebox", "does not answer"),
        ("s3+http://geheim:geheim@127.0.0.1:1/E", "forbids this bucket's name"),
        ("s3+http://geheim:geheim@127.0.0.1:1/a..b", "forbids this bucket's name"),
    ],
)
def test_an_object_store_that_migration_cannot_have_is_named(tmp_path: Path, url: str, words: str) -> None:
    refused = Installation(tmp_path, {"EBOX_OBJECT_STORE_URL": url}).run("migrate")
    assert_told_in_a_line(refused, "EBOX_OBJECT_STORE_URL", words)


def test_a_database_that_cannot_keep_events_is_refused(tmp_path: Path) -> None:
    refused = Installation(tmp_path, {"EBOX_EVENT_STORE_URL": "mysql://ebox:geheim@127.0.0.1/x"}).run(
        "migrate"
    )
    assert_told_in_a_line(refused, "EBOX_EVENT_STORE_URL", "begins with postgresql:// or sqlite:///")


def test_a_database_that_is_away_is_waited_for(tmp_path: Path) -> None:
    installation = Installation(tmp_path, {"EBOX_KEY_STORE_URL": NOWHERE})
    try:
        installation.start("project")
        wait_until(lambda: "start.waiting" in installation.log(), 20.0, installation.log)
        line = json.loads(installation.log().splitlines()[0])
        assert (line["part"], line["cause"]) == ("key store", "OperationalError")
        installation.stop()
        assert "Traceback" not in installation.log()
        assert "geheim" not in installation.log()
    finally:
        installation.kill()
