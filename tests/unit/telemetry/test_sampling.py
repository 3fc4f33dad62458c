"""Looking every few seconds."""

from __future__ import annotations

from collections.abc import Iterator
from threading import Event

import pytest
from prometheus_client import REGISTRY

from bootstrap.probes import ProjectionProbe
from projections.progress import Progress
from telemetry.sampling import Sampler

WAIT_SECONDS = 10.0


@pytest.fixture
def sampler() -> Iterator[Sampler]:
    sampler = Sampler(every_seconds=0.01)
    yield sampler
    sampler.stop()


def test_a_probe_that_fails_or_hangs_keeps_no_other_from_looking(sampler: Sampler) -> None:
    looks, second, may_end = 0, Event(), Event()

    def fails() -> None:
        nonlocal looks
        looks += 1
        if looks > 1:
            second.set()
        raise RuntimeError

    def hangs() -> None:
        may_end.wait(WAIT_SECONDS)

    sampler.watch("hangs", hangs)
    sampler.watch("fails", fails)
    assert second.wait(WAIT_SECONDS)
    may_end.set()


def test_what_is_watched_already_is_not_watched_twice(sampler: Sampler) -> None:
    looked = Event()
    sampler.watch("once", looked.set)
    sampler.watch("once", lambda: pytest.fail("it is watched already"))
    assert looked.wait(WAIT_SECONDS)


def test_a_read_models_lag_is_told_in_positions_and_in_seconds() -> None:
    now, head, position = 100.0, 10, 10

    def lag(unit: str) -> float | None:
        return REGISTRY.get_sample_value(f"ebox_projection_lag_{unit}", {"model": "test"})

    probe = ProjectionProbe(lambda: head, lambda: {"test": Progress(position, 0)}, lambda: now)
    probe()
    assert (lag("positions"), lag("seconds")) == (0, 0)
    now, head = 110.0, 15
    probe()
    assert (lag("positions"), lag("seconds")) == (5, 0), "it was not behind when somebody last looked"
    now, position = 120.0, 12
    probe()
    assert (lag("positions"), lag("seconds")) == (3, 10), "moving, and still behind what was there then"
    position = 15
    probe()
    assert (lag("positions"), lag("seconds")) == (0, 0)
