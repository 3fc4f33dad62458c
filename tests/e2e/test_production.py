"""`EBOX_ENVIRONMENT=production`: an operator's own partners and secrets, and nothing of the demo."""

from __future__ import annotations

import asyncio
import secrets
from base64 import b64encode
from collections.abc import Iterator, Mapping
from pathlib import Path

import httpx
import pytest
import yaml

from domain.clock import SystemClock
from identity.client import OAuthClient
from identity.client_authentication import ASSERTION_TYPE
from identity.client_keys import new_client_key, public_jwks
from tests.e2e.caller import AN, MESSAGES, announcement, form
from tests.e2e.installation import Installation
from tests.e2e.real_parts import RealParts
from tests.servers.ceph import Ceph
from tests.servers.postgres import Postgres

PUBLIC_URL = "https://ebox.example.org"
CLIENT, ORGANISATION = "acme-archive", "0474028805"
REQUIRED = (
    "EBOX_EVENT_STORE_URL",
    "EBOX_READ_MODEL_URL",
    "EBOX_KEY_STORE_URL",
    "EBOX_OUTBOX_URL",
    "EBOX_OBJECT_STORE_URL",
    "EBOX_SMTP_URL",
    "EBOX_KEY_ENCRYPTION_KEY",
    "EBOX_IDENTIFIER_KEY",
    "EBOX_PUBLIC_URL",
)


@pytest.fixture
def client_key() -> dict[str, object]:
    """The partner's private key, which eBox never sees."""
    return new_client_key()


@pytest.fixture
def settings(
    durable_postgres: Postgres, ceph: Ceph, tmp_path: Path, client_key: dict[str, object]
) -> Mapping[str, str]:
    """All that production wants, secrets in files where the operator likes that better."""
    partners = tmp_path / "partners.yaml"
    partners.write_text(yaml.safe_dump(_partners(client_key)))
    identifier_key = tmp_path / "identifier-key"
    identifier_key.write_text(_new_key() + "\n")
    return {
        "EBOX_ENVIRONMENT": "production",
        "EBOX_PUBLIC_URL": PUBLIC_URL,
        "EBOX_PARTNERS_FILE": str(partners),
        "EBOX_KEY_ENCRYPTION_KEY": _new_key(),
        "EBOX_IDENTIFIER_KEY_FILE": str(identifier_key),
        **RealParts.settings_of(durable_postgres, ceph, "smtp://127.0.0.1:1"),
    }


@pytest.fixture
def installation(settings: Mapping[str, str], tmp_path: Path) -> Iterator[Installation]:
    """Migrated, with an API and a projector."""
    installation = Installation(tmp_path / "production", settings)
    try:
        for _ in range(2):  # it may be repeated
            migrated = installation.run("migrate")
            assert migrated.returncode == 0, migrated.stderr
        installation.start("api")
        installation.start("project")
        installation.wait_until_ready()
        yield installation
        installation.stop()
    finally:
        installation.kill()


def test_a_partner_of_the_operators_own_publishes_and_nothing_of_the_demo_is_there(
    installation: Installation, client_key: dict[str, object]
) -> None:
    with httpx.Client(base_url=installation.url, timeout=30) as http:
        for path in ("/demo/mail", "/demo/mail.json", "/oauth/authorize"):
            assert http.get(path).status_code == httpx.codes.NOT_FOUND, path
        login = http.get("/login", headers={"Accept-Language": "en"})
        assert "no digital key has been set up" in login.text
        assert "<button" not in login.text
        token = asyncio.run(_token(installation, client_key))
        published = http.post(
            MESSAGES,
            headers={"Authorization": f"Bearer {token}"},
            **form(announcement(senderApplicationId="acme.letters", messageTypeId="LETTER")),
        )
        assert published.status_code == httpx.codes.CREATED, published.text
        assert published.json()["code"] == "NO_DIGITAL_USER", "nobody's mailbox is in use beforehand"
        assert published.headers["Location"].startswith(f"{PUBLIC_URL}/")

    refused = installation.run("dev", "token", "--as", "partner")
    assert refused.returncode == 1
    assert "embedded mode" in refused.stderr
    assert refused.stdout == ""
    assert AN.number not in installation.log()


def test_it_refuses_to_start_and_names_what_is_missing(settings: Mapping[str, str], tmp_path: Path) -> None:
    for role in ("run", "api", "migrate"):
        nothing_given = Installation(tmp_path / role, {"EBOX_ENVIRONMENT": "production"})
        refused = nothing_given.run(role)
        assert refused.returncode != 0, role
        assert all(name in refused.stderr for name in REQUIRED), refused.stderr
        assert not nothing_given.data.exists(), "it has not begun anything"

    without = {name: value for name, value in settings.items() if name != "EBOX_IDENTIFIER_KEY_FILE"}
    refused = Installation(tmp_path / "without", without).run("api")
    assert refused.returncode != 0
    assert "EBOX_IDENTIFIER_KEY" in refused.stderr
    assert not any(value in refused.stderr for value in without.values() if "://" in value)


def test_it_refuses_a_key_that_is_too_short(settings: Mapping[str, str], tmp_path: Path) -> None:
    short = b64encode(secrets.token_bytes(16)).decode()
    refused = Installation(tmp_path / "short", {**settings, "EBOX_KEY_ENCRYPTION_KEY": short}).run("migrate")
    assert refused.returncode != 0
    assert "EBOX_KEY_ENCRYPTION_KEY" in refused.stderr
    assert short not in refused.stderr


async def _token(installation: Installation, private_key: dict[str, object]) -> str:
    async with httpx.AsyncClient(timeout=30) as http:
        client = OAuthClient(http, PUBLIC_URL, CLIENT, SystemClock(), private_key)
        proof = {
            "grant_type": "client_credentials",
            "client_assertion_type": ASSERTION_TYPE,
            "client_assertion": client.assertion(PUBLIC_URL),
        }
        answer = await http.post(f"{installation.url}/oauth/token", data=proof)
    assert answer.status_code == httpx.codes.OK, answer.text
    return str(answer.json()["access_token"])


def _partners(client_key: dict[str, object]) -> dict[str, object]:
    return {
        "partners": [
            {
                "enterpriseNumber": ORGANISATION,
                "name": {"en": "Acme"},
                "clients": [{"clientId": CLIENT, "keys": public_jwks(client_key)["keys"]}],
                "applications": [{"id": "acme.letters", "name": {"en": "Letters"}}],
                "messageTypes": [
                    {
                        "id": "LETTER",
                        "name": {"en": "Letter"},
                        "validity": {"years": 1},
                        "recipients": ["citizen"],
                    }
                ],
            }
        ]
    }


def _new_key() -> str:
    return b64encode(secrets.token_bytes(32)).decode()
