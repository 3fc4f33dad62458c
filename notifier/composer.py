"""Makes the mail for a claimed notification, from what is true at the moment of sending.

The address, the language and the wish to see the title are the mailbox's own, decrypted now; the outbox holds
none of them.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Protocol
from uuid import UUID

from domain.errors import NotFound
from domain.mailbox import Mailbox
from domain.message import Message
from domain.personal import readable
from notifier.addresses import mail_address
from notifier.errors import PermanentFailure, UnusableAddress
from notifier.outbox import Claimed
from notifier.policy import notified_address
from notifier.rendering import News, Renderer, wire_format
from notifier.smtp import Mail


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


class Composer:
    """Turns a claim into a mail. `envelope_sender` is where the relay sends what it cannot deliver."""

    def __init__(
        self, streams: Streams, names: SenderNames, renderer: Renderer, envelope_sender: str
    ) -> None:
        self._streams = streams
        self._names = names
        self._renderer = renderer
        self._envelope_sender = envelope_sender

    async def compose(self, claim: Claimed) -> Mail:
        """The mail.

        Raises:
            PermanentFailure: there is nobody to send it to (any more), or no mail can be sent to the address.
        """
        mailbox = await self._mailbox(claim.mailbox_id)
        address = notified_address(mailbox)
        if mailbox is None or address is None:
            raise PermanentFailure("no verified address")
        try:
            recipient = mail_address(address)
        except UnusableAddress:
            raise PermanentFailure("the address cannot be used") from None
        news = News(
            notification_id=claim.notification_id,
            queued_at=claim.queued_at,
            language=mailbox.language,
            sender_name=await self._names.shown_name(claim.sender_organisation, claim.message_type),
            title=await self._title(claim.message_id) if mailbox.show_title else None,
        )
        message = self._renderer.new_document(recipient, news)
        return Mail(self._envelope_sender, recipient.addr_spec, wire_format(message))

    async def _mailbox(self, mailbox_id: UUID) -> Mailbox | None:
        try:
            mailbox = await self._streams.get(mailbox_id)
        except NotFound:
            return None
        return mailbox if isinstance(mailbox, Mailbox) else None

    async def _title(self, message_id: UUID) -> Mapping[str, str] | None:
        message = await self._streams.get(message_id)
        if not isinstance(message, Message):
            raise TypeError(f"stream {message_id} is not a message")
        return readable(message.published.non_sensitive_title)
