"""`python -m tests.integration.notifier.process URL SMTP_URL`: a notifier in a process to be killed.

Its lease is short, so that what it held is soon sent by another one.
"""

from __future__ import annotations

import asyncio
import sys
from datetime import timedelta

from notifier.sender import SenderLimits
from notifier.service import Notifier
from tests.integration.notifier.house import House, Urls

LEASE = timedelta(seconds=6)


def main(url: str, smtp_url: str) -> None:
    """Notify until killed."""
    limits = SenderLimits(connections=4, send_seconds=5.0, lease=LEASE, poll_seconds=0.05)
    with House(Urls(url, url, url)) as house:
        sender = house.sender(smtp_url, limits=limits, answer_seconds=30.0)
        asyncio.run(Notifier(house.filler(), sender).run())


if __name__ == "__main__":
    main(*sys.argv[1:])
