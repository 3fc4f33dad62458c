"""How each fault is made: as the function's context begins; it is lifted when that ends, however it ends."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import dataclass
from random import Random
from typing import Final, TypeAlias

import psycopg

from tests.faults.check_mails import Mail
from tests.faults.proxy import Cut
from tests.faults.stage import Stage
from tests.servers.postgres import StopMode
from tests.servers.smtp_conversation import Answer
from tests.servers.smtp_conversation import Stage as SmtpStage
from tests.servers.smtp_script import SmtpScript

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


Maker: TypeAlias = Callable[[Stage, Random, Traces], AbstractContextManager[None]]


def kill(*names: str) -> Maker:
    @contextmanager
    def make(stage: Stage, random: Random, _: Traces) -> Iterator[None]:
        stage.roles.kill(random.choice(names))
        yield

    return make


def stop_postgres(mode: StopMode) -> Maker:
    @contextmanager
    def make(stage: Stage, _: Random, __: Traces) -> Iterator[None]:
        stage.postgres.halt(mode)
        try:
            yield
        finally:
            stage.start_postgres()

    return make


@contextmanager
def kill_postgres(stage: Stage, _: Random, __: Traces) -> Iterator[None]:
    stage.postgres.kill()
    try:
        yield
    finally:
        stage.start_postgres()


@contextmanager
def stop_s3(stage: Stage, _: Random, __: Traces) -> Iterator[None]:
    stage.ceph.stop_gateway()
    try:
        yield
    finally:
        stage.ceph.start_gateway()


@contextmanager
def fill_databases(stage: Stage, _: Random, __: Traces) -> Iterator[None]:
    stage.database_disk.fill()
    try:
        yield
    finally:
        stage.database_disk.free()
        stage.start_postgres()


@contextmanager
def fill_write_ahead_log(stage: Stage, _: Random, __: Traces) -> Iterator[None]:
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
def fill_spool(stage: Stage, _: Random, __: Traces) -> Iterator[None]:
    stage.spool_disk.fill()
    try:
        yield
    finally:
        stage.spool_disk.free()


@contextmanager
def fill_bucket(stage: Stage, _: Random, __: Traces) -> Iterator[None]:
    stage.ceph.limit_objects(1)
    try:
        yield
    finally:
        stage.ceph.limit_objects(None)


def relay(*scripts: tuple[SmtpStage, Answer], refuses: bool = False) -> Maker:
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


def cut(name: str) -> Maker:
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
