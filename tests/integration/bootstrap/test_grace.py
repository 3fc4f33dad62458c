"""What is left of a process whose role does not end in time."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).parents[3]
STUCK = """
import asyncio
from bootstrap import roles
from bootstrap.supervision import Role, supervise
from settings import Settings

async def at_once():
    return None

async def stuck(system):
    await supervise(Role(at_once, print), Role(asyncio.Event().wait, print), seconds=0.1)

roles._run(Settings(), "stuck", stuck)
"""


def test_a_role_that_ends_too_slowly_is_a_line_in_the_log_and_a_status(tmp_path: Path) -> None:
    ended = subprocess.run(
        [sys.executable, "-c", STUCK],
        cwd=tmp_path,
        env={"PATH": "/usr/bin:/bin", "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    assert ended.returncode == 1
    (line,) = map(json.loads, ended.stderr.splitlines())
    assert (line["message"], line["late"]) == ("role.stopped_too_slowly", 1)
