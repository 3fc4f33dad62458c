"""`ebox parties`, from settings to the last line."""

from __future__ import annotations

import asyncio
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager, asynccontextmanager
from typing import Final

from rich.console import Console
from rich.prompt import Confirm, Prompt

from application.progress import Progress
from application.replacing import Holder
from bootstrap.errors import CannotStart
from bootstrap.logs import configure_logging
from bootstrap.requirements import Requirements, wait_until_met
from bootstrap.system import System
from domain.identifiers import (
    EnterpriseNumber,
    EstablishmentUnitNumber,
    Identifier,
    IdentifierInvalid,
    Ssin,
)
from domain.register import Ceased, Deceased, Exists, Finding, ReplacedBy, Unknown
from settings import Settings

_TERMINAL: Final = Console(stderr=True)


async def replace(settings: Settings, *, is_agreed: bool) -> None:
    """Replace a number. Raises `CannotStart`, and what `Replacing.replace` does."""
    old, new = _numbers("Old number", "New number")
    async with _system(settings) as system:
        _show(old, await system.replacing.holder(old), "old number")
        _show(new, await system.replacing.holder(new), "new number")
        _require_agreement("The new number will lead to the old number's mailbox. Replace?", is_agreed)
        await system.replacing.replace(old, new)
    _tell("Both numbers lead to the mailbox now.")


async def merge(
    settings: Settings, *, is_agreed: bool, showing: Callable[[], AbstractContextManager[Progress]]
) -> None:
    """Merge two mailboxes. Raises `CannotStart`, and what `Replacing.merge` does."""
    old, new = _numbers("Old number", "New number")
    async with _system(settings) as system:
        _show(old, await system.replacing.holder(old), "old number")
        _show(new, await system.replacing.holder(new), "new number")
        question = "The new number's mailbox will hold what is in both, for good. Merge?"
        _require_agreement(question, is_agreed)
        with showing() as progress:
            await system.replacing.merge(old, new, progress)
    _tell("The mailboxes are one now.")


async def check(settings: Settings) -> bool:
    """Print what the register says of a number; whether it exists. Raises `CannotStart`, `Unavailable`."""
    (number,) = _numbers("Number")
    system = System(settings)
    try:
        finding = await system.party_register.check(number)
    finally:
        await system.aclose()
    _tell(_said(finding))
    return isinstance(finding, Exists)


def asked_number() -> Identifier:
    """One number, from the keyboard, unseen, or from standard input. Raises `CannotStart`."""
    return _numbers("Number")[0]


def _numbers(*names: str) -> list[Identifier]:
    """From the keyboard, unseen; or from standard input, one a line."""
    if sys.stdin.isatty():
        given = [Prompt.ask(name, password=True, console=_TERMINAL) for name in names]
    else:
        given = [sys.stdin.readline(64) for _ in names]
    return [_identifier(name, text.strip()) for name, text in zip(names, given, strict=True)]


def _identifier(name: str, text: str) -> Identifier:
    kind: type[Identifier] = Ssin
    if len(text) == len("0316380841"):
        kind = EnterpriseNumber if text[0] in "01" else EstablishmentUnitNumber
    try:
        return kind(text)
    except IdentifierInvalid as error:
        raise CannotStart(f"{name}: {error}") from error


def _show(number: Identifier, holder: Holder, which: str) -> None:
    if holder.mailbox_id is None:
        what = "nobody is on record with it"
    elif not holder.is_recorded:
        what = "known, with nothing in its mailbox yet"
    else:
        what = "its mailbox is in use" if holder.is_activated else "its mailbox was never taken into use"
    where = f" ({holder.mailbox_id})" if holder.mailbox_id else ""
    _TERMINAL.print(f"{which}: {what}{where}", highlight=False, soft_wrap=True)


def _require_agreement(question: str, is_agreed: bool) -> None:
    if is_agreed:
        return
    if not sys.stdin.isatty():
        raise CannotStart("nobody is there to be asked: say --yes where numbers come from standard input")
    if not Confirm.ask(question, console=_TERMINAL, default=False):
        raise CannotStart("nothing was changed")


def _said(finding: Finding) -> str:
    match finding:
        case Exists():
            return "exists"
        case Unknown():
            return "unknown"
        case Deceased(on):
            return f"deceased on {on}" if on else "deceased"
        case Ceased(on):
            return f"ceased on {on}" if on else "ceased"
        case ReplacedBy(number):
            return f"replaced by {number}"


@asynccontextmanager
async def _system(settings: Settings) -> AsyncIterator[System]:
    configure_logging(settings.log_level)
    system = System(settings)
    try:
        requires = Requirements(system)
        await wait_until_met([requires.key_store, requires.event_store], asyncio.Event())
        yield system
    finally:
        await system.aclose()


def _tell(line: str) -> None:
    Console().print(line, highlight=False, soft_wrap=True)
