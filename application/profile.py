"""The owner's profile: how eBox may tell them that something awaits. An enterprise's is its managers'.

Everything here is read from the mailbox's own stream, so that it is true at once; no read model has to have
caught up. Only a mailbox that is in use has a profile to change.
"""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from dataclasses import dataclass, fields, replace
from datetime import datetime
from typing import Final
from uuid import UUID

from application.authority import Authority
from application.preferences import NEVER_CHOSEN, PreferenceChanges, Preferences, checked_language
from application.verification import AddressCodes, refused
from domain.actors import Actor
from domain.addresses import AddressInvalid, parse_email_address
from domain.clock import Clock
from domain.decisions import Operation
from domain.errors import Gone, InvalidInput, Issue, NotActivated, NotFound
from domain.events.base import Event
from domain.events.mailbox import Frequency, QuietHours
from domain.mailbox import Mailbox
from domain.personal import ERASED, readable
from eventstore.errors import VersionConflict
from eventstore.store import EventStore

__all__ = ["PreferenceChanges", "Preferences", "ProfileView", "Profiles"]

ATTEMPTS = 3
"""How often a command that met another writer's event reloads and decides again."""

_CODE: Final = re.compile(r"[0-9]{6}", re.ASCII)


@dataclass(frozen=True, slots=True, repr=False)
class ProfileView:
    """A profile. `language` is None until the owner chose one.

    `rejection` says why the address does not count any more (an enhanced mail status code, such as `5.1.1`),
    until another one is entered. `code_expires_at` and `tries_left` are those of the code that may be given
    now, None where there is none. `position` is that of the change that this answers, None without one.
    """

    mailbox_id: UUID
    is_activated: bool
    activated_at: datetime | None
    terms_version: str | None
    address: str | None
    is_verified: bool
    rejection: str | None
    language: str | None
    frequency: Frequency
    quiet_hours: QuietHours | None
    reminders: bool
    exclusively_ebox: bool
    show_title: bool
    code_expires_at: datetime | None
    tries_left: int | None
    position: int | None = None


class Profiles:
    """The use cases of an owner. `mailbox`: which one, None for the one that the actor is in.

    All raise `NotAllowed`, `Gone` where the owner was erased, `Busy`, `Unavailable`; what changes something
    raises `NotActivated`, and `VersionConflict` where others kept changing the same.
    """

    def __init__(
        self, *, events: EventStore, authority: Authority, codes: AddressCodes, clock: Clock
    ) -> None:
        self._events = events
        self._authority = authority
        self._codes = codes
        self._clock = clock

    async def profile(self, actor: Actor, *, mailbox: UUID | None = None) -> ProfileView:
        """The profile of the mailbox, in use or not."""
        at = self._clock.now()
        mailbox_id = await self._own(actor, at, mailbox)
        return await self._view(mailbox_id, await self._load(mailbox_id), at)

    async def enter_address(self, actor: Actor, address: str, *, mailbox: UUID | None = None) -> ProfileView:
        """The owner gives an address; a code is mailed to it.

        A mailbox has one address, so that it replaces the former one at once: until it is verified, nothing
        but codes is sent anywhere. Whoever changes an address has mostly lost the former one, and mail to it
        would tell somebody else. The same address again changes nothing, but mails a code where the address
        is not verified and no code of it can be given any more.

        Raises `InvalidInput` naming `emailAddress`; `LimitReached` after too many codes.
        """
        entered = _checked_address(address)

        async def enter(mailbox: Mailbox, at: datetime) -> list[Event]:
            if entered == mailbox.address and (mailbox.is_verified or await self._codes.live(mailbox, at)):
                return []
            mailbox.enter_email(entered, at)
            # A new one at each attempt: the code that counts is then of the address that was entered last.
            mail = await self._codes.issue(mailbox, at)
            return [*mailbox.new_facts(), *mail.new_facts()]

        return await self._change(actor, mailbox, enter)

    async def send_new_code(self, actor: Actor, *, mailbox: UUID | None = None) -> ProfileView:
        """Mail another code; the former one is void. Where the address is verified, nothing happens.

        Raises `InvalidInput` naming `emailAddress` where there is none; `LimitReached` after too many codes.
        """

        async def send(mailbox: Mailbox, at: datetime) -> list[Event]:
            if mailbox.address is None:
                raise InvalidInput(Issue("emailAddress", "required", "enter an address first"))
            return [] if mailbox.is_verified else [*(await self._codes.issue(mailbox, at)).new_facts()]

        return await self._change(actor, mailbox, send)

    async def verify_address(self, actor: Actor, code: str, *, mailbox: UUID | None = None) -> ProfileView:
        """The owner proves that the address is theirs. Where it is verified already, nothing happens.

        Raises `InvalidInput` naming `code`, with `wrongCode`, `codeExpired`, `tooManyTries` (a new code is
        needed, even if the right one comes now) or `noCode`.
        """
        given = _checked_code(code)
        right_for: int | None = None

        async def verify(mailbox: Mailbox, at: datetime) -> list[Event]:
            nonlocal right_for
            if mailbox.is_verified:
                return []
            if right_for is None or right_for != mailbox.entered_version:  # else a guess would count twice
                await self._codes.check(mailbox, given, at)
                right_for = mailbox.entered_version
            mailbox.verify_email(at)
            return mailbox.new_facts()

        return await self._change(actor, mailbox, verify)

    async def prefer(
        self, actor: Actor, preferences: Preferences, *, mailbox: UUID | None = None
    ) -> ProfileView:
        """How the owner wants to be told. Raises `InvalidInput` naming the member, in the API's words."""
        return await self._prefer(actor, mailbox, lambda _: preferences)

    async def change_preferences(
        self, actor: Actor, changes: PreferenceChanges, *, mailbox: UUID | None = None
    ) -> ProfileView:
        """`prefer`, for those preferences alone; the others stay, whoever changes them meanwhile."""
        return await self._prefer(actor, mailbox, lambda current: replace(current, **changes))

    async def _prefer(
        self, actor: Actor, mailbox_id: UUID | None, wanted: Callable[[Preferences], Preferences]
    ) -> ProfileView:
        async def prefer(mailbox: Mailbox, at: datetime) -> list[Event]:
            current = _preferences(mailbox)
            preferences = wanted(current)
            language = checked_language(preferences)
            if preferences != current:
                mailbox.prefer(
                    language=language,
                    frequency=preferences.frequency,
                    quiet_hours=preferences.quiet_hours,
                    reminders=preferences.reminders,
                    exclusively_ebox=preferences.exclusively_ebox,
                    show_title=preferences.show_title,
                    at=at,
                )
            return mailbox.new_facts()

        return await self._change(actor, mailbox_id, prefer)

    async def _change(
        self,
        actor: Actor,
        chosen: UUID | None,
        decide: Callable[[Mailbox, datetime], Awaitable[list[Event]]],
    ) -> ProfileView:
        """Load, decide, append; again after another's event."""
        at = self._clock.now()
        mailbox_id = await self._own(actor, at, chosen)
        for attempt in range(1, ATTEMPTS + 1):
            mailbox = await self._load(mailbox_id)
            if mailbox is None or mailbox.activated_at is None:
                raise NotActivated("its owner never logged in")
            facts = await decide(mailbox, at)
            try:
                position = await self._events.append(*facts) if facts else None
            except VersionConflict:
                if attempt == ATTEMPTS:
                    raise
            else:
                return await self._view(mailbox_id, mailbox, at, position)
        raise AssertionError("unreachable")

    async def _own(self, actor: Actor, at: datetime, mailbox: UUID | None) -> UUID:
        return (await self._authority.own_mailbox(actor, Operation.PROFILE, at, mailbox)).mailbox_id

    async def _load(self, mailbox_id: UUID) -> Mailbox | None:
        try:
            mailbox = await self._events.get(mailbox_id)
        except NotFound:
            return None
        if not isinstance(mailbox, Mailbox):
            raise NotFound("no mailbox has this id")
        if mailbox.is_erased or mailbox.address is ERASED:
            raise Gone("the owner has been erased")
        return mailbox

    async def _view(
        self, mailbox_id: UUID, mailbox: Mailbox | None, at: datetime, position: int | None = None
    ) -> ProfileView:
        preferences = NEVER_CHOSEN if mailbox is None else _preferences(mailbox)
        code = None if mailbox is None else await self._codes.live(mailbox, at)
        return ProfileView(
            mailbox_id=mailbox_id,
            is_activated=mailbox is not None and mailbox.activated_at is not None,
            activated_at=mailbox.activated_at if mailbox else None,
            terms_version=mailbox.terms_version if mailbox else None,
            address=readable(mailbox.address) if mailbox else None,
            is_verified=mailbox is not None and mailbox.is_verified,
            rejection=mailbox.rejection if mailbox else None,
            language=preferences.language,
            frequency=preferences.frequency,
            quiet_hours=preferences.quiet_hours,
            reminders=preferences.reminders,
            exclusively_ebox=preferences.exclusively_ebox,
            show_title=preferences.show_title,
            code_expires_at=code.expires_at if code else None,
            tries_left=code.tries_left if code else None,
            position=position,
        )


def _preferences(mailbox: Mailbox) -> Preferences:
    return Preferences(**{field.name: getattr(mailbox, field.name) for field in fields(Preferences)})


def _checked_address(address: str) -> str:
    entered = address.strip()
    try:
        parse_email_address(entered)
    except AddressInvalid as error:
        raise InvalidInput(Issue("emailAddress", "schemaViolation", f"is {error}")) from None
    return entered


def _checked_code(code: str) -> str:
    """The digits, however they were grouped."""
    given = "".join(code.split())
    if not _CODE.fullmatch(given):
        raise refused("schemaViolation", "is six digits")
    return given
