"""Webhooks in a whole installation: the published keys, their change, and the operator's commands."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path

import httpx
import pytest
from typer.testing import CliRunner

from bootstrap.migration import migrate
from bootstrap.safekeeping import changing_keys
from bootstrap.system import System
from cli import app
from domain.events.reference import WebhookRecord
from identity.webhook_keys import DIRECTORY_PATH, DIRECTORY_TYPE
from settings import Settings
from tests.integration.notifier.house import Urls
from tests.integration.webhooks.house import QUICK, House

pytestmark = pytest.mark.usefixtures("logging_as_it_is")


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    """A migrated installation without a demo, for commands too."""
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("EBOX_DATA_DIR", str(tmp_path))
    monkeypatch.setenv("EBOX_DEMO", "false")
    return Settings()


async def ask(settings: Settings) -> tuple[httpx.Response, str]:
    """The published keys, and the one that signs now."""
    system = System(settings)
    async with httpx.AsyncClient(transport=httpx.ASGITransport(system.app), base_url="http://x") as http:
        answer = await http.get(DIRECTORY_PATH)
    active = system.webhook_keys.active().thumbprint()
    await system.aclose()
    return answer, active


def test_the_keys_are_published_and_a_new_one_before_it_signs(settings: Settings) -> None:
    system = System(settings)
    list(migrate(system))
    first = system.webhook_keys.active().thumbprint()
    with changing_keys(settings) as keys:
        second = keys.rotate_webhooks()
        assert [(row.role, row.rows) for row in keys.status() if row.what == "signing keys"] == [
            ("current", 2)
        ]
    asyncio.run(system.aclose())

    answer, active = asyncio.run(ask(settings))
    assert active == first
    assert answer.headers["content-type"] == DIRECTORY_TYPE
    published = answer.json()["keys"]
    assert [key["kid"] for key in published] == [first, second]
    assert all(key["crv"] == "Ed25519" and "d" not in key for key in published)


def test_operators_see_dead_letters_and_send_them_again(settings: Settings, tmp_path: Path) -> None:
    system = System(settings)
    list(migrate(system))
    asyncio.run(system.aclose())
    with House(
        Urls(*(f"sqlite:///{tmp_path}/{name}.sqlite" for name in ("events", "other", "outbox")))
    ) as house:
        house.partner(WebhookRecord("pensions", "https://receiver.example/", ["newDocument"]))
        house.publish(house.resident())
        house.fill()
        (claim,) = house.deliveries.claim({}, 1, 1, house.clock.now(), QUICK.lease)
        house.deliveries.dead(claim, house.clock.now(), 410, "gone")

        run = CliRunner().invoke
        assert run(app, ["webhooks", "status"]).output.splitlines()[1].split() == [
            "pensions", "0206731645", "active", "0", "0", "1",
        ]  # fmt: skip
        letter = json.loads(run(app, ["webhooks", "dead", "--json"]).output)
        assert (letter["deliveryId"], letter["lastStatus"]) == (str(claim.delivery_id), 410)
        assert "gone (410)" in run(app, ["webhooks", "dead", "--webhook", "pensions"]).output
        assert run(app, ["webhooks", "dead", "--webhook", "others"]).output == ""
        assert run(app, ["webhooks", "replay"]).exit_code == 2
        assert run(app, ["webhooks", "replay", letter["deliveryId"]]).exit_code == 0
        assert run(app, ["webhooks", "replay", "--all"]).exit_code == 1
        assert house.counts() == (1, 0, 0)
