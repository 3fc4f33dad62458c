"""`ebox partners`: an operator compares a file with the record, applies it, and suspends at once."""

from __future__ import annotations

import asyncio
import json
import os
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from application.demo.secrets import LOGOS
from bootstrap.migration import migrate
from bootstrap.system import System
from cli import app
from domain.errors import InvalidInput
from projections import reference
from settings import Settings

MANAGER = "81000003517"
OTHER = "81050103522"


@pytest.fixture
def demo_file(
    tmp_path: Path, postgres_database: str, monkeypatch: pytest.MonkeyPatch, logging_as_it_is: None
) -> Path:
    """The demo's partners file, applied, with log and read models on PostgreSQL."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("EBOX_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("EBOX_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("EBOX_EVENT_STORE_URL", postgres_database)
    monkeypatch.setenv("EBOX_READ_MODEL_URL", postgres_database)
    system = System(Settings())
    list(migrate(system))
    file = system.partners_file
    asyncio.run(system.aclose())
    assert file is not None
    return file


def run(*words: str) -> Result:
    return CliRunner().invoke(app, ["partners", *words])


@contextmanager
def a_projector() -> Iterator[None]:
    """The read models follow, for as long as the block lasts."""
    system = System(Settings())
    thread = threading.Thread(target=system.projector.run)
    thread.start()
    try:
        yield
    finally:
        system.projector.stop()
        thread.join(20)
        asyncio.run(system.aclose())


def projected(query: Callable[..., Any], *words: str) -> Any:
    """What the read models answer."""
    system = System(Settings())
    try:
        return system.read_database.read(query, *words)
    finally:
        asyncio.run(system.aclose())


def changed(file: Path, *changes: tuple[str, str]) -> str:
    """The path of a copy with these texts in place of those."""
    text = file.read_text()
    for before, after in changes:
        assert before in text
        text = text.replace(before, after)
    copy = file.with_name("changed.yaml")
    copy.write_text(text)
    return str(copy)


def test_a_file_that_is_on_record_changes_nothing(demo_file: Path) -> None:
    for words in (["plan", str(demo_file)], ["apply", str(demo_file)]):
        done = run(*words)
        assert done.exit_code == 0
        assert done.stdout.endswith("nothing to change: all of it is on record\n")


def test_a_plan_shows_the_difference_and_changes_nothing(demo_file: Path) -> None:
    longer = changed(demo_file, ("{years: 10}", "{years: 5, months: 6}"), (MANAGER, OTHER))
    for _ in range(2):
        done = run("plan", longer)
        assert done.exit_code == 2
        assert "~ message type PENSION_STATEMENT\n    validity: 10 years → 5 years 6 months\n" in done.stdout
        assert "- role accessManager of 0884303369: *********17\n" in done.stdout
        assert "+ role accessManager of 0884303369: *********22\n" in done.stdout
        assert not {MANAGER, OTHER} & set(done.stdout.split())


def test_a_file_that_names_what_somebody_else_registered_is_refused(demo_file: Path) -> None:
    other = changed(demo_file, ('"0206731645"', '"0316380841"'))
    with a_projector():
        assert run("suspend", "demo-site", "--reason", "the read models follow").exit_code == 0
    for command in (["plan", other], ["apply", other, "--yes"]):
        refused = run(*command)
        assert isinstance(refused.exception, InvalidInput)
        names = {issue.field for issue in refused.exception.issues}
        assert {"partners.0.clients.0.clientId", "partners.0.messageTypes.0.id"} < names


def test_a_file_is_applied_only_once_somebody_agrees(demo_file: Path) -> None:
    other = changed(demo_file, (MANAGER, OTHER))
    refused = run("apply", other)
    assert refused.exit_code != 0
    assert run("plan", other).exit_code == 2
    done = run("apply", other, "--yes")
    assert (done.exit_code, "2 events appended" in done.stdout) == (0, True)
    assert run("plan", other).exit_code == 0


def test_a_suspension_is_in_force_and_listed_until_it_is_ended(demo_file: Path) -> None:
    with a_projector():
        assert "every process knows" in run("suspend", "demo-site", "--reason", "it leaks").stdout
        assert "suspended already" in run("suspend", "demo-site", "--reason", "it leaks").stdout
        assert run("apply", str(demo_file), "--yes").exit_code == 0
        listed = run("list", "--json").stdout
        items = json.loads(listed[listed.index("{") :])["items"]
        assert [one["id"] for one in items if one["suspended"] == "it leaks"] == ["demo-site"]
        assert "suspended: it leaks" in run("list").stdout
        logo = [reference.ORGANISATION, "0206731645", "main"]
        assert projected(reference.logo, *logo)[1] == LOGOS[0].read_bytes()
        assert run("resume", "demo-site").exit_code == 0
        assert "suspended:" not in run("list").stdout
