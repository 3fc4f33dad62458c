"""Makes the mail for a claimed notification, from what is true at the moment of sending.

The address, the language and the wish to see the title are the mailbox's own, decrypted now; the outbox holds
none of them. Whether there is still something to tell, and whether now is the time, is decided here too.
"""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.headerregistry import Address
from email.message import EmailMessage
from typing import Any, Protocol
from uuid import UUID

from application.verification import LIFE
from domain.clock import Clock
from domain.errors import NotFound
from domain.events.notification import NotificationKind
from domain.mailbox import Mailbox
from domain.message import Message
from domain.personal import readable
from notifier.addresses import mail_address
from notifier.errors import NothingToTell, PermanentFailure, TooEarly, UnusableAddress
from notifier.hours import quiet_until, zone_of
from notifier.letters import Heading, News
from notifier.policy import entered_address, entered_in, is_wanted, notified_address, why_not
from notifier.rendering import Renderer, wire_format
from notifier.rows import Claimed
from notifier.smtp import Mail
from notifier.survivors import Survivor

_AT_ONCE = 32
"""How many of a summary's messages are looked up at the same time."""


class Streams(Protocol):
    """What of the event store is needed to compose."""

    async def get(self, stream_id: UUID) -> Any:
        """The aggregate as its events made it; raises `domain.errors.NotFound`."""
        ...


class SenderNames(Protocol):
    """The names of partner organisations, as mails may show them."""

    async def shown_name(self, organisation: str, message_type: str) -> Mapping[str, str] | None:
        """The name by language; None where the message type is discreet, or either is not on record."""
        ...


class VerificationCodes(Protocol):
    """The codes that prove addresses."""

    async def code_for(self, mailbox_id: UUID, notification_id: UUID) -> str | None:
        """The code that this notification tells; None where it is void by now."""
        ...


@dataclass(frozen=True, slots=True)
class Composed:
    """A mail, and the messages that it tells of if it is a summary.

    `mailbox_id` is the mailbox whose owner it goes to, and `entered_version` the version, in that mailbox's
    stream, of the event that entered the mail's address.
    """

    mail: Mail
    mailbox_id: UUID
    entered_version: int
    told_of: Sequence[UUID] = ()


class Composer:
    """Turns a claim into a mail.

    `return_path` is where the relay sends it back if it cannot deliver it, made of the notification's id and
    the version of the event that entered the address.
    """

    def __init__(
        self,
        *,
        streams: Streams,
        names: SenderNames,
        codes: VerificationCodes,
        renderer: Renderer,
        clock: Clock,
        return_path: Callable[[UUID, int], str],
    ) -> None:
        self._streams = streams
        self._names = names
        self._codes = codes
        self._renderer = renderer
        self._clock = clock
        self._return_path = return_path

    async def compose(self, claim: Claimed) -> Composed:
        """The mail.

        Raises:
            NothingToTell: it was read meanwhile, or the like.
            TooEarly: the owner's quiet hours.
            PermanentFailure: there is nobody to send it to (any more), or no mail can be sent to the address.
        """
        if claim.kind is NotificationKind.EMAIL_VERIFICATION:
            return await self._verification(claim)
        mailbox, messages = await asyncio.gather(
            self._survivor(claim.mailbox_id), self._messages(claim.tells_of or _only(claim.message_id))
        )
        address = notified_address(mailbox)
        if mailbox is None or address is None:
            raise PermanentFailure("no verified address")
        recipient = _recipient(address)
        if not is_wanted(mailbox, claim.kind):
            raise NothingToTell("not_wanted")
        untold = [message for message in messages if why_not(message, claim.kind) is None]
        if not untold:
            raise NothingToTell((why_not(messages[0], claim.kind) if messages else None) or "nothing_left")
        quiet = quiet_until(mailbox.quiet_hours, self._clock.now())
        if quiet is not None:
            raise TooEarly(quiet)
        if claim.kind is NotificationKind.DAILY_SUMMARY:
            return await self._summary(claim, mailbox, recipient, untold)
        mail = await self._about_one(claim, mailbox, recipient, untold[0])
        return self._composed(claim, mailbox, recipient, mail)

    async def _about_one(
        self, claim: Claimed, mailbox: Mailbox, recipient: Address, message: Message
    ) -> EmailMessage:
        published = message.published
        news = News(
            notification_id=claim.notification_id,
            queued_at=claim.queued_at,
            language=mailbox.language,
            sender_name=await self._shown_name(message),
            title=_title(message) if mailbox.show_title else None,
        )
        zone = zone_of(mailbox.quiet_hours)
        if claim.kind is NotificationKind.REMINDER:
            since: datetime = published.visible_from.astimezone(zone)
            return self._renderer.reminder(recipient, news, since)
        if claim.kind is NotificationKind.RECALL:
            return self._renderer.recall(recipient, news)
        if claim.kind is NotificationKind.EXPIRY_WARNING:
            until: datetime = published.expires_at.astimezone(zone)
            return self._renderer.expiry_warning(recipient, news, until)
        return self._renderer.new_document(recipient, news)

    async def _summary(
        self, claim: Claimed, mailbox: Mailbox, recipient: Address, untold: Sequence[Message]
    ) -> Composed:
        names = [await self._shown_name(message) for message in untold]
        mail = self._renderer.summary(recipient, _heading(claim, mailbox), names)
        return self._composed(claim, mailbox, recipient, mail, [message.id for message in untold])

    async def _verification(self, claim: Claimed) -> Composed:
        # The address before its code: entered anew in between, the code is void and nobody gets it.
        mailbox = await self._mailbox(claim.mailbox_id)
        code = await self._codes.code_for(claim.mailbox_id, claim.notification_id)
        address = entered_address(mailbox) if mailbox is not None else None
        if mailbox is None or address is None or code is None:
            raise NothingToTell("void")
        recipient = _recipient(address)
        minutes = LIFE // timedelta(minutes=1)
        mail = self._renderer.verification(recipient, _heading(claim, mailbox), code, minutes)
        return self._composed(claim, mailbox, recipient, mail)

    def _composed(
        self,
        claim: Claimed,
        mailbox: Mailbox,
        recipient: Address,
        message: EmailMessage,
        told_of: Sequence[UUID] = (),
    ) -> Composed:
        entered_version = entered_in(mailbox)
        sender = self._return_path(claim.notification_id, entered_version)
        envelope_id = claim.notification_id.hex
        mail = Mail(sender, recipient.addr_spec, wire_format(message), envelope_id)
        return Composed(mail, mailbox.id, entered_version, told_of)

    async def _shown_name(self, message: Message) -> Mapping[str, str] | None:
        published = message.published
        return await self._names.shown_name(published.sender_organisation, published.message_type)

    async def _survivor(self, mailbox_id: UUID) -> Mailbox | None:
        """The mailbox, or the one that took its place."""
        survivor = Survivor(mailbox_id)
        while survivor.next_id is not None:
            survivor.take(await self._mailbox(survivor.next_id))
        return survivor.mailbox

    async def _mailbox(self, mailbox_id: UUID) -> Mailbox | None:
        try:
            mailbox = await self._streams.get(mailbox_id)
        except NotFound:
            return None
        return mailbox if isinstance(mailbox, Mailbox) else None

    async def _messages(self, message_ids: Sequence[UUID]) -> list[Message]:
        found: list[Message] = []
        for start in range(0, len(message_ids), _AT_ONCE):
            some = message_ids[start : start + _AT_ONCE]
            found += await asyncio.gather(*(self._message(message_id) for message_id in some))
        return found

    async def _message(self, message_id: UUID) -> Message:
        message = await self._streams.get(message_id)
        if not isinstance(message, Message):
            raise TypeError(f"stream {message_id} is not a message")
        return message


def _title(message: Message) -> Mapping[str, str] | None:
    """What a mail may say of the message; of a recalled one nothing any more."""
    return None if message.is_recalled else readable(message.published.non_sensitive_title)


def _only(message_id: UUID | None) -> Sequence[UUID]:
    return () if message_id is None else (message_id,)


def _heading(claim: Claimed, mailbox: Mailbox) -> Heading:
    return Heading(claim.notification_id, claim.queued_at, mailbox.language)


def _recipient(address: str) -> Address:
    try:
        return mail_address(address)
    except UnusableAddress:
        raise PermanentFailure("the address cannot be used") from None
