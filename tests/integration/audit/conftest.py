"""A genuine audit log, made once, and a copy of it for each test."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.tampering.genuine import Genuine, make_genuine
from tests.tampering.scene import Scene


@pytest.fixture(scope="session")
def genuine(tmp_path_factory: pytest.TempPathFactory) -> Genuine:
    """The log that every test has a copy of."""
    return make_genuine(tmp_path_factory.mktemp("genuine"))


@pytest.fixture
def scene(genuine: Genuine, tmp_path: Path) -> Scene:
    """This test's copy."""
    return Scene(genuine, tmp_path)
