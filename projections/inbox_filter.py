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
    behind this position, in the order of change, with what has expired or was withdrawn since.

    `partitions`: those of the recipient's that the reader may see, `NO_PARTITION` for what lies in none; an
    empty set shows nothing. `recipient_partition` picks one of them.
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
    partitions: frozenset[str] | None = None
    recipient_partition: str | None = None

    @property
    def is_plain(self) -> bool:
        """Whether counters know the total: nothing is asked for but what is hidden, archived, read or not."""
        return self == MessageFilter(self.read_status, bool(self.is_hidden), bool(self.is_archived))

    @property
    def is_nothing(self) -> bool:
        """Whether no message can be meant."""
        return self.partitions is not None and not self.partitions


@dataclass(frozen=True, slots=True)
class Window:
    """The part of a list that is wanted: `size` items after `skip`; `is_exact`: its total without a limit."""

    size: int
    skip: int
    is_exact: bool = False

    @property
    def counted(self) -> int | None:
        """How many rows to count at most, to know whether there are more than the limit."""
        return None if self.is_exact else TOTAL_LIMIT + 1

    def of(self, items: list[InboxItem], total: int) -> InboxPage:
        """These items out of `total`, as far as that was counted."""
        if self.is_exact:
            return InboxPage(items, total, is_total_capped=False)
        return InboxPage(items, min(total, TOTAL_LIMIT), is_total_capped=total > TOTAL_LIMIT)


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
    `label`. `received_at` is when it came into sight. One that has expired or was withdrawn has lost its
    texts, and is only among what has changed; a recalled one has lost them too, and stays in the list.
    `position` is that of its last change. `sender_number`: of the citizen whose reply it is.
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
    confirmation_needed: bool = False
    confirmed_at: datetime | None = None
    replied_at: datetime | None = None
    recalled_at: datetime | None = None
    is_withdrawn: bool = False
    has_payment: bool = False
    recipient_partition: str | None = None
    sender_kind: str = "enterprise"
    sender_number: str | None = None

    @property
    def is_recalled(self) -> bool:
        """Whether its content was withheld."""
        return self.recalled_at is not None

    @property
    def is_unread(self) -> bool:
        """Whether it waits to be opened; a recalled one does not."""
        return self.opened_at is None and self.recalled_at is None

    @property
    def is_gone(self) -> bool:
        """Whether it has left the list for good."""
        return self.is_expired or self.is_withdrawn


@dataclass(frozen=True, slots=True)
class InboxPage:
    """One page of the list. `total` counts all pages, exact up to 10,000 and capped there, unless more
    was asked for.
    """

    items: list[InboxItem]
    total: int
    is_total_capped: bool

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
