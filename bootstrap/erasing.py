"""`ebox erase`, from settings to the last line."""

from __future__ import annotations

import asyncio
import json
import os
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager, asynccontextmanager
from pathlib import Path
from typing import Any, Final
from uuid import UUID

from rich.console import Console
from rich.prompt import Confirm

from application.erasing import consents
from application.erasing.documents import ErasedDocuments
from application.erasing.requests import Erasures, Key
from application.erasing.running import SETTLING_SECONDS, Done, Running
from application.progress import Progress
from bootstrap.errors import CannotStart
from bootstrap.logs import configure_logging
from bootstrap.renumbering import asked_number
from bootstrap.requirements import Requirements, wait_until_met
from bootstrap.system import System
from domain.erasure import APPROVALS, Erasure
from identity.erasing import IdentityTraces
from notifier.erasing import OutboxTraces
from projections import erasures as listed
from settings import Settings
from threads import BoundedThreads
from webhooks.erasing import WebhookTraces

THREADS: Final = 4
WAITING: Final = 64
SECONDS: Final = 60.0


class ErasingParts:
    """The use cases, over a system. `settling_seconds`: see `application.erasing.running`."""

    def __init__(self, system: System, settling_seconds: float = SETTLING_SECONDS) -> None:
        threads = BoundedThreads("key store", THREADS, waiting=WAITING, seconds=SECONDS)
        system.exits.callback(threads.close)
        self.erasures = Erasures(
            events=system.events,
            parties=system.parties,
            erased=system.key_store.erased,
            threads=threads,
            clock=system.clock,
        )
        documents = ErasedDocuments(
            events=system.events,
            documents=system.documents,
            publications=system.publications,
            threads=threads,
            clock=system.clock,
        )
        self.running = Running(
            events=system.events,
            erasures=self.erasures,
            erased=system.key_store.erased,
            database=system.read_database,
            documents=documents,
            traces=[
                IdentityTraces(system.identity_engine),
                OutboxTraces(system.webhook_database),
                WebhookTraces(system.webhook_database),
            ],
            threads=threads,
            clock=system.clock,
            backup_days=system.settings.backup_days,
            settling_seconds=settling_seconds,
        )


def new_key(officer_id: str, file: Path) -> None:
    """Make an officer's key: the private half in the file, the public one on standard output."""
    private = consents.new_officer_key(officer_id)
    try:
        descriptor = os.open(file, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    except OSError as error:
        raise CannotStart(f"{file}: {error.strerror}") from error
    with os.fdopen(descriptor, "w", encoding="utf-8") as written:
        json.dump(private, written)
    entry = {"id": officer_id, "name": {"en": "Data protection"}, "key": consents.public_half(private)}
    _tell(json.dumps(entry, indent=2))


async def request(settings: Settings, mailbox: UUID | None, legal_basis: str, key_file: Path | None) -> None:
    """Ask for an erasure; the last line tells its id."""
    key = None if key_file is None else read_key(key_file)
    number = asked_number() if mailbox is None else None
    async with _parts(settings) as (_, parts):
        found = mailbox if number is None else await parts.erasures.mailbox_with(number)
        if found is None:
            raise CannotStart("name a mailbox or a number")
        erasure = await parts.erasures.request(found, legal_basis, key)
    _tell(f"mailbox {found}")
    _tell(f"erasure {erasure.id}")
    _tell(f"{APPROVALS} officers approve it: ebox erase approve {erasure.id} --officer-key FILE")


async def approve(settings: Settings, erasure_id: UUID, key_file: Path) -> None:
    """Approve one, as the officer whose key it is."""
    key = read_key(key_file)
    async with _parts(settings) as (_, parts):
        erasure = await parts.erasures.approve(erasure_id, key)
    if erasure.is_approved:
        _tell(f"approved; to carry it out: ebox erase run {erasure_id}")
    else:
        _tell("approved by one officer; a second, different one has to approve it too")


async def refuse(settings: Settings, erasure_id: UUID, reason: str, key_file: Path) -> None:
    """Refuse one, as the officer whose key it is."""
    key = read_key(key_file)
    async with _parts(settings) as (_, parts):
        await parts.erasures.refuse(erasure_id, reason, key)
    _tell("refused")


async def run(
    settings: Settings,
    erasure_id: UUID,
    *,
    is_agreed: bool,
    showing: Callable[[], AbstractContextManager[Progress]],
) -> None:
    """Carry one out, showing how far it is; the last lines say what was done, and what is left where."""
    async with _parts(settings) as (_, parts):
        erasure = await parts.erasures.find(erasure_id)
        if not erasure.is_completed:
            erasure.require_approved()
            _require_agreement(is_agreed)
        with showing() as progress:
            done = await parts.running.run(erasure_id, progress)
    _tell_done(done)


async def status(settings: Settings, erasure_id: UUID) -> None:
    """Print how far one is."""
    async with _parts(settings) as (_, parts):
        erasure = await parts.erasures.find(erasure_id)
        lines = await _status(parts.erasures, erasure)
    for line in lines:
        _tell(line)


async def list_all(settings: Settings, *, as_json: bool) -> None:
    """Print all of them, and the mailboxes under a legal hold."""
    async with _parts(settings) as (system, _):
        erasures = await system.read_database.run(listed.erasures)
        holds = await system.read_database.run(listed.holds)
    if as_json:
        found = {
            "erasures": [
                {
                    "erasure": str(one.erasure_id),
                    "mailbox": str(one.mailbox_id),
                    "state": one.state,
                    "since": one.since.isoformat(),
                    "approvals": one.approvals,
                    "legalBasis": one.legal_basis,
                }
                for one in erasures
            ],
            "holds": [
                {"mailbox": str(one.mailbox_id), "since": one.since.isoformat(), "reason": one.reason}
                for one in holds
            ],
        }
        _tell(json.dumps(found, indent=2))
        return
    for one in erasures:
        _tell(f"{one.erasure_id}  {one.state:<9}  {one.since:%Y-%m-%d %H:%M}  mailbox {one.mailbox_id}")
    for hold in holds:
        _tell(f"hold on mailbox {hold.mailbox_id} since {hold.since:%Y-%m-%d %H:%M}: {hold.reason}")
    if not erasures and not holds:
        _tell("no erasure was asked for, no mailbox is under a legal hold")


async def hold(settings: Settings, mailbox: UUID, reason: str) -> None:
    """Put a mailbox under a legal hold."""
    async with _parts(settings) as (_, parts):
        await parts.erasures.hold(mailbox, reason)
    _tell(f"on hold; nothing of it is erased or purged until: ebox erase release {mailbox}")


async def release(settings: Settings, mailbox: UUID) -> None:
    """End a legal hold."""
    async with _parts(settings) as (_, parts):
        await parts.erasures.release(mailbox)
    _tell("no longer on hold")


def read_key(file: Path) -> Key:
    """An officer's private key. Raises `CannotStart`."""
    try:
        found: Any = json.loads(file.read_text(encoding="utf-8"))
    except OSError as error:
        raise CannotStart(f"{file}: {error.strerror}") from error
    except ValueError as error:
        raise CannotStart(f"{file} is no JWK: make one with `ebox erase new-key`") from error
    if not isinstance(found, dict):
        raise CannotStart(f"{file} is no JWK: make one with `ebox erase new-key`")
    return found


async def _status(erasures: Erasures, erasure: Erasure) -> list[str]:
    requested = erasure.requested
    by = "" if requested.requested_by is None else f" by officer {requested.requested_by.officer_id}"
    lines = [
        f"state        {erasure.state}",
        f"mailbox      {requested.mailbox_id}",
        f"legal basis  {requested.legal_basis}",
        f"requested    {requested.timestamp:%Y-%m-%d %H:%M:%S} UTC{by}",
    ]
    lines += [f"approved     by officer {one.officer_id}" for one in erasure.approvals]
    if erasure.refusal is not None:
        lines.append(f"refused      {erasure.refusal}")
    person = await erasures.person(requested.mailbox_id)
    lines += [f"on hold      {one.hold}" for one in person.mailboxes if one.hold is not None]
    if erasure.completed is not None:
        completed = erasure.completed
        lines.append(f"completed    {completed.timestamp:%Y-%m-%d %H:%M:%S} UTC")
        lines.append(f"backups      {_backups(completed.backups_until)}")
    elif any(one.is_closed for one in person.parties):
        lines.append(f"closed       {'yes':<4}")
        lines.append(f"on record    {'yes' if person.is_logged else 'no'}")
        lines.append(f"destroyed    {'yes' if all(one.is_destroyed for one in person.parties) else 'no'}")
        lines.append(f"It was begun and is not finished: ebox erase run {erasure.id}")
    return lines


def _tell_done(done: Done) -> None:
    _tell(f"erased; {done.documents} documents of {done.messages} messages removed")
    _tell(f"backups: {_backups(done.backups_until)}")


def _backups(until: object) -> str:
    if until is None:
        return "nobody said how long they are kept (EBOX_BACKUP_DAYS); older ones can still be read"
    return f"the last one of the key store that can undo this is to be gone after {until}"


def _require_agreement(is_agreed: bool) -> None:
    if is_agreed:
        return
    terminal = Console(stderr=True)
    if not terminal.is_terminal:
        raise CannotStart("nobody is there to be asked: say --yes")
    if not Confirm.ask("It cannot be undone. Erase?", console=terminal, default=False):
        raise CannotStart("nothing was changed")


@asynccontextmanager
async def _parts(settings: Settings) -> AsyncIterator[tuple[System, ErasingParts]]:
    configure_logging(settings.log_level)
    system = System(settings)
    try:
        requires = Requirements(system)
        needed = [requires.key_store, requires.event_store, requires.read_models]
        await wait_until_met(needed, asyncio.Event())
        yield system, ErasingParts(system)
    finally:
        await system.aclose()


def _tell(line: str) -> None:
    Console().print(line, highlight=False, markup=False, soft_wrap=True)
