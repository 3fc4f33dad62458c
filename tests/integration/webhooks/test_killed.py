"""A process is really killed, on PostgreSQL: no event is lost, and a repeat is the same event."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Event as Flag

from tests.integration.notifier.house import Urls
from tests.integration.webhooks.house import House, hook
from tests.integration.webhooks.receiver import Answer, Receiver
from tests.servers.process import wait_until

_ROOT = Path(__file__).parents[3]
_SECONDS = 60.0


@contextmanager
def delivering(url: str, receiver: Receiver) -> Iterator[subprocess.Popen[bytes]]:
    """A process at work; killed at the end, if not before."""
    command = [sys.executable, "-m", "tests.integration.webhooks.process", url, str(receiver.ca_file)]
    process = subprocess.Popen(command, cwd=_ROOT)
    try:
        yield process
    finally:
        process.kill()
        process.wait(timeout=_SECONDS)


def test_killed_between_the_post_and_its_mark_the_same_event_is_posted_again(
    postgres_database: str, receiver: Receiver
) -> None:
    at_last = Flag()
    receiver.script(
        *[Answer(waits=at_last)] * 3
    )  # it has the events and does not answer: certainly in between
    with House(Urls(postgres_database, postgres_database, postgres_database)) as house:
        house.partner(hook(receiver))
        house.publish(*[house.resident()] * 3)
        with delivering(postgres_database, receiver) as process:
            receiver.wait_for(3, within=_SECONDS)
            process.kill()
            process.wait(timeout=_SECONDS)
        at_last.set()
        assert house.counts() == (3, 0, 0)

        with delivering(postgres_database, receiver), delivering(postgres_database, receiver):
            wait_until(lambda: house.counts() == (0, 3, 0), _SECONDS, lambda: str(house.counts()))

    held, again = receiver.received[:3], receiver.received[3:]
    assert sorted(one.body for one in held) == sorted(one.body for one in again)
    assert len({one.body for one in held}) == 3
