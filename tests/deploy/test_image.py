"""The image is built from what is there, and from all of it."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from tests.deploy.commands import is_a_command

ROOT = Path(__file__).parents[2]
DOCKERFILE = (ROOT / "Dockerfile").read_text()


def _copied() -> set[str]:
    lines = re.findall(r"^COPY (?!--from)(.+)$", DOCKERFILE, re.MULTILINE)
    return {source for line in lines for source in line.split()[:-1]}


def test_everything_that_is_copied_exists() -> None:
    assert _copied()
    assert [source for source in _copied() if not (ROOT / source).exists()] == []


def test_everything_that_is_shipped_is_copied_and_let_through() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text())
    shipped = set(project["tool"]["hatch"]["build"]["targets"]["wheel"]["only-include"])
    assert shipped <= _copied()
    let_through = {
        line.removeprefix("!")
        for line in (ROOT / ".dockerignore").read_text().splitlines()
        if line.startswith("!")
    }
    assert let_through == _copied()


def test_the_image_is_pinned_runs_as_nobody_special_and_installs_by_hash() -> None:
    bases = re.findall(r"^FROM (\S+)", DOCKERFILE, re.MULTILINE)
    assert len(bases) == 2
    assert len(set(bases)) == 1
    assert re.search(r":\d+\.\d+\.\d+", bases[0])
    assert "--require-hashes" in DOCKERFILE
    assert re.search(r"^USER 10001:10001$", DOCKERFILE, re.MULTILINE)


@pytest.mark.parametrize("setting", re.findall(r"(EBOX_\w+)=", DOCKERFILE))
def test_its_settings_exist(setting: str) -> None:
    assert f"`{setting}`" in (ROOT / "docs" / "reference" / "configuration.md").read_text()


def test_a_command_that_does_not_exist_is_told_from_one_that_does() -> None:
    assert is_a_command(["api", "--processes", "2"])
    assert not is_a_command(["apis"])
    assert not is_a_command([])
