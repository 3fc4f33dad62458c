"""Whether `/health/ready` sees a read-model database that is gone, and a projector that is none or dead."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path
from time import monotonic
from typing import Any

import httpx
import pytest

from bootstrap.migration import migrate
from bootstrap.projection_health import ProjectionHealth
from bootstrap.system import System
from projections import inbox, progress
from projections.models import READ_MODELS
from projections.positions import announce
from settings import Settings
from tests.servers.ports import free_port
from tests.waiting import until

MODEL = inbox.MODEL.name


@pytest.fixture
async def system(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[System]:
    """eBox on embedded parts, migrated, without a projector."""
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("EBOX_")]:
        monkeypatch.delenv(name)
    system = System(Settings(data_dir=tmp_path / "data", port=free_port()))
    list(migrate(system))
    yield system
    await system.aclose()


def move(system: System, to: int) -> None:
    """What the projector does at the end of a page."""
    with system.read_database.writing() as connection:
        progress.begin(connection, [model.name for model in READ_MODELS])
        announce(connection, progress.advance(connection, progress.load(connection), to, ()))


async def ready(system: System) -> tuple[int, dict[str, Any]]:
    transport = httpx.ASGITransport(system.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://ebox.test") as http:
        response = await http.get("/health/ready")
    return response.status_code, response.json()


async def test_without_a_projector_that_ever_ran_nothing_can_be_read(system: System) -> None:
    await until(lambda: system.positions.is_confirmed(1.0))
    status, health = await ready(system)
    assert status == 503
    read_models = {name: one for name, one in health["projections"].items() if name != "audit_log"}
    assert {one["status"] for one in read_models.values()} == {"DOWN"}
    assert {one["status"] for one in health["dependencies"].values()} == {"UP"}
    move(system, 1)
    await until(lambda: system.positions.has_begun(MODEL))
    status, health = await ready(system)
    assert (status, health["status"]) == (200, "UP")
    assert health["projections"][MODEL]["lag"] > 0


async def test_a_read_model_database_that_is_gone_is_seen(system: System) -> None:
    move(system, 1)
    await until(lambda: system.positions.has_begun(MODEL))
    system.read_database.close()
    for file in system.data_dir.glob("read_models.sqlite*"):
        file.unlink()
    status, health = await ready(system)
    assert status == 503
    assert health["dependencies"] == {
        "eventStore": {"status": "UP"},
        "keyStore": {"status": "UP"},
        "objectStore": {"status": "UP"},
        "readModels": {"status": "DOWN"},
    }


async def test_a_projector_that_is_dead_is_told_from_one_that_is_behind(system: System) -> None:
    head = 10

    async def at_head() -> int:
        return head

    health = ProjectionHealth(at_head, system.positions, patience=0.3)

    async def is_moving() -> bool:
        return (await health.states())[MODEL].is_moving

    move(system, 5)
    await until(lambda: system.positions.position(MODEL) == 5)
    assert await is_moving()
    async with asyncio.timeout(10):
        while await is_moving():  # noqa: ASYNC110 - it becomes true as time goes by
            await asyncio.sleep(0.01)
    move(system, 6)
    await until(lambda: system.positions.position(MODEL) == 6)
    assert await is_moving()

    head = 6
    assert await is_moving()
    silent_until = monotonic() + 0.6
    await until(lambda: monotonic() > silent_until)
    assert await is_moving()
    head = 7
    assert await is_moving()


async def test_positions_that_nobody_confirms_cannot_be_read(system: System) -> None:
    health = ProjectionHealth(system.events.latest_position, system.positions, patience=0.2)
    move(system, 1)
    await until(lambda: system.positions.has_begun(MODEL))
    system.positions.stop()
    await until(lambda: not system.positions.is_confirmed(0.2))
    assert not any(state.is_readable for state in (await health.states()).values())
