"""Which logs a witness watches: their public keys, one signed-note verifier key a line.

A key's name is the origin of the log that signs with it. A log that changes its key has two lines for a
while. Lines that are empty or begin with `#` are for people.
"""

from __future__ import annotations

from collections.abc import Mapping

from audit.tlog.notes import VerifierKey

Logs = Mapping[str, tuple[VerifierKey, ...]]
"""The keys of each log, by origin."""


def parse_logs(text: str) -> Logs:
    """Raises ValueError, which names the line."""
    logs: dict[str, tuple[VerifierKey, ...]] = {}
    for number, line in enumerate(text.splitlines(), 1):
        if not line.strip() or line.lstrip().startswith("#"):
            continue
        try:
            key = VerifierKey.parse(line.strip())
        except ValueError as error:
            raise ValueError(f"line {number} is not the public key of a log: {error}") from None
        logs[key.name] = (*logs.get(key.name, ()), key)
    if not logs:
        raise ValueError("there is no public key of a log in it")
    return logs
