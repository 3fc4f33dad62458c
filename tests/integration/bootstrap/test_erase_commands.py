"""`ebox erase`: what officers and operators type, and what they are told to do next."""

from __future__ import annotations

import asyncio
import json
import stat
from pathlib import Path
from uuid import UUID, uuid4

import pytest
import yaml
from typer.testing import CliRunner, Result

from bootstrap.errors import CannotStart
from bootstrap.system import System
from cli import app
from domain.errors import Conflict, NotFound
from domain.identifiers import Ssin
from settings import Settings

pytestmark = pytest.mark.usefixtures("logging_as_it_is")

NUMBER, NOBODY = "81050103522", "92521506931"
BASIS = "GDPR article 17(1)(b)"


def ebox(*words: str, said: str = "") -> Result:
    """The command, and what was typed after it."""
    return CliRunner().invoke(app, list(words), input=said)


def told(*words: str, said: str = "") -> str:
    """What it prints; it must end well."""
    done = ebox(*words, said=said)
    assert done.exit_code == 0, done.exception
    return done.stdout


@pytest.fixture
def mailbox(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> str:
    """A citizen's, with two officers on record."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("EBOX_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("EBOX_DEMO", "false")
    officers = [json.loads(told("erase", "new-key", one, "--file", f"{one}.json")) for one in ("one", "two")]
    (tmp_path / "partners.yaml").write_text(yaml.safe_dump({"officers": officers}))
    told("migrate")
    assert "+ officer one" in told("partners", "apply", "partners.yaml", "--yes")

    async def activate() -> UUID | None:
        system = System(Settings())
        try:
            return (await system.mailboxes.activate(Ssin(NUMBER))).mailbox_id
        finally:
            await system.aclose()

    return str(asyncio.run(activate()))


def test_the_way_from_a_request_to_its_approval(mailbox: str) -> None:
    asked = told("erase", "request", "--legal-basis", BASIS, said=f"{NUMBER}\n")
    assert NUMBER not in asked
    assert f"mailbox {mailbox}" in asked
    erasure = next(line.split()[1] for line in asked.splitlines() if line.startswith("erasure "))
    assert "a second" in told("erase", "approve", erasure, "--officer-key", "one.json")
    with_one = ebox("erase", "run", erasure, "--yes")
    assert isinstance(with_one.exception, Conflict)
    assert f"ebox erase approve {erasure}" in str(with_one.exception)
    assert f"ebox erase run {erasure}" in told("erase", "approve", erasure, "--officer-key", "two.json")
    shown = told("erase", "status", erasure)
    assert all(text in shown for text in ("approved", mailbox, BASIS, "officer one", "officer two"))
    nobody_there = ebox("erase", "run", erasure)
    assert isinstance(nobody_there.exception, CannotStart)
    assert "--yes" in str(nobody_there.exception)
    told("erase", "hold", mailbox, "--reason", "investigation 2026/17")
    assert "investigation 2026/17" in told("erase", "status", erasure)
    held = ebox("erase", "run", erasure, "--yes")
    assert "investigation 2026/17" in str(held.exception)
    told("erase", "release", mailbox)
    told("erase", "refuse", erasure, "--reason", "withdrawn", "--officer-key", "one.json")
    assert "refused" in told("erase", "status", erasure)


def test_what_is_wrong_is_said_without_repeating_a_number(mailbox: str) -> None:
    unknown = ebox("erase", "request", "--legal-basis", BASIS, said=f"{NOBODY}\n")
    assert isinstance(unknown.exception, NotFound)
    assert NOBODY not in unknown.output + str(unknown.exception)
    assert isinstance(ebox("erase", "status", str(uuid4())).exception, NotFound)
    Path("letter.txt").write_text("no key")
    for file in ("letter.txt", "missing.json"):
        refused = ebox("erase", "request", mailbox, "--legal-basis", BASIS, "--officer-key", file)
        assert isinstance(refused.exception, CannotStart), file
    assert "no erasure" in told("erase", "list")
    assert json.loads(told("erase", "list", "--json")) == {"erasures": [], "holds": []}


def test_an_officers_key_is_for_its_owner_alone_and_never_overwritten(mailbox: str) -> None:
    assert stat.S_IMODE(Path("one.json").stat().st_mode) == 0o600
    again = ebox("erase", "new-key", "one", "--file", "one.json")
    assert isinstance(again.exception, CannotStart)
    assert mailbox
