"""Runs the checks side by side, each with a limit of its own: one server that hangs keeps no answer back."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import Future
from dataclasses import dataclass
from threading import Thread
from time import monotonic
from typing import Final

import psycopg
import sqlalchemy.exc

from bootstrap.doctor.findings import Finding, Verdict, wrong
from bootstrap.doctor.patient import NothingThere
from bootstrap.errors import CannotStart
from bootstrap.migration import TRY_AGAIN
from bootstrap.troubles import lasting_trouble
from domain.causes import cause_of
from domain.errors import Retryable
from storage.errors import StorageUnavailable

SECONDS = 15.0
"""More than the limits that the parts have on connecting and answering: theirs say more."""

_AWAY: Final = (
    Retryable,
    OSError,
    psycopg.OperationalError,
    sqlalchemy.exc.OperationalError,
    sqlalchemy.exc.InterfaceError,
)


@dataclass(frozen=True, slots=True)
class Check:
    """A look at one part; it may block, and may raise what the part itself raises."""

    part: str
    look: Callable[[], Iterable[Finding]]
    seconds: float = SECONDS


def examine(checks: Sequence[Check]) -> Iterator[Finding]:
    """What they found, in their order, as soon as it is known."""
    began = monotonic()
    running = [(check, _begun(check)) for check in checks]
    for check, future in running:
        left = began + check.seconds - monotonic()
        try:
            yield from future.result(max(0.0, left))
        except TimeoutError:
            yield wrong(check.part, f"no answer within {check.seconds:.0f} seconds", TRY_AGAIN)


def _begun(check: Check) -> Future[list[Finding]]:
    future: Future[list[Finding]] = Future()

    def run() -> None:
        found: list[Finding] = []
        try:
            found.extend(check.look())
        except Exception as error:  # noqa: BLE001 - whatever it is, the other parts are still to be told of
            found = [one for one in found if one.verdict is not Verdict.FINE]
            found.append(_told(check.part, error))
        future.set_result(found)

    # A daemon: one that hangs must not keep the process.
    Thread(target=run, name=f"doctor {check.part}", daemon=True).start()
    return future


def _told(part: str, error: Exception) -> Finding:
    trouble = lasting_trouble(error)
    if isinstance(error, NothingThere):
        trouble = str(error)
    if trouble is not None:
        found, _, advice = trouble.partition(": ")
        return wrong(part, found, advice or TRY_AGAIN)
    if isinstance(error, CannotStart):
        return wrong(part, str(error), "mend that and look again")
    if isinstance(error, StorageUnavailable):
        return wrong(part, str(error), TRY_AGAIN)
    if isinstance(error, _AWAY):
        return wrong(part, f"it does not answer ({cause_of(error)})", TRY_AGAIN)
    return wrong(part, f"it cannot be looked at ({cause_of(error)})", "look into its own log")
