"""The house rules that a reader relies on."""

from __future__ import annotations

import ast
import subprocess
import sys
import tomllib
from importlib.metadata import distribution, packages_distributions
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = (
    "api",
    "application",
    "audit",
    "bootstrap",
    "commands",
    "domain",
    "eventstore",
    "identity",
    "notifier",
    "projections",
    "registers",
    "storage",
    "telemetry",
    "web",
    "webhooks",
)
MODULES = ("cli", "schema_changes", "secret_files", "settings", "threads", "trusted_issuers")
LONGEST = 300


def our_files(*places: str) -> list[Path]:
    files: list[Path] = []
    for place in places:
        path = ROOT / place
        files += path.rglob("*.py") if path.is_dir() else [path]
    return files


SOURCES = our_files(*PACKAGES, *(f"{module}.py" for module in MODULES), "client", "tests", "bench")


def imports_of(path: Path) -> set[str]:
    """The top-level names that a file imports, wherever in it."""
    found: set[str] = set()
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            found |= {alias.name.partition(".")[0] for alias in node.names}
        elif isinstance(node, ast.ImportFrom) and node.level == 0 and node.module:
            found.add(node.module.partition(".")[0])
    return found


def test_no_file_is_longer_than_a_reader_can_hold() -> None:
    lengths = {str(path.relative_to(ROOT)): len(path.read_text().splitlines()) for path in SOURCES}
    assert len(lengths) > 100
    assert {name: count for name, count in lengths.items() if count > LONGEST} == {}


def test_layers() -> None:
    linter = Path(sys.executable).with_name("lint-imports")
    found = subprocess.run(
        [linter, "--no-cache"], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert found.returncode == 0, found.stdout + found.stderr


@pytest.mark.parametrize("package", PACKAGES)
def test_only_the_command_line_and_the_composition_root_see_settings(package: str) -> None:
    above = {"cli"} if package == "commands" else {"cli", "commands"}
    if package not in {"bootstrap", "commands"}:
        above |= {"bootstrap", "settings"}
    for path in our_files(package):
        assert not imports_of(path) & above, path


def test_the_modules_beside_the_packages_import_nothing_from_above() -> None:
    ours = {*PACKAGES, *MODULES}
    assert imports_of(ROOT / "threads.py") & ours == {"domain"}
    assert imports_of(ROOT / "schema_changes.py") & ours == set()
    assert imports_of(ROOT / "settings.py") & ours == {"secret_files", "trusted_issuers"}
    assert imports_of(ROOT / "cli.py") & ours == {"bootstrap", "commands", "domain"}


def test_only_settings_reads_the_environment() -> None:
    for path in our_files(*PACKAGES, *(f"{module}.py" for module in MODULES)):
        text = path.read_text(encoding="utf-8")
        assert not any(way in text for way in ("os.environ", "os.getenv")), path


def test_no_other_distribution_has_our_top_level_names() -> None:
    owners = packages_distributions()
    for name in (*PACKAGES, *MODULES):
        assert set(owners.get(name, [])) <= {"ebox-mailbox"}, name
        assert name not in sys.stdlib_module_names


def test_what_is_shipped_is_what_there_is() -> None:
    build = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["hatch"]["build"]["targets"]
    expected = {*PACKAGES, *(f"{module}.py" for module in MODULES)}
    assert set(build["wheel"]["only-include"]) == expected == set(build["sdist"]["only-include"])
    here = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests", "bench", "docs"}
    assert here == set(PACKAGES)
    assert {path.stem for path in ROOT.glob("*.py")} == set(MODULES)


def test_the_library_is_pinned_to_the_minor_version_that_was_measured() -> None:
    assert distribution("eventsourcing").version.startswith("9.5.")
