"""Free loopback ports for servers that must be told their port before they start."""

from __future__ import annotations

import errno
import random
import socket

LOOPBACK = "127.0.0.1"

# Below the range from which Linux takes ports for outgoing connections (32768 and up): a connection that some
# other program opens between our look and the server's bind cannot take the port away.
_FIRST, _LAST = 15_000, 32_000
_ATTEMPTS = 200

_given: set[int] = set()


def free_port() -> int:
    """A loopback TCP port that nothing listens on, and that this process was not given before.

    Raises:
        RuntimeError: no free port was found in a bounded number of attempts.
    """
    for _ in range(_ATTEMPTS):
        port = random.randint(_FIRST, _LAST)  # noqa: S311 - a port number is no secret
        if port not in _given and _is_free(port):
            _given.add(port)
            return port
    raise RuntimeError(f"No free TCP port on {LOOPBACK} between {_FIRST} and {_LAST}")


def accepts_connections(port: int) -> bool:
    """Whether something on loopback accepts TCP connections at this port now."""
    try:
        with socket.create_connection((LOOPBACK, port), timeout=1):
            return True
    except OSError:
        return False


def _is_free(port: int) -> bool:
    with socket.socket() as probe:
        try:
            probe.bind((LOOPBACK, port))
        except OSError as error:
            if error.errno in (errno.EADDRINUSE, errno.EACCES):
                return False
            raise
    return True
