"""The settings: strict in production, complete without anything in the embedded mode."""

from __future__ import annotations

from base64 import b64encode
from pathlib import Path

import pytest
from pydantic import ValidationError
from pydantic_settings import SettingsError

from settings import Settings

PRODUCTION = {
    "environment": "production",
    "public_url": "https://ebox.example.org",
    "event_store_url": "postgresql://u:p@db/events",
    "read_model_url": "postgresql://u:p@db/reads",
    "key_store_url": "postgresql://u:p@db/keys",
    "outbox_url": "postgresql://u:p@db/outbox",
    "object_store_url": "s3+https://k:s@objects:443/ebox",
    "smtp_url": "smtps://u:p@mail",
    "key_encryption_key": b64encode(bytes(32)).decode(),
    "identifier_key": b64encode(bytes([1]) * 32).decode(),
}


@pytest.fixture(autouse=True)
def _no_settings_of_this_machine(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.chdir(tmp_path)
    for name in Settings.model_fields:
        monkeypatch.delenv(f"EBOX_{name.upper()}", raising=False)


def test_the_embedded_mode_needs_nothing() -> None:
    settings = Settings()
    assert settings.is_embedded
    assert settings.url == "http://127.0.0.1:8000"


def test_the_port_drives_the_default_url() -> None:
    assert Settings(port=8123).url == "http://127.0.0.1:8123"


def test_production_with_everything_it_needs() -> None:
    assert not Settings.model_validate(PRODUCTION).is_embedded


@pytest.mark.parametrize("missing", [name for name in PRODUCTION if name != "environment"])
def test_production_names_what_is_missing(missing: str) -> None:
    given = {name: value for name, value in PRODUCTION.items() if name != missing}
    with pytest.raises(ValidationError, match=f"EBOX_{missing.upper()}"):
        Settings.model_validate(given)


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("public_url", "http://ebox.example.org", "https"),
        ("public_url", "ebox", "scheme, host"),
        ("public_url", "https://ebox.example.org/path", "scheme, host"),
        ("event_store_url", "sqlite:///events.sqlite", "EBOX_EVENT_STORE_URL"),
        ("object_store_url", "file:///objects", "EBOX_OBJECT_STORE_URL"),
        ("identifier_key", PRODUCTION["key_encryption_key"], "two keys"),
    ],
)
def test_production_refuses(name: str, value: str, why: str) -> None:
    with pytest.raises(ValidationError, match=why):
        Settings.model_validate({**PRODUCTION, name: value})


def test_no_secret_shows_in_an_error_or_when_printed() -> None:
    with pytest.raises(ValidationError) as raised:
        Settings.model_validate({**PRODUCTION, "public_url": "http://x", "port": "none"})
    assert "u:p@" not in str(raised.value)
    assert "u:p@" not in repr(Settings.model_validate(PRODUCTION))


def test_a_secret_may_come_from_a_file(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    (tmp_path / "url").write_text("postgresql://u:p@db/events\n")
    monkeypatch.setenv("EBOX_EVENT_STORE_URL_FILE", str(tmp_path / "url"))
    url = Settings().event_store_url
    assert url is not None
    assert url.get_secret_value() == "postgresql://u:p@db/events"


def test_a_secret_s_file_that_is_not_there_is_named(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("EBOX_EVENT_STORE_URL_FILE", "/nowhere")
    with pytest.raises(SettingsError, match="EBOX_EVENT_STORE_URL_FILE"):
        Settings()
