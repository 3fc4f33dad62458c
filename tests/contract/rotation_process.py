"""A process that changes keys and is killed after its first batch: `python -m … <url> <what>`."""

from __future__ import annotations

import os
import signal
import sys

from eventstore import hashednumbers, wrappedkeys
from tests.contract.test_key_rotation import NEW, OLD, a_store


def main(url: str, what: str) -> None:
    """Change three keys and die."""

    def die(_: int) -> None:
        os.kill(os.getpid(), signal.SIGKILL)

    wrappedkeys.BATCH = hashednumbers.BATCH = 3
    with a_store(url, NEW, OLD) as store:
        {"wrap": store.wrapped_keys.wrap_again, "hash": store.hashed_numbers.add_current}[what](die)


if __name__ == "__main__":
    main(*sys.argv[1:])
