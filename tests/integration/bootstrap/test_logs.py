"""What libraries log goes the same way as our own lines, without what their exceptions quote."""

from __future__ import annotations

import json
import subprocess
import sys
import textwrap
from pathlib import Path

ROOT = Path(__file__).parents[3]
SECRET = "85073003328"

LOST_TASK = f"""
    import asyncio, gc
    from bootstrap.logs import configure_logging

    configure_logging("INFO")

    async def fails():
        raise ValueError("{SECRET}")

    async def loses_it():
        task = asyncio.create_task(fails(), name="{SECRET}")
        await asyncio.sleep(0)
        del task
        gc.collect()

    asyncio.run(loses_it())
"""


def test_a_lost_task_is_told_of_without_what_its_exception_says() -> None:
    told = subprocess.run(
        [sys.executable, "-c", textwrap.dedent(LOST_TASK)],
        cwd=ROOT,
        capture_output=True,
        text=True,
        timeout=30,
        check=True,
    ).stderr
    [line] = [json.loads(line) for line in told.splitlines()]
    assert line["message"] == "Task exception was never retrieved"
    assert line["error"] == "builtins.ValueError"
    assert SECRET not in told
