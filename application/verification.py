"""Six digits, mailed to an address, prove that whoever entered it reads what is sent there.

A code lies nowhere: it is derived, under the party's key, from a random nonce and the entered address, by
the check and by whoever composes the mail. On record are the nonce, when it was issued, and each guess,
counted and committed before it is compared: guessing over many connections gets no further try.
"""

from __future__ import annotations

import hmac
import os
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from application.parties import Parties
from domain.clock import Clock
from domain.errors import Gone, InvalidInput, Issue, NotFound
from domain.events.notification import NotificationKind
from domain.ids import verification_id
from domain.mailbox import Mailbox
from domain.notification import Notification
from domain.personal import readable
from eventstore.store import EventStore
from eventstore.verifications import AddressVerifications, Issued
from threads import BoundedThreads

TRIES: Final = 5
LIFE: Final = timedelta(minutes=15)
CODES: Final = 5
PERIOD: Final = timedelta(hours=1)
"""At most `CODES` are issued to one mailbox in this time: 25 guesses at a million codes."""

_DIGITS: Final = 6
_NONCE_BYTES: Final = 16
_PURPOSE: Final = b"address verification\0"


@dataclass(frozen=True, slots=True)
class LiveCode:
    """A code that may still be given."""

    expires_at: datetime
    tries_left: int


class AddressCodes:
    """The codes of all mailboxes. Every method raises `Busy` and `Unavailable`."""

    def __init__(
        self,
        *,
        events: EventStore,
        parties: Parties,
        verifications: AddressVerifications,
        threads: BoundedThreads,
        clock: Clock,
    ) -> None:
        self._events = events
        self._parties = parties
        self._verifications = verifications
        self._threads = threads
        self._clock = clock

    async def issue(self, mailbox: Mailbox, at: datetime) -> Notification:
        """A new code for the mailbox's address; the one before is void. To be appended: its mail.

        `mailbox` is as it will be recorded, with the address entered. Raises `LimitReached`.
        """
        nonce = os.urandom(_NONCE_BYTES)
        await self._threads.run(
            self._verifications.issue,
            mailbox.id,
            nonce,
            _entered_version(mailbox),
            at,
            limit=CODES,
            period=PERIOD,
        )
        stream = verification_id(mailbox.id, nonce.hex())
        return Notification.of(stream, mailbox.id, NotificationKind.EMAIL_VERIFICATION, at)

    async def live(self, mailbox: Mailbox, at: datetime) -> LiveCode | None:
        """The code that may be given now, None where there is none."""
        issued = await self._latest(mailbox)
        if issued is None or issued.tries >= TRIES or issued.issued_at + LIFE <= at:
            return None
        return LiveCode(issued.issued_at + LIFE, TRIES - issued.tries)

    async def check(self, mailbox: Mailbox, code: str, at: datetime) -> None:
        """Return where it is the code, else raise `InvalidInput` naming `code`. Either way, a try counts."""
        issued = await self._latest(mailbox)
        if issued is None:
            raise refused("noCode", "no code waits to be given; ask for one")
        if issued.tries >= TRIES:
            raise _too_many_tries()
        if issued.issued_at + LIFE <= at:
            raise refused(
                "codeExpired", f"codes last {LIFE // timedelta(minutes=1)} minutes; ask for another"
            )
        tries = await self._threads.run(self._verifications.count_try, mailbox.id, issued.nonce, limit=TRIES)
        if tries is None:
            raise _too_many_tries()
        expected = await self._derive(mailbox, issued.nonce)
        if expected is None:
            raise Gone("the owner has been erased")
        if not hmac.compare_digest(expected.encode(), code.encode()):
            left = TRIES - tries
            rest = f"{left} tries left" if left != 1 else "1 try left"
            raise refused("wrongCode", f"not the code that was mailed; {rest}")

    async def code_for(self, mailbox_id: UUID, notification_id: UUID) -> str | None:
        """The code that this notification (of kind `EMAIL_VERIFICATION`) tells, at the moment of sending.

        To be mailed to the mailbox's address as it is, which is not verified yet. None where it is void: it
        was replaced, has expired or run out of tries, the address is verified or another one, or the owner
        was erased. The mail is then cancelled.
        """
        try:
            mailbox = await self._events.get(mailbox_id)
        except NotFound:
            return None
        if not isinstance(mailbox, Mailbox) or await self.live(mailbox, self._clock.now()) is None:
            return None
        issued = await self._latest(mailbox)
        if issued is None or verification_id(mailbox_id, issued.nonce.hex()) != notification_id:
            return None
        try:
            return await self._derive(mailbox, issued.nonce)
        except Gone:
            return None

    async def _latest(self, mailbox: Mailbox) -> Issued | None:
        """What was issued last, if it is for the address as it was entered last and that waits for proof."""
        if mailbox.address is None or mailbox.is_verified or mailbox.is_merged:
            return None
        issued = await self._threads.run(self._verifications.latest, mailbox.id)
        return issued if issued and issued.entered_version == mailbox.entered_version else None

    async def _derive(self, mailbox: Mailbox, nonce: bytes) -> str | None:
        address = readable(mailbox.address)
        if address is None:
            return None
        digest = await self._parties.fingerprint(mailbox.party_id, _PURPOSE + nonce + address.encode())
        return f"{int(digest, 16) % 10**_DIGITS:0{_DIGITS}}"


def refused(code: str, detail: str) -> InvalidInput:
    """Why the given code is not taken."""
    return InvalidInput(Issue("code", code, detail))


def _too_many_tries() -> InvalidInput:
    return refused("tooManyTries", f"{TRIES} tries were made; ask for another code")


def _entered_version(mailbox: Mailbox) -> int:
    if mailbox.entered_version is None:
        raise TypeError("a code is for an address")
    return mailbox.entered_version
