"""The notifier's surroundings as fixtures."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.integration.notifier.house import House, Urls


@pytest.fixture
def house(tmp_path: Path) -> Iterator[House]:
    """A house on SQLite."""
    with House(Urls.sqlite(tmp_path)) as house:
        yield house
