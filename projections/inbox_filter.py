"""What a reader of a mailbox may ask a list for, and what a list answers with."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b
from typing import Any, Final
from uuid import UUID

TOTAL_LIMIT: Final = 10_000
"""Up to here the total of a list is exact."""


@dataclass(frozen=True, slots=True, repr=False)
class MessageFilter:
    """Which messages of a mailbox are meant; None does not narrow, and by default the ordinary list is meant.

    Moments of reception and of expiry: `…_after` is included, `…_before` is not. `words` are looked for as
    one text, in `language` (nl, fr, de, en), which must be given with them. `changed_after`: what changed
    behind this position, in the order of change, with what has expired since.
    """

    read_status: bool | None = None
    is_hidden: bool | None = False
    is_archived: bool | None = False
    received_before: datetime | None = None
    received_after: datetime | None = None
    expired_before: datetime | None = None
    expired_after: datetime | None = None
    message_type: str | None = None
    sender_organisation: str | None = None
    sender_application: str | None = None
    registered: bool | None = None
    words: str | None = None
    language: str | None = None
    changed_after: int | None = None

    @property
    def is_plain(self) -> bool:
        """Whether counters know the total: nothing is asked for but what is hidden, archived, read or not."""
        return self == MessageFilter(self.read_status, bool(self.is_hidden), bool(self.is_archived))


@dataclass(frozen=True, slots=True)
class Named:
    """The reference data whose names or descriptions have the words that are looked for, by their ids."""

    message_types: frozenset[str] = frozenset()
    organisations: frozenset[str] = frozenset()
    applications: frozenset[str] = frozenset()


@dataclass(slots=True, repr=False)
class InboxItem:
    """A message as a list shows it. `size` is the attachments', in bytes; never the body.

    Not frozen: making a frozen one takes three times as long, and a page has up to a hundred.

    `business_data` is a list of objects with `key`, `name` and `values`; `attention_of` has `ssin` and
    `label`. `received_at` is when it came into sight. An expired one, which has lost its texts, is only
    among what has changed. `position` is that of its last change.
    """

    message_id: UUID
    publication_id: UUID
    sender_organisation: str
    sender_application: str
    sender_partition: str | None
    message_type: str
    subject: dict[str, str] | None
    non_sensitive_title: dict[str, str] | None
    business_data: list[dict[str, Any]] | None
    attention_of: dict[str, str | None] | None
    is_body_main: bool
    has_body: bool
    attachment_count: int
    size: int
    reply_authorised: bool
    original_message: UUID | None
    registered: bool
    received_at: datetime
    expires_at: datetime
    opened_at: datetime | None
    is_hidden: bool
    is_archived: bool
    is_expired: bool
    is_erased: bool
    position: int
    due_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class InboxPage:
    """One page of the list. `total` counts all pages, exact up to 10,000 and capped there."""

    items: list[InboxItem]
    total: int
    is_total_capped: bool

    @classmethod
    def of(cls, items: list[InboxItem], total: int) -> InboxPage:
        """These items out of `total`, as far as that was counted."""
        return cls(items, min(total, TOTAL_LIMIT), is_total_capped=total > TOTAL_LIMIT)

    def fingerprint(self) -> bytes:
        """The same for two pages that show the same: a message that changed has another position."""
        digest = blake2b(f"{self.total} {self.is_total_capped}".encode(), digest_size=16)
        for item in self.items:
            digest.update(item.message_id.bytes + item.position.to_bytes(8, "big"))
        return digest.digest()


@dataclass(frozen=True, slots=True)
class MailboxCounts:
    """What a mailbox holds that is neither hidden nor archived. `size` in bytes.

    `last_consultation` is that of anything in the mailbox.
    """

    messages: int
    unread: int
    size: int
    last_receipt: datetime | None
    last_consultation: datetime | None
