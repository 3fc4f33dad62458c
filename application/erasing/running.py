"""An approved erasure, carried out: each step may be broken off, and the next run does it again.

    close       every process stops to read and write for the owner; can be taken back
    log         `mailbox.owner_erased` of the mailbox and of all that were merged into it, in one commit
    destroy     the keys, and the rows that lead from numbers to the owner
    log out     sessions, codes and logins; then mails and calls that are due, and what is kept of past ones
    forget      every read model takes the erasure in
    documents   those that nobody else has leave the object store
    scrub       the databases give up what was deleted
    complete    `erasure.completed`

Before anything is destroyed the log says so: whoever restores a backup of the key store reads it there. And
before the log says so, nobody is left who could add to the mailbox: after that event it takes nothing new.
"""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any, Final
from uuid import UUID

from application.erasing.documents import ErasedDocuments
from application.erasing.person import Person
from application.erasing.requests import Erasures
from application.erasing.traces import Traces
from application.progress import Progress
from domain.clock import Clock
from domain.erasure import Erasure
from domain.errors import Conflict, Unavailable
from domain.events.base import Event
from domain.events.mailbox import OwnerErased
from eventstore.closing import TRUST_SECONDS
from eventstore.erasing import ErasedParties
from eventstore.errors import VersionConflict
from eventstore.store import APPEND_SECONDS, EventStore
from projections import progress as positions
from projections.database import ReadDatabase
from projections.erasing import count_messages, messages_of, scrub_all
from projections.models import READ_MODELS
from projections.progress import NOT_BEGUN
from projections.rebuild import unfinished
from threads import BoundedThreads

SETTLING_SECONDS: Final = TRUST_SECONDS + APPEND_SECONDS + 8.0
"""How long a process may go on believing that the owner is there, and append what it had begun."""
READ_MODEL_SECONDS: Final = 60.0
"""How long the read models may take to take the erasure in."""
ATTEMPTS: Final = 5
PAGE: Final = 200
_LOOK_SECONDS: Final = 0.05

CLOSE: Final = "closing the mailbox to every process"
LOG: Final = "putting the erasure on record"
DESTROY: Final = "destroying keys and numbers"
LOG_OUT: Final = "ending sessions, removing what is to be sent"
FORGET: Final = "waiting for the read models"
DOCUMENTS: Final = "removing documents"
SCRUB: Final = "scrubbing databases"
COMPLETE: Final = "completing"
STEPS: Final = (CLOSE, LOG, DESTROY, LOG_OUT, FORGET, DOCUMENTS, SCRUB, COMPLETE)


@dataclass(frozen=True, slots=True)
class Done:
    """What an erasure came to. `backups_until`: when the last backup that has the key is gone, if known."""

    messages: int
    documents: int
    backups_until: date | None


class Running:
    """Carries erasures out. `backup_days`: how long backups of the key store are kept."""

    def __init__(
        self,
        *,
        events: EventStore,
        erasures: Erasures,
        erased: ErasedParties,
        database: ReadDatabase,
        documents: ErasedDocuments,
        traces: Sequence[Traces],
        threads: BoundedThreads,
        clock: Clock,
        backup_days: int | None,
        settling_seconds: float = SETTLING_SECONDS,
    ) -> None:
        self._events = events
        self._erasures = erasures
        self._erased = erased
        self._database = database
        self._documents = documents
        self._traces = traces
        self._threads = threads
        self._clock = clock
        self._backup_days = backup_days
        self._settling_seconds = settling_seconds

    async def run(self, erasure_id: UUID, progress: Progress) -> Done:
        """Carry it out, or finish what was broken off; of one that is done, what it came to.

        Raises `NotFound`; `Conflict` where it is not approved, was refused, or a mailbox is under a legal
        hold; `NotAllowed` where no officer signed what is on record as approved; `Unavailable` and
        `StorageUnavailable` where something does not answer: run it again.
        """
        erasure = await self._erasures.find(erasure_id)
        if erasure.completed is not None:
            return _told(erasure)
        erasure.require_approved()
        await self._erasures.require_signed(erasure)
        person = await self._erasures.person(erasure.requested.mailbox_id)
        if not person.is_logged:
            await self._close(person, progress)
            progress.begin(LOG, 0)
            person = await self._log(erasure)
        progress.begin(DESTROY, 0)
        await self._blocking(self._erased.destroy, person.parties, self._clock.now())
        progress.begin(LOG_OUT, len(self._traces))
        for traces in self._traces:
            await self._blocking(traces.forget_owner, person.party_ids, person.mailbox_ids)
            progress.advance(1)
        progress.begin(FORGET, 0)
        await self._wait_for_read_models()
        messages, documents = await self._remove_documents(erasure, person, progress)
        await self._require_no_rebuild()
        await self._scrub(progress)
        progress.begin(COMPLETE, 0)
        return await self._complete(erasure_id, messages, documents)

    async def _close(self, person: Person, progress: Progress) -> None:
        for one in person.mailboxes:
            one.require_no_hold()
        progress.begin(CLOSE, round(self._settling_seconds))
        await self._blocking(self._erased.close, person.party_ids, self._clock.now())
        begun = asyncio.get_running_loop().time()
        told = 0
        while (passed := asyncio.get_running_loop().time() - begun) < self._settling_seconds:
            progress.advance(int(passed) - told)
            told = int(passed)
            await asyncio.sleep(min(1.0, self._settling_seconds - passed))

    async def _log(self, erasure: Erasure) -> Person:
        """In one commit, of all the mailboxes; a hold that came meanwhile takes the closing back."""
        requested = erasure.requested
        for attempt in range(1, ATTEMPTS + 1):
            person = await self._erasures.person(requested.mailbox_id)
            facts: list[Event] = []
            try:
                (await self._erasures.find(erasure.id)).require_approved()
                person.require_closed()
                for one in person.mailboxes:
                    one.erase_owner(requested.legal_basis, self._clock.now())
                    facts += one.new_facts()
            except Conflict:
                await self._blocking(self._erased.reopen, person.party_ids)
                raise
            try:
                if facts:
                    await self._events.append(*facts)
            except VersionConflict:
                if attempt == ATTEMPTS:
                    raise
            else:
                return person
        raise AssertionError("the last attempt returns or raises")

    async def _wait_for_read_models(self) -> None:
        end = await self._events.latest_position()
        until = asyncio.get_running_loop().time() + READ_MODEL_SECONDS
        while True:
            reached = await self._database.run(positions.load)
            if all(reached.get(one.name, NOT_BEGUN).position >= end for one in READ_MODELS):
                return
            if asyncio.get_running_loop().time() > until:
                late = "the read models have not taken the erasure in: is `ebox project` running?"
                raise Unavailable(f"{late} Then run this again")
            await asyncio.sleep(_LOOK_SECONDS)

    async def _remove_documents(
        self, erasure: Erasure, person: Person, progress: Progress
    ) -> tuple[int, int]:
        mailboxes = person.mailbox_ids
        total = 0
        for mailbox_id in mailboxes:
            total += await self._database.run(count_messages, mailbox_id)
        progress.begin(DOCUMENTS, total)
        since = await self._logged_at(erasure.requested.mailbox_id)
        messages = documents = 0
        for mailbox_id in mailboxes:
            after = 0
            while page := await self._database.run(messages_of, mailbox_id, after=after, limit=PAGE):
                happened: list[UUID] = []
                for _, message_id in page:
                    removed = await self._documents.of_message(message_id, since)
                    documents += removed.documents
                    happened += removed.events
                    progress.advance(1)
                for traces in self._traces:
                    await self._blocking(traces.forget_events, happened)
                messages += len(page)
                after = page[-1][0]
        return messages, documents

    async def _logged_at(self, mailbox_id: UUID) -> datetime:
        events = await self._blocking(self._events.events_of, mailbox_id)
        return next(one.timestamp for one in events if isinstance(one, OwnerErased))

    async def _require_no_rebuild(self) -> None:
        """A read model that was begun anew before the erasure may have what was readable then."""
        begun = await asyncio.to_thread(unfinished, READ_MODELS, self._database)
        if begun:
            names = ", ".join(begun)
            how = "let it end, or if it was broken off run `ebox projections rebuild` with the same name"
            raise Unavailable(f"{names} is being built anew: {how}. Then run this again")

    async def _scrub(self, progress: Progress) -> None:
        progress.begin(SCRUB, len(self._traces) + 2)
        for scrub in (
            self._erased.scrub,
            lambda: scrub_all(self._database),
            *(traces.scrub for traces in self._traces),
        ):
            await asyncio.to_thread(scrub)  # may take long: not in a pool that gives up
            progress.advance(1)

    async def _complete(self, erasure_id: UUID, messages: int, documents: int) -> Done:
        erasure = await self._erasures.find(erasure_id)
        now = self._clock.now()
        until = None if self._backup_days is None else (now + timedelta(days=self._backup_days)).date()
        erasure.complete(messages=messages, documents=documents, backups_until=until, at=now)
        facts = erasure.new_facts()
        try:
            if facts:
                await self._events.append(*facts)
        except VersionConflict:  # a second run of the same was faster
            erasure = await self._erasures.find(erasure_id)
        return _told(erasure)

    async def _blocking(self, work: Any, *args: Any) -> Any:
        return await self._threads.run(work, *args)


def _told(erasure: Erasure) -> Done:
    if erasure.completed is None:
        raise Conflict("the erasure was changed meanwhile: see `ebox erase status`")
    completed = erasure.completed
    return Done(completed.messages, completed.documents, completed.backups_until)
