"""eBox in this process, by a clock that the test moves."""

from __future__ import annotations

import os
from collections.abc import AsyncIterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from domain.clock import FixedClock
from tests.integration.api.embedded import Embedded, embedded_ebox
from tests.integration.application.post import Post


@pytest.fixture(autouse=True)
def _no_settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)
    for name in [name for name in os.environ if name.startswith("EBOX_")]:
        monkeypatch.delenv(name)


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(datetime.now(UTC))


@pytest.fixture
async def timed(tmp_path: Path, clock: FixedClock) -> AsyncIterator[Embedded]:
    async with embedded_ebox(tmp_path, clock) as embedded:
        yield embedded


@pytest.fixture
def post(timed: Embedded, clock: FixedClock) -> Post:
    return Post(timed, clock)
