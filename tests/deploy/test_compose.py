"""`docker-compose.yml`, as Docker Compose itself understands it."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path
from typing import Any

import pytest
import yaml

from settings import Environment, Settings
from tests.deploy.commands import is_a_command
from tests.servers.process import find_program, run_tool

ROOT = Path(__file__).parents[2]
FILE = ROOT / "docker-compose.yml"
ROLES = ("api", "project", "notify", "schedule", "audit-log")
GIVEN = {
    "EBOX_PUBLIC_URL": "https://ebox.example.org",
    "EBOX_PARTNERS_FILE": "./partners.yaml",
    "EBOX_KEY_ENCRYPTION_KEY": "S0VZ",
    "EBOX_IDENTIFIER_KEY": "SURZ",
    "EBOX_AUDIT_KEY": "PRIVATE+KEY+ebox.example.org/audit",
    "POSTGRES_PASSWORD": "database-password",
    "S3_SECRET_KEY": "bucket-secret",
}


def _compose(folder: Path, given: dict[str, str]) -> list[str]:
    variables = folder / "given.env"
    variables.write_text("".join(f"{name}={value}\n" for name, value in given.items()))
    program = find_program("docker-compose", "docker-compose")
    return [program, "--file", str(FILE), "--env-file", str(variables), "config"]


@pytest.fixture(scope="module")
def services(tmp_path_factory: pytest.TempPathFactory) -> dict[str, dict[str, Any]]:
    """Each service with everything resolved."""
    command = _compose(tmp_path_factory.mktemp("compose"), GIVEN)
    found: dict[str, dict[str, Any]] = yaml.safe_load(run_tool(command, within=60))["services"]
    return found


def test_every_role_waits_for_the_migration_and_says_whether_it_is_well(
    services: dict[str, dict[str, Any]],
) -> None:
    for role in ROLES:
        waits = services[role]["depends_on"]["migrate"]
        assert waits == {"condition": "service_completed_successfully"}, role
        assert services[role]["healthcheck"]["test"][0] == "CMD", role
    stores = services["migrate"]["depends_on"].values()
    assert [one["condition"] for one in stores] == ["service_healthy"] * 2
    assert all("healthcheck" in services[name] for name in ("postgres", "seaweedfs", "mail"))


def test_every_command_and_every_setting_is_one_of_ours(services: dict[str, dict[str, Any]]) -> None:
    settings = {f"EBOX_{name.upper()}" for name in Settings.model_fields}
    for role in (*ROLES, "migrate"):
        assert is_a_command(services[role]["command"]), role
        assert {name for name in services[role]["environment"] if name.startswith("EBOX_")} <= settings


def test_our_containers_may_do_nothing_they_need_not(services: dict[str, dict[str, Any]]) -> None:
    for role in (*ROLES, "migrate"):
        service = services[role]
        assert service["read_only"] is True, role
        assert service["cap_drop"] == ["ALL"], role
        assert service["security_opt"] == ["no-new-privileges:true"], role


def test_images_are_pinned_and_only_loopback_is_published(services: dict[str, dict[str, Any]]) -> None:
    for name, service in services.items():
        tag = service["image"].partition(":")[2]
        assert re.search(r"\d+\.\d+", tag) or "build" in service, name
        assert all(str(port).startswith("127.0.0.1:") for port in service.get("ports", ())), name


def test_the_settings_it_gives_are_those_of_production(
    services: dict[str, dict[str, Any]], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)  # where no `.env` lies
    given = services["api"]["environment"]
    values = {name.removeprefix("EBOX_").lower(): value for name, value in given.items() if value}
    settings = Settings(**values)
    assert settings.environment is Environment.PRODUCTION
    assert settings.event_store_url is not None
    assert "database-password" in settings.event_store_url.get_secret_value()


@pytest.mark.parametrize("missing", GIVEN)
def test_without_a_secret_it_says_what_to_do(missing: str, tmp_path: Path) -> None:
    given = {name: value for name, value in GIVEN.items() if name != missing}
    refused = subprocess.run(
        _compose(tmp_path, given), capture_output=True, text=True, timeout=60, check=False
    )
    assert refused.returncode != 0
    assert re.search("make one|make another|set it to", refused.stderr)


def test_the_example_asks_for_all_that_is_needed_and_has_no_secret() -> None:
    lines = (ROOT / "deploy" / "compose" / "example.env").read_text().splitlines()
    given = dict(line.split("=", 1) for line in lines if line and not line.startswith("#"))
    assert given.keys() == GIVEN.keys()
    assert not any(value for name, value in given.items() if name.endswith(("KEY", "PASSWORD")))


def test_there_is_a_database_for_each_address(services: dict[str, dict[str, Any]]) -> None:
    made = set(re.findall(r"CREATE DATABASE (\w+)", (ROOT / "deploy/compose/databases.sql").read_text()))
    made.add(services["postgres"]["environment"]["POSTGRES_DB"])
    addresses = [value for name, value in services["api"]["environment"].items() if "@postgres" in value]
    assert {address.rpartition("/")[2] for address in addresses} == made
