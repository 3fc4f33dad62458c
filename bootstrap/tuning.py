"""What a process that serves many small requests asks of the interpreter and of the system."""

from __future__ import annotations

import gc
import resource
import sys

SWITCH_SECONDS = 0.0005
"""How long a thread may keep the interpreter lock while another waits for it.

The event loop is always busy under load. With Python's 5 ms, the writer's thread waits that long after each
answer of the database, and a commit takes tens of milliseconds instead of two.
"""

COLLECT_EVERY = 10_000
"""New objects between two collections: a request makes some hundreds, none of which need the collector."""


def tune_for_requests() -> None:
    """Call once everything is loaded: what is there now stays, and is not looked through again."""
    sys.setswitchinterval(SWITCH_SECONDS)
    gc.collect()
    gc.freeze()
    gc.set_threshold(COLLECT_EVERY, 50, 50)
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    # 1024 descriptors, the usual soft limit, are fewer than the connections we take.
    resource.setrlimit(resource.RLIMIT_NOFILE, (most, most))
