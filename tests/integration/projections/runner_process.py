"""A runner in a process of its own, for tests that kill it: `… EVENTS_URL READ_MODELS_URL KEYS`."""

from __future__ import annotations

import sys
from pathlib import Path

from projections.database import ReadDatabase
from projections.runner import Runner
from tests.integration.projections.log import a_log


def main(event_store_url: str, read_model_url: str, key_directory: str) -> None:
    """Run until killed."""
    with a_log(event_store_url, Path(key_directory)) as log:
        Runner(log.events.follow, ReadDatabase(read_model_url)).run()


if __name__ == "__main__":
    main(*sys.argv[1:])
