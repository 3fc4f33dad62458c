"""`ebox partners`, from settings to the last line."""

from __future__ import annotations

import asyncio
import json
import sys
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Final

from rich.console import Console
from rich.prompt import Confirm
from rich.text import Text

from application.partners import read_partners_file
from application.partnersclaims import require_unclaimed
from application.partnersfile import PartnersFile
from application.partnersplan import Change, Sign
from application.registered import Registered, registered
from bootstrap.errors import CannotStart
from bootstrap.logs import configure_logging
from bootstrap.requirements import Requirement, Requirements, wait_until_met
from bootstrap.system import System
from domain.errors import Unavailable
from projections import progress, reference
from projections.progress import NOT_BEGUN
from settings import Settings

IN_FORCE_SECONDS: Final = 5.0
LOOK_SECONDS: Final = 0.05

_COLOURS: Final = {Sign.ADDED: "green", Sign.CHANGED: "yellow", Sign.REMOVED: "red"}
_TERMINAL: Final = Console(stderr=True)


def plan(settings: Settings, file: Path) -> bool:
    """Print what applying the file would change; whether it would change anything."""
    declared = read_partners_file(file)
    with _system(settings) as system:
        _refuse_what_is_anothers(system, declared)
        changes = system.partners.plan(declared)
    _show(changes)
    return bool(changes)


def apply(settings: Settings, file: Path, *, is_agreed: bool) -> None:
    """Print that, and apply the file once somebody agrees. Raises `CannotStart`."""
    declared = read_partners_file(file)
    with _system(settings) as system:
        _refuse_what_is_anothers(system, declared)
        changes = system.partners.plan(declared)
        _show(changes)
        if not changes:
            return
        _require_agreement(is_agreed)
        count = system.partners.apply(declared)
    _tell(f"{count} events appended")


def list_registered(settings: Settings, *, as_json: bool) -> None:
    """Print who is registered, as the API has it."""
    with _system(settings, reads=True) as system:
        found = registered(system.reference.now())
    if as_json:
        sys.stdout.write(json.dumps({"items": [one.as_json() for one in found]}, indent=2) + "\n")
    else:
        for one in found:
            _print_registered(one)


def suspend(settings: Settings, name: str, reason: str) -> None:
    """Suspend at once, and wait until it is in force. Raises what `Suspending.suspend` does."""
    with _system(settings) as system:
        position = system.suspending.suspend(name, reason)
        if position:
            _tell_whether_in_force(system, position, f"{name} is suspended")
        else:
            _tell(f"{name} was suspended already")


def resume(settings: Settings, name: str) -> None:
    """End that, and wait until it is in force. Raises what `Suspending.resume` does."""
    with _system(settings) as system:
        _tell_whether_in_force(system, system.suspending.resume(name), f"{name} is resumed")


def _refuse_what_is_anothers(system: System, declared: PartnersFile) -> None:
    """As far as the read models know; until they do, whoever was first keeps a name all the same."""
    with suppress(Unavailable):
        require_unclaimed(declared, system.reference.now())


def _tell_whether_in_force(system: System, position: int, told: str) -> None:
    until = time.monotonic() + IN_FORCE_SECONDS
    while not _is_in_force(system, position):
        if time.monotonic() > until:
            raise CannotStart(
                f"{told}, on record; but the read models have not taken it in: is `ebox project` running?"
            )
        time.sleep(LOOK_SECONDS)
    _tell(f"{told}: every process knows within a second")


def _is_in_force(system: System, position: int) -> bool:
    try:
        begun = system.read_database.read(progress.load)
    except Unavailable:
        return False
    return begun.get(reference.MODEL.name, NOT_BEGUN).position >= position


def _show(changes: Sequence[Change]) -> None:
    console = Console()
    for change in changes:
        line = Text(f"{change.sign} {change.kind} {change.name}", style=_COLOURS[change.sign])
        console.print(line, soft_wrap=True)
        for detail in change.details:
            console.print(Text(f"    {detail}"), soft_wrap=True)
    counts = {sign: sum(one.sign is sign for one in changes) for sign in Sign}
    if changes:
        _tell(f"{counts[Sign.ADDED]} to add, {counts[Sign.CHANGED]} to change, {counts[Sign.REMOVED]} to end")
    else:
        _tell("nothing to change: all of it is on record")


def _print_registered(one: Registered) -> None:
    line = Text(f"{one.kind} {one.id}  {one.name}")
    if one.suspended is not None:
        line.append(f"  suspended: {one.suspended}", style="red")
    console = Console()
    console.print(line, soft_wrap=True)
    for kind, ids in one.parts.items():
        if ids:
            console.print(Text(f"    {kind}: {', '.join(ids)}"), soft_wrap=True)


def _require_agreement(is_agreed: bool) -> None:
    if is_agreed:
        return
    if not sys.stdin.isatty():
        raise CannotStart("nobody is there to be asked: say --yes")
    if not Confirm.ask("Apply?", console=_TERMINAL, default=False):
        raise CannotStart("nothing was changed")


@contextmanager
def _system(settings: Settings, *, reads: bool = False) -> Iterator[System]:
    """The system for one command; `reads`: it asks the read models too."""
    configure_logging(settings.log_level)
    system = System(settings)
    try:
        requires = Requirements(system)
        needed: list[Requirement] = [requires.key_store, requires.event_store]
        needed += [requires.read_models] if reads else []
        asyncio.run(wait_until_met(needed, asyncio.Event()))
        yield system
    finally:
        asyncio.run(system.aclose())


def _tell(line: str) -> None:
    Console().print(line, highlight=False, markup=False, soft_wrap=True)
