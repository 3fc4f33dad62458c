"""What is broken on purpose, and in which order."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Final

from tests.faults.makers import (
    Maker,
    cut,
    fill_bucket,
    fill_databases,
    fill_spool,
    fill_write_ahead_log,
    kill,
    kill_postgres,
    relay,
    stop_postgres,
    stop_s3,
)
from tests.faults.stage import DEPENDENCIES
from tests.servers.smtp_conversation import CLOSING, TRY_LATER, Silence

REFUSED = "550 5.7.1 refused"
"""Of the mail, not of the mailbox: the address stays good."""


@dataclass(frozen=True, slots=True)
class Fault:
    """A kind of trouble. `seconds`: how long it lasts, at least and at most."""

    name: str
    seconds: tuple[float, float]
    make: Maker


_SHORT, _LONG = (0.8, 4.5), (1.5, 4.5)
"""In seconds. For about three, the event store's writer tries by itself; of more callers are told."""

FAULTS: Final[tuple[Fault, ...]] = (
    Fault("kill-api", (0.2, 0.4), kill("api-1", "api-2")),
    Fault("kill-project", (0.2, 0.4), kill("project")),
    Fault("kill-notify", (0.2, 0.4), kill("notify")),
    Fault("kill-schedule", (0.2, 0.4), kill("schedule")),
    Fault("kill-audit-log", (0.2, 0.4), kill("audit-log")),
    Fault("restart-postgres", _SHORT, stop_postgres("fast")),
    Fault("crash-postgres", _SHORT, stop_postgres("immediate")),
    Fault("kill-postgres", _SHORT, kill_postgres),
    Fault("stop-s3", _SHORT, stop_s3),
    Fault("fill-databases", _LONG, fill_databases),
    Fault("fill-write-ahead-log", _LONG, fill_write_ahead_log),
    Fault("fill-spool", _LONG, fill_spool),
    Fault("fill-bucket", _LONG, fill_bucket),
    Fault("smtp-421", _LONG, relay(("connect", CLOSING), ("recipient", CLOSING), ("data", CLOSING))),
    Fault("smtp-451", _LONG, relay(("recipient", TRY_LATER), ("data", TRY_LATER))),
    Fault("smtp-550", _LONG, relay(("recipient", REFUSED), ("data", REFUSED), refuses=True)),
    Fault(
        "smtp-hangs",
        _LONG,
        relay(("connect", Silence.HANG), ("recipient", Silence.HANG), ("data", Silence.HANG)),
    ),
    *(Fault(f"cut-{name.replace('_', '-')}", _LONG, cut(name)) for name in DEPENDENCIES),
)
"""Every kind of trouble."""

BY_NAME: Final = {fault.name: fault for fault in FAULTS}


def choose(rounds: int, seed: int, names: Sequence[str] = ()) -> list[Fault]:
    """As many faults as rounds: each kind once, in an order that the seed decides, then each once more, …"""
    kinds = [BY_NAME[name] for name in names] or list(FAULTS)
    random, chosen = Random(seed), list[Fault]()  # noqa: S311 - the order is to be repeated
    while len(chosen) < rounds:
        chosen += random.sample(kinds, len(kinds))
    return chosen[:rounds]
