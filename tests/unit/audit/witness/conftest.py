"""A witness with its file, that watches one log."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from audit.tlog.cosignatures import CosignerKey
from audit.witness.service import Witness
from audit.witness.state import State
from domain.clock import FixedClock
from tests.logs import Log

NOON = datetime(2026, 3, 1, 12, tzinfo=UTC)


@pytest.fixture
def log() -> Log:
    return Log(size=300)


@pytest.fixture
def key() -> CosignerKey:
    return CosignerKey.generate("witness.example.org/w1")


@pytest.fixture
def clock() -> FixedClock:
    return FixedClock(NOON)


@pytest.fixture
def state(tmp_path: Path, key: CosignerKey) -> Iterator[State]:
    path = tmp_path / "witness.state"
    State.make(path, key.verifier.text)
    state = State(path, key.verifier.text)
    yield state
    state.close()


@pytest.fixture
def witness(log: Log, key: CosignerKey, state: State, clock: FixedClock) -> Witness:
    return Witness(key, {log.key.name: (log.key.verifier,)}, state, clock)
