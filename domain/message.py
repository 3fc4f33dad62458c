"""A message in a mailbox: what was published, and what has become of it since.

What the clock decides (that it is there to be seen, that it has expired) becomes true by an event, and only
by one: the scheduler asks with the time in hand, everybody else goes by the events.
"""

from __future__ import annotations

from dataclasses import fields
from datetime import datetime, timedelta
from functools import singledispatchmethod
from typing import Any, Final
from uuid import UUID

from eventsourcing.utils import get_topic

from domain.aggregate import AggregateRoot
from domain.changes import ChangesADay
from domain.errors import Conflict
from domain.events.access import AccessRecord, What
from domain.events.base import Event
from domain.events.message import (
    AttachmentRecord,
    DocumentsPurged,
    ExpiryAnnounced,
    MessageArchived,
    MessageConfirmed,
    MessageExpired,
    MessageHidden,
    MessageOpened,
    MessagePublished,
    MessageRecalled,
    MessageReleased,
    MessageReplied,
    MessageShown,
    MessageUnarchived,
    MessageWithdrawn,
    ReminderDue,
)
from domain.ids import new_id
from domain.personal import ERASED
from domain.publication import Publication

REMIND_AFTER: Final = timedelta(days=15)
"""A message that is still unopened this long after it came into sight is due a reminder."""
WARN_BEFORE: Final = timedelta(days=7)
"""A message that is still unopened this long before it expires is due a warning."""

_FACTS = tuple(field.name for field in fields(Publication))


class Message(AggregateRoot):
    """One recipient's copy of a publication; its stream's id is the message's."""

    TOPIC = "message"

    def __init__(self) -> None:
        self.is_released = False
        self.changes = ChangesADay()
        self.opened_at: datetime | None = None
        self.is_hidden = False
        self.is_archived = False
        self.is_reminded = False
        self.is_expiry_announced = False
        self.is_expired = False
        self.is_purged = False
        self.is_withdrawn = False
        self.is_recalled = False
        self.confirmed_at: datetime | None = None

    @classmethod
    def publish(cls, message_id: UUID, publication: Publication, at: datetime) -> Message:
        """Put the message into the recipient's mailbox; out of sight until its time, if that is later."""
        facts = {name: getattr(publication, name) for name in _FACTS}
        return cls.begin(MessagePublished, message_id, at, **facts)

    @classmethod
    def published_fact(cls, message_id: UUID, publication: Publication, at: datetime) -> MessagePublished:
        """The fact that `publish` records, where nobody needs the message itself: of a thousand at once."""
        facts: dict[str, Any] = {name: getattr(publication, name) for name in _FACTS}
        return MessagePublished(
            originator_id=message_id,
            originator_version=cls.INITIAL_VERSION,
            originator_topic=get_topic(cls),
            timestamp=at,
            **{"event_id": new_id(), **facts},
        )

    def open(self, access_id: UUID, at: datetime) -> None:
        """The first time bytes of the main content leave. Later times change nothing."""
        if self.opened_at is None:
            self.record(MessageOpened, at, access_id=access_id)

    def change(
        self,
        access: AccessRecord,
        at: datetime,
        *,
        is_visible: bool | None = None,
        is_archived: bool | None = None,
    ) -> None:
        """Its owner hides it or shows it again, puts it aside or takes it back; None leaves that as it is.

        Raises `LimitReached`: a stream that every reader loads is not to grow without end.
        """
        facts = {"mailbox_id": self.published.mailbox_id, "access": access}
        if is_visible is self.is_hidden:
            self.changes.count(at)
            self.record(MessageShown if is_visible else MessageHidden, at, **facts)
        if is_archived is not None and is_archived is not self.is_archived:
            self.changes.count(at)
            self.record(MessageArchived if is_archived else MessageUnarchived, at, **facts)

    def withdraw(self, reason: str | None, access: AccessRecord, at: datetime) -> None:
        """Its sender takes it back. A second time changes nothing. Raises `Conflict` once it was opened.

        Of an erased owner's there is nothing to take back.
        """
        if self.is_withdrawn or self.is_owner_erased:
            return
        if self.opened_at is not None or self.is_recalled or self.is_expired:
            raise Conflict("the message was opened, recalled or has expired: it cannot be withdrawn any more")
        self.record(MessageWithdrawn, at, reason=reason, access=access, **self._owner)

    def recall(self, reason: str | None, access: AccessRecord, at: datetime) -> None:
        """Its sender says that it went to the wrong mailbox. A second time changes nothing.

        Raises `Conflict` where there is nothing left to withhold: it was withdrawn or has expired. Of an
        erased owner's nothing is readable any more.
        """
        if self.is_recalled or self.is_owner_erased:
            return
        if self.is_withdrawn or self.is_expired:
            raise Conflict("the message was withdrawn or has expired: there is nothing left to recall")
        self.record(MessageRecalled, at, reason=reason, access=access, **self._owner)

    def confirm(self, access_id: UUID, at: datetime) -> None:
        """Its owner confirms that they took note. A second time changes nothing.

        Raises `Conflict` where the sender asked for no confirmation, or has recalled it.
        """
        if not self.published.confirmation_needed or self.is_recalled:
            raise Conflict("this message asks for no confirmation")
        if self.confirmed_at is None:
            self.record(MessageConfirmed, at, mailbox_id=self.published.mailbox_id, access_id=access_id)

    def reply(self, reply_id: UUID, access: AccessRecord, at: datetime) -> None:
        """Its owner replies. Raises `Conflict` where the sender takes no replies, and `LimitReached`."""
        if not self.published.reply_authorised or self.is_recalled:
            raise Conflict("this message takes no replies")
        self.changes.count(at)
        mailbox_id = self.published.mailbox_id
        self.record(MessageReplied, at, mailbox_id=mailbox_id, reply_id=reply_id, access=access)

    def release(self, at: datetime) -> None:
        """Its requested publish time has come. Too early, taken back, or a second time: nothing changes."""
        is_gone = self.is_withdrawn or self.is_recalled or self.is_owner_erased
        if not (self.is_released or is_gone) and at >= self.published.visible_from:
            self.record(MessageReleased, at, mailbox_id=self.published.mailbox_id)

    def remind(self, at: datetime) -> None:
        """It has been unopened for long. Too early, or once it is opened, changes nothing."""
        due = reminder_due(self.published.visible_from, self.published.expires_at)
        if due is not None and at >= due and self._awaits_its_reader and not self.is_reminded:
            self.record(ReminderDue, at, mailbox_id=self.published.mailbox_id)

    def announce_expiry(self, at: datetime) -> None:
        """It will expire unopened. Too early, or once it is opened, changes nothing."""
        due = expiry_warning_due(self.published.visible_from, self.published.expires_at)
        if due is not None and at >= due and self._awaits_its_reader and not self.is_expiry_announced:
            self.record(ExpiryAnnounced, at, mailbox_id=self.published.mailbox_id)

    def expire(self, at: datetime) -> None:
        """Its validity is over. Too early or a second time changes nothing."""
        if not self.is_expired and at >= self.published.expires_at:
            self.record(MessageExpired, at, mailbox_id=self.published.mailbox_id)

    def purge(self, at: datetime) -> None:
        """Its documents are gone from the object store. Raises `Conflict` while it may still be read."""
        if not (self.is_expired or self.is_owner_erased):
            raise Conflict("a message that has not expired keeps its documents")
        if not self.is_purged:
            self.record(DocumentsPurged, at, mailbox_id=self.published.mailbox_id)

    def attachment(self, attachment_id: UUID) -> AttachmentRecord | None:
        """The attachment of this id, or None."""
        return next((one for one in self.published.attachments if one.id == attachment_id), None)

    @property
    def is_readable(self) -> bool:
        """Whether its owner may see that it is there: released, and neither expired nor withdrawn.

        Of a recalled one they see no more than that.
        """
        return self.is_released and not self.is_expired and not self.is_withdrawn

    @property
    def is_owner_erased(self) -> bool:
        """Whether nobody can read what it says any more; nothing happens to it then but its end."""
        return self.published.subject is ERASED

    @property
    def _awaits_its_reader(self) -> bool:
        if self.is_owner_erased:
            return False
        return self.is_readable and not self.is_recalled and self.opened_at is None

    @property
    def _owner(self) -> dict[str, UUID]:
        return {"mailbox_id": self.published.mailbox_id, "party_id": self.published.party_id}

    def is_main(self, what: What, attachment_id: UUID | None = None) -> bool:
        """Whether this part is the main content, so that reading it opens the message."""
        if what is What.BODY:
            return self.published.is_body_main
        attachment = self.attachment(attachment_id) if attachment_id else None
        return attachment is not None and attachment.is_main

    @singledispatchmethod
    def when(self, event: Event) -> None:
        """Take a fact in."""

    @when.register
    def _(self, event: MessagePublished) -> None:
        self.published = event
        self.is_released = event.visible_from <= event.timestamp

    @when.register
    def _(self, event: MessageReleased) -> None:
        self.is_released = True

    @when.register
    def _(self, event: MessageOpened) -> None:
        self.opened_at = event.timestamp

    @when.register
    def _(self, event: MessageHidden) -> None:
        self.is_hidden = True
        self.changes.happened(event.timestamp)

    @when.register
    def _(self, event: MessageShown) -> None:
        self.is_hidden = False
        self.changes.happened(event.timestamp)

    @when.register
    def _(self, event: MessageArchived) -> None:
        self.is_archived = True
        self.changes.happened(event.timestamp)

    @when.register
    def _(self, event: MessageUnarchived) -> None:
        self.is_archived = False
        self.changes.happened(event.timestamp)

    @when.register
    def _(self, event: ReminderDue) -> None:
        self.is_reminded = True

    @when.register
    def _(self, event: ExpiryAnnounced) -> None:
        self.is_expiry_announced = True

    @when.register
    def _(self, event: MessageExpired) -> None:
        self.is_expired = True

    @when.register
    def _(self, event: DocumentsPurged) -> None:
        self.is_purged = True

    @when.register
    def _(self, event: MessageWithdrawn) -> None:
        self.is_withdrawn = True

    @when.register
    def _(self, event: MessageRecalled) -> None:
        self.is_recalled = True

    @when.register
    def _(self, event: MessageConfirmed) -> None:
        self.confirmed_at = event.timestamp

    @when.register
    def _(self, event: MessageReplied) -> None:
        self.changes.happened(event.timestamp)


def reminder_due(visible_from: datetime, expires_at: datetime) -> datetime | None:
    """When an unopened message is due a reminder; None where it expires before."""
    due = visible_from + REMIND_AFTER
    return due if due < expires_at else None


def expiry_warning_due(visible_from: datetime, expires_at: datetime) -> datetime | None:
    """When an unopened message is due a warning; None where it comes into sight later than that."""
    due = expires_at - WARN_BEFORE
    return due if due > visible_from else None
