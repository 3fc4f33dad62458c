"""A process that has just begun reads events in several threads at once."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[3]


@pytest.mark.parametrize("attempt", range(4))
def test_event_classes_may_be_met_by_several_threads_at_once(attempt: int) -> None:
    command = [sys.executable, "-m", "tests.unit.eventstore.first_meetings"]
    ended = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, timeout=60, check=False)
    assert (ended.returncode, ended.stderr) == (0, ""), attempt
