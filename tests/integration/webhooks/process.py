"""`python -m tests.integration.webhooks.process URL CA_FILE`: a sender and filler in a process to be killed.

Its lease is short, so that what it held is soon sent by another one.
"""

from __future__ import annotations

import asyncio
import sys
from datetime import timedelta
from pathlib import Path

from tests.integration.notifier.house import Urls
from tests.integration.webhooks.house import House
from webhooks.sender import SenderLimits

LIMITS = SenderLimits(poll_seconds=0.05, lease=timedelta(seconds=3))


def main(url: str, ca_file: str) -> None:
    """Deliver until killed."""
    with House(Urls(url, url, url)) as house:
        asyncio.run(house.service(house.sender(Path(ca_file), limits=LIMITS)).run())


if __name__ == "__main__":
    main(*sys.argv[1:])
