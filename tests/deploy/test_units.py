"""The systemd units, as systemd itself reads them."""

from __future__ import annotations

import configparser
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from settings import OPTIONAL_SECRETS, SECRETS, Settings
from tests.deploy.commands import is_a_command

FOLDER = Path(__file__).parents[2] / "deploy" / "systemd"
UNITS = sorted(path.name for path in FOLDER.glob("ebox-*.*") if path.is_file())
PROGRAM = "/opt/ebox/.venv/bin/ebox"


def _commands() -> dict[str, list[str]]:
    """The arguments that each service gives to `ebox`."""
    found = {}
    for path in FOLDER.glob("*.service"):
        (line,) = re.findall(r"^ExecStart=(.+)$", path.read_text(), re.MULTILINE)
        program, *arguments = line.split()
        assert program == PROGRAM
        found[path.name] = arguments
    return found


def test_there_is_one_for_each_role_and_for_what_is_done_daily() -> None:
    roles = {"api", "project", "notify", "schedule", "audit-log", "witness"}
    expected = {*roles, "migrate", "retention", "backup", "doctor"}
    assert {name.removeprefix("ebox-").removesuffix(".service") for name in _commands()} == expected
    timers = {path.name for path in FOLDER.glob("*.timer")}
    assert timers == {"ebox-retention.timer", "ebox-backup.timer", "ebox-doctor.timer"}


@pytest.mark.parametrize("unit", _commands())
def test_its_command_exists(unit: str) -> None:
    assert is_a_command(_commands()[unit])


def test_every_secret_is_handed_over_and_every_setting_exists() -> None:
    common = (FOLDER / "ebox-.service.d" / "common.conf").read_text()
    for secret in SECRETS:
        name = secret.replace("_", "-")
        assert f"LoadCredential={name}:/etc/ebox/secrets/{name}" in common
        assert f"Environment=EBOX_{secret.upper()}_FILE=%d/{name}" in common
    every_unit = "".join(path.read_text() for path in FOLDER.rglob("*.*") if path.is_file())
    known = {f"EBOX_{name.upper()}" for name in Settings.model_fields}
    known |= {f"EBOX_{secret.upper()}_FILE" for secret in (*SECRETS, *OPTIONAL_SECRETS)}
    assert set(re.findall(r"EBOX_[A-Z_]+", every_unit)) <= known


def test_those_on_one_machine_show_their_meters_on_different_ports() -> None:
    ports = [
        port
        for path in FOLDER.glob("*.service")
        for port in re.findall(r"EBOX_METRICS_PORT=(\d+)", path.read_text())
    ]
    assert len(ports) == len(set(ports)) == 4


@pytest.mark.parametrize("unit", UNITS)
def test_systemd_finds_nothing_wrong(unit: str, tmp_path: Path) -> None:
    analyze = shutil.which("systemd-analyze")
    assert analyze is not None, "install Debian's systemd: its systemd-analyze reads units"
    folder = tmp_path / "units"
    shutil.copytree(FOLDER, folder)
    here = str(Path(sys.executable).with_name("ebox"))
    for path in folder.glob("*.service"):  # it looks whether the program is there
        path.write_text(path.read_text().replace(PROGRAM, here))
    verified = subprocess.run(
        [analyze, "verify", "--man=no", unit],
        env={**os.environ, "SYSTEMD_UNIT_PATH": f"{folder}:"},
        cwd=folder,
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    ours = [line for line in verified.stderr.splitlines() if "ebox-" in line]
    assert (verified.returncode, ours) == (0, [])


def test_what_they_share_takes_rights_away() -> None:
    common = configparser.RawConfigParser(strict=False, interpolation=None)
    common.optionxform = str  # type: ignore[assignment,method-assign] # systemd's names have capitals
    common.read(FOLDER / "ebox-.service.d" / "common.conf")
    shared = common["Service"]
    assert shared["DynamicUser"] == shared["NoNewPrivileges"] == "yes"
    assert shared["ProtectSystem"] == "strict"
    assert shared["CapabilityBoundingSet"] == ""


def test_a_witness_is_handed_nothing_of_an_installation() -> None:
    """A drop-in of the same name in the unit's own folder is read instead of the shared one."""
    folders = "ebox-witness.service.d", "ebox-.service.d"
    own, shared = ((FOLDER / name / "common.conf").read_text() for name in folders)
    assert "LoadCredential" in shared
    assert not re.search("^(LoadCredential|Environment)", own, re.MULTILINE)
    rights = shared.index("CapabilityBoundingSet")
    assert own.endswith(shared[rights:])
