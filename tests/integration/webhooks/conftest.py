"""The surroundings of webhooks as fixtures."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.notifier.house import Urls
from tests.integration.webhooks.house import House
from tests.integration.webhooks.receiver import Receiver


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A house on SQLite."""
    with House(Urls.sqlite(tmp_path)) as house:
        yield house


@pytest.fixture
def receiver(tmp_path: Path) -> Iterator[Receiver]:
    """A partner's server."""
    with Receiver(tmp_path) as receiver:
        yield receiver
