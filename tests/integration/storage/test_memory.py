"""Memory does not grow with a document's size."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from tests.integration.storage import upload_and_read

MEGABYTE = 1024 * 1024


@pytest.mark.parametrize(
    ("backend", "size", "at_once", "limit"),
    [
        ("filesystem", 25 * MEGABYTE, 1, 8 * MEGABYTE),
        ("filesystem", 80 * MEGABYTE, 1, 8 * MEGABYTE),
        ("filesystem", 20 * MEGABYTE, 16, 64 * MEGABYTE),
        ("s3", 25 * MEGABYTE, 1, 20 * MEGABYTE),
        ("s3", 80 * MEGABYTE, 1, 20 * MEGABYTE),
        ("s3", 20 * MEGABYTE, 16, 110 * MEGABYTE),
    ],
)
def test_memory_is_bounded_by_pieces_and_places_not_by_documents(
    request: pytest.FixtureRequest, tmp_path: Path, backend: str, size: int, at_once: int, limit: int
) -> None:
    store = request.getfixturevalue("s3_url") if backend == "s3" else str(tmp_path / "objects")
    spool = tmp_path / "spool"
    spool.mkdir()
    done = subprocess.run(
        [sys.executable, str(upload_and_read.__file__), store, str(spool), str(size), str(at_once)],
        check=True,
        capture_output=True,
        timeout=120,
        env={"PYTHONPATH": os.pathsep.join(sys.path)},
    )
    assert int(done.stdout) < limit
