"""What is broken on purpose: each fault is made when its context begins and lifted when it ends."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from random import Random
from typing import Final

import psycopg

from tests.faults.check_mails import Mail
from tests.faults.proxy import Cut
from tests.faults.stage import DEPENDENCIES, Stage
from tests.servers.postgres import StopMode
from tests.servers.smtp_conversation import CLOSING, TRY_LATER, Answer, Silence, Stage as SmtpStage
from tests.servers.smtp_script import SmtpScript

REFUSED = "550 5.7.1 refused"
"""Of the mail, not of the mailbox: the address stays good."""
_ANSWERS = 500
_SWITCHES = 20
_SWITCH = "SELECT pg_logical_emit_message(false, 'campaign', 'x'), pg_switch_wal()"
_CUTS: Final[Sequence[Cut]] = ("refused", "reset", "silent")


@dataclass
class Traces:
    """What a fault leaves for the checker to know.

    `refusals`: when a relay refused for good, from and to, in seconds since 1970. `mails`: what was taken by
    another mail server than Postfix.
    """

    refusals: list[tuple[float, float]]
    mails: list[Mail]


@dataclass(frozen=True, slots=True)
class Fault:
    """A kind of trouble. `seconds`: how long it lasts, at least and at most."""

    name: str
    seconds: tuple[float, float]
    make: Callable[[Stage, Random, Traces], AbstractContextManager[None]]


def _kill(*names: str) -> Callable[[Stage, Random, Traces], AbstractContextManager[None]]:
    @contextmanager
    def make(stage: Stage, random: Random, _: Traces) -> Iterator[None]:
        stage.roles.kill(random.choice(names))
        yield

    return make


def _stop_postgres(mode: StopMode) -> Callable[[Stage, Random, Traces], AbstractContextManager[None]]:
    @contextmanager
    def make(stage: Stage, _: Random, __: Traces) -> Iterator[None]:
        stage.postgres.halt(mode)
        try:
            yield
        finally:
            stage.start_postgres()

    return make


@contextmanager
def _kill_postgres(stage: Stage, _: Random, __: Traces) -> Iterator[None]:
    stage.postgres.kill()
    try:
        yield
    finally:
        stage.start_postgres()


@contextmanager
def _stop_s3(stage: Stage, _: Random, __: Traces) -> Iterator[None]:
    stage.ceph.stop_gateway()
    try:
        yield
    finally:
        stage.ceph.start_gateway()


@contextmanager
def _fill_databases(stage: Stage, _: Random, __: Traces) -> Iterator[None]:
    stage.database_disk.fill()
    try:
        yield
    finally:
        stage.database_disk.free()
        stage.start_postgres()


@contextmanager
def _fill_write_ahead_log(stage: Stage, _: Random, __: Traces) -> Iterator[None]:
    """PostgreSQL has log files in reserve; once they are used up, it ends itself and cannot come back."""
    with psycopg.connect(stage.postgres.admin_url, autocommit=True) as operator:
        stage.database_disk.fill()
        try:
            with suppress(psycopg.Error):  # that is the end of it
                for _number in range(_SWITCHES):
                    operator.execute(_SWITCH)
            yield
        finally:
            stage.database_disk.free()
            stage.start_postgres()


@contextmanager
def _fill_spool(stage: Stage, _: Random, __: Traces) -> Iterator[None]:
    stage.spool_disk.fill()
    try:
        yield
    finally:
        stage.spool_disk.free()


@contextmanager
def _fill_bucket(stage: Stage, _: Random, __: Traces) -> Iterator[None]:
    stage.ceph.limit_objects(1)
    try:
        yield
    finally:
        stage.ceph.limit_objects(None)


def _relay(
    *scripts: tuple[SmtpStage, Answer], refuses: bool = False
) -> Callable[[Stage, Random, Traces], AbstractContextManager[None]]:
    @contextmanager
    def make(stage: Stage, random: Random, traces: Traces) -> Iterator[None]:
        at, answer = random.choice(scripts)
        began = time.time()
        with SmtpScript() as relay:
            relay.script(at, *[answer] * _ANSWERS)
            stage.proxies.lead_to("smtp", relay.port)
            try:
                yield
            finally:
                stage.proxies.lead_to("smtp", stage.postfix.port)
        if refuses:
            traces.refusals.append((began, time.time()))
        traces.mails += [mail_of(one.message["Message-ID"], one.recipients[0]) for one in relay.accepted]

    return make


def _cut(name: str) -> Callable[[Stage, Random, Traces], AbstractContextManager[None]]:
    @contextmanager
    def make(stage: Stage, random: Random, _: Traces) -> Iterator[None]:
        stage.proxies.cut(name, random.choice(_CUTS))
        try:
            yield
        finally:
            stage.proxies.mend(name)

    return make


def mail_of(message_id: str, to: str) -> Mail:
    """A mail by its Message-ID, `<name@host>`."""
    return Mail(message_id.strip("<> ").partition("@")[0], to)


_SHORT, _LONG = (0.8, 1.6), (1.5, 3.0)

FAULTS: Final[tuple[Fault, ...]] = (
    Fault("kill-api", (0.2, 0.4), _kill("api-1", "api-2")),
    Fault("kill-project", (0.2, 0.4), _kill("project")),
    Fault("kill-notify", (0.2, 0.4), _kill("notify")),
    Fault("kill-schedule", (0.2, 0.4), _kill("schedule")),
    Fault("restart-postgres", _SHORT, _stop_postgres("fast")),
    Fault("crash-postgres", _SHORT, _stop_postgres("immediate")),
    Fault("kill-postgres", _SHORT, _kill_postgres),
    Fault("stop-s3", _SHORT, _stop_s3),
    Fault("fill-databases", _LONG, _fill_databases),
    Fault("fill-write-ahead-log", _LONG, _fill_write_ahead_log),
    Fault("fill-spool", _LONG, _fill_spool),
    Fault("fill-bucket", _LONG, _fill_bucket),
    Fault("smtp-421", _LONG, _relay(("connect", CLOSING), ("recipient", CLOSING), ("data", CLOSING))),
    Fault("smtp-451", _LONG, _relay(("recipient", TRY_LATER), ("data", TRY_LATER))),
    Fault("smtp-550", _LONG, _relay(("recipient", REFUSED), ("data", REFUSED), refuses=True)),
    Fault(
        "smtp-hangs",
        _LONG,
        _relay(("connect", Silence.HANG), ("recipient", Silence.HANG), ("data", Silence.HANG)),
    ),
    *(Fault(f"cut-{name.replace('_', '-')}", _LONG, _cut(name)) for name in DEPENDENCIES),
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
