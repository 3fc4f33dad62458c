"""`ebox audit keys`: a key file is made, changed, and the change is on record."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from typer.testing import CliRunner

from audit.sequencer.record import OwnRecord
from audit.tlog.checkpoints import Checkpoint
from audit.tlog.merkle import EMPTY_ROOT
from audit.tlog.notes import SignerKey, VerifierKey, sign_note
from bootstrap.audit_keys import parse_keys
from bootstrap.errors import CannotStart
from bootstrap.migration import migrate
from bootstrap.system import System
from cli import app
from domain.ids import audit_log_id
from settings import Settings

pytestmark = pytest.mark.usefixtures("logging_as_it_is")


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The embedded mode in a folder of its own."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("EBOX_DATA_DIR", str(tmp_path / "var"))
    return tmp_path


def told(*arguments: str) -> list[str]:
    done = CliRunner().invoke(app, ["audit", "keys", *arguments], catch_exceptions=False)
    assert done.exit_code == 0
    return done.stdout.splitlines()


def recorded(begin_with: list[SignerKey] | None = None) -> list[list[str]]:
    """What is on record as the keys, each time; first this is entered, as the role does."""
    system = System(Settings())
    try:
        if begin_with:
            for _ in migrate(system):
                pass
            OwnRecord(system.events, system.clock).enter_keys(begin_with)
        return [vars(event)["vkeys"] for event in system.events.events_of(audit_log_id())]
    finally:
        asyncio.run(system.aclose())


def test_a_key_is_made_for_its_user_alone_and_never_over_another_one(folder: Path) -> None:
    file = folder / "audit-key"
    (vkey,) = told("new", str(file), "--name", "ebox.example/audit")

    assert file.stat().st_mode & 0o777 == 0o600
    assert parse_keys(file.read_text())[0].verifier == VerifierKey.parse(vkey)
    before = file.read_text()
    with pytest.raises(Exception, match="cannot be written"):
        CliRunner().invoke(app, ["audit", "keys", "new", str(file)], catch_exceptions=False)
    assert file.read_text() == before
    assert VerifierKey.parse(told("new", str(folder / "other"))[0]).name == "127.0.0.1:8000/audit"


def test_a_rotation_and_a_retirement_are_on_record(folder: Path) -> None:
    file = folder / "audit-key"
    (old,) = told("new", str(file), "--name", "ebox.example/audit")
    recorded(parse_keys(file.read_text()))

    both = told("rotate", str(file))
    assert both[1:] == [old]
    assert told("retire", str(file)) == both[:1]
    assert [key.verifier.text for key in parse_keys(file.read_text())] == both[:1]
    assert file.stat().st_mode & 0o777 == 0o600
    assert recorded() == [[old], both, both[:1]]
    with pytest.raises(Exception, match="nothing is there to be retired"):
        told("retire", str(file))


def test_a_key_is_retired_only_once_its_successor_signs(folder: Path) -> None:
    file, published = folder / "audit-key", folder / "var" / "audit-log" / "checkpoint"
    told("new", str(file), "--name", "ebox.example/audit")
    recorded(parse_keys(file.read_text()))
    text = Checkpoint("ebox.example/audit", 0, EMPTY_ROOT).text
    published.write_bytes(sign_note(text, *parse_keys(file.read_text())).encode())
    told("rotate", str(file))
    before = recorded()

    with pytest.raises(CannotStart, match="does not sign yet"):
        told("retire", str(file))
    assert recorded() == before
    assert len(parse_keys(file.read_text())) == 2
    published.write_bytes(sign_note(text, *parse_keys(file.read_text())).encode())
    assert len(told("retire", str(file))) == 1


def test_a_file_of_another_logs_keys_begins_nothing_here(folder: Path) -> None:
    ours, others = folder / "ours", folder / "others"
    told("new", str(ours), "--name", "ebox.example/audit")
    told("new", str(others), "--name", "elsewhere.example/audit")
    before = recorded(parse_keys(ours.read_text()))

    told("rotate", str(others))
    assert recorded() == before
