"""Erasures are asked for, approved or refused; mailboxes are put under a legal hold and released.

Everything is decided on the log itself. Nothing here destroys anything: `application.erasing.running` does.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from datetime import datetime
from typing import Any, Final, TypeVar
from uuid import UUID

from application.erasing import consents
from application.erasing.person import Person, the_person
from application.parties import Parties, mailbox_of
from domain.aggregate import AggregateRoot
from domain.clock import Clock
from domain.erasure import APPROVE, REFUSE, REQUEST, Erasure, new_erasure_id, text_of
from domain.errors import Conflict, Gone, InvalidInput, Issue, NotAllowed, NotFound
from domain.events.erasure import Consent
from domain.events.mailbox import CreatedBecause
from domain.events.officer import OfficerChanged, OfficerRegistered
from domain.identifiers import Identifier
from domain.ids import officer_id
from domain.mailbox import Mailbox
from domain.officer import Officer
from eventstore.erasing import ErasedParties
from eventstore.errors import AggregateNotFound, VersionConflict
from eventstore.store import EventStore
from threads import BoundedThreads

ATTEMPTS: Final = 3
"""How often a decision that met another one is made again."""
MAX_TEXT: Final = 500
"""As long as a legal basis or a reason may be."""

Key = dict[str, Any]
"""An officer's private key, a JWK."""

A = TypeVar("A", bound=AggregateRoot)


class Erasures:
    """The use cases of those who ask and those who approve. Every method raises `Busy`, `Unavailable`."""

    def __init__(
        self,
        *,
        events: EventStore,
        parties: Parties,
        erased: ErasedParties,
        threads: BoundedThreads,
        clock: Clock,
    ) -> None:
        self._events = events
        self._parties = parties
        self._erased = erased
        self._threads = threads
        self._clock = clock

    async def mailbox_with(self, number: Identifier) -> UUID:
        """The mailbox of the owner with this number, put on record if it was not yet. Raises `NotFound`."""
        party = await self._parties.find(number)
        if party is None:
            raise NotFound("nobody is on record with this number")
        mailbox_id = mailbox_of(party)
        if not party.mailbox_recorded:
            at = self._clock.now()
            mailbox = Mailbox.create(mailbox_id, party.party_id, number, CreatedBecause.PUBLISHED_TO, at)
            with suppress(VersionConflict):  # somebody was faster
                await self._events.append(*mailbox.new_facts())
            await self._parties.mailbox_recorded(party.party_id)
        return mailbox_id

    async def request(self, mailbox_id: UUID, legal_basis: str, key: Key | None = None) -> Erasure:
        """Ask for it; `key`: of the officer who does, if it is one.

        Raises `NotFound`, `Gone` where it was done, `Conflict` under a legal hold, with the hold's reason.
        """
        _require_text("--legal-basis", legal_basis)
        person = await self.person(mailbox_id)
        if all(one.is_erased for one in person.mailboxes):
            raise Gone("the owner of this mailbox has been erased")
        for one in person.mailboxes:
            one.require_no_hold()
        erasure_id = new_erasure_id()
        consent = None
        if key is not None:
            text = text_of(REQUEST, erasure_id=erasure_id, mailbox_id=mailbox_id, legal_basis=legal_basis)
            consent = await self._consent(key, text)
        erasure = Erasure.request(
            erasure_id,
            mailbox_id=mailbox_id,
            party_id=person.parties[0].party_id,
            legal_basis=legal_basis,
            requested_by=consent,
            at=self._clock.now(),
        )
        await self._events.append(*erasure.new_facts())
        return erasure

    async def approve(self, erasure_id: UUID, key: Key) -> Erasure:
        """An officer agrees.

        Raises `NotFound`, `NotAllowed`, `Gone`, and `Conflict`, also under a legal hold.
        """
        erasure = await self.find(erasure_id)
        person = await self.person(erasure.requested.mailbox_id)
        if any(one.is_erased for one in person.mailboxes):
            raise Gone("the owner of this mailbox has been erased")
        for one in person.mailboxes:
            one.require_no_hold()
        consent = await self._consent(key, _text(APPROVE, erasure))
        return await self._change(erasure_id, lambda found, at: found.approve(consent, at))

    async def refuse(self, erasure_id: UUID, reason: str, key: Key) -> Erasure:
        """An officer says no. Raises `NotFound`, `NotAllowed`, `Conflict` where it is too late."""
        _require_text("--reason", reason)
        erasure = await self.find(erasure_id)
        person = await self.person(erasure.requested.mailbox_id)
        if any(one.is_erased for one in person.mailboxes):
            raise Conflict("the erasure is on record: it can only be finished (`ebox erase run`)")
        consent = await self._consent(key, _text(REFUSE, erasure, reason))
        await self._open_again(person)
        return await self._change(erasure_id, lambda found, at: found.refuse(reason, consent, at))

    async def hold(self, mailbox_id: UUID, reason: str) -> None:
        """Put the mailbox under a legal hold. Raises `NotFound`, `Conflict`."""
        _require_text("--reason", reason)
        await self._open_again(await self.person(mailbox_id))
        await self._change_mailbox(mailbox_id, lambda mailbox, at: mailbox.freeze(reason, at))

    async def release(self, mailbox_id: UUID) -> None:
        """End that, also of a mailbox that was merged into another one since. Raises `NotFound`."""
        await self._change_mailbox(mailbox_id, lambda mailbox, at: mailbox.unfreeze(at))

    async def find(self, erasure_id: UUID) -> Erasure:
        """The erasure with this id. Raises `NotFound`."""
        return await self._load(erasure_id, Erasure, "no erasure has this id: `ebox erase list` shows them")

    async def require_signed(self, erasure: Erasure) -> None:
        """Raise `NotAllowed` unless each approval was signed with a key that its officer ever had.

        Whoever can write to the event store cannot sign.
        """
        for consent in erasure.approvals:
            history = await self._threads.run(self._events.events_of, officer_id(consent.officer_id))
            registered = (one.key for one in history if isinstance(one, OfficerRegistered | OfficerChanged))
            key = next((one for one in registered if consents.is_of(consent, one)), None)
            if key is None:
                raise NotAllowed(f"officer {consent.officer_id} never had the key of this approval")
            consents.check(consent, key, _text(APPROVE, erasure))

    async def person(self, mailbox_id: UUID) -> Person:
        """Whose mailbox it is, with everything that was merged into it. Raises `NotFound`, `Conflict`."""
        return await the_person(self._events, self._erased, self._threads, mailbox_id)

    async def _open_again(self, person: Person) -> None:
        """Take back what a run that was broken off has closed: nobody may be going to finish it."""
        if not any(one.is_erased for one in person.mailboxes):
            await self._threads.run(self._erased.reopen, person.party_ids)

    async def _consent(self, key: Key, text: str) -> Consent:
        consent = consents.sign(key, text)
        missing = f"no officer {consent.officer_id} is registered: see `officers` in the partners file"
        officer = await self._load(officer_id(consent.officer_id), Officer, missing)
        if officer.is_suspended:
            raise NotAllowed(f"officer {consent.officer_id} is suspended")
        consents.check(consent, officer.key, text)
        return consent

    async def _change(self, erasure_id: UUID, decide: Callable[[Erasure, datetime], None]) -> Erasure:
        for attempt in range(1, ATTEMPTS + 1):
            erasure = await self.find(erasure_id)
            decide(erasure, self._clock.now())
            try:
                await self._events.append(*erasure.new_facts())
            except VersionConflict:
                if attempt == ATTEMPTS:
                    raise
            else:
                return erasure
        raise AssertionError("the last attempt returns or raises")

    async def _change_mailbox(self, mailbox_id: UUID, decide: Callable[[Mailbox, datetime], None]) -> None:
        for attempt in range(1, ATTEMPTS + 1):
            mailbox = await self._load(mailbox_id, Mailbox, "no mailbox on record has this id")
            decide(mailbox, self._clock.now())
            facts = mailbox.new_facts()
            try:
                if facts:
                    await self._events.append(*facts)
            except VersionConflict:
                if attempt == ATTEMPTS:
                    raise
            else:
                return

    async def _load(self, stream: UUID, kind: type[A], missing: str) -> A:
        try:
            found = await self._events.get(stream)
        except AggregateNotFound:
            found = None
        if not isinstance(found, kind):
            raise NotFound(missing)
        return found


def _text(what: str, erasure: Erasure, reason: str | None = None) -> str:
    requested = erasure.requested
    return text_of(
        what,
        erasure_id=erasure.id,
        mailbox_id=requested.mailbox_id,
        legal_basis=requested.legal_basis,
        requested_at=requested.timestamp,
        reason=reason,
    )


def _require_text(name: str, text: str) -> None:
    if not text.strip() or len(text) > MAX_TEXT:
        raise InvalidInput(Issue(name, "length", f"1 to {MAX_TEXT} characters, without personal data"))
