"""What reading answers with: plain data, and the position it was true at."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final
from uuid import UUID

from application.reference import ReferenceData
from domain.errors import DomainError, NotFound
from projections.inbox import InboxItem, MailboxCounts
from projections.message_detail import MessageDetail


@dataclass(frozen=True, slots=True)
class MailboxView:
    """The counts of a mailbox."""

    counts: MailboxCounts
    position: int


@dataclass(frozen=True, slots=True)
class MessageList:
    """One page of a mailbox. `total` counts all pages, up to where `is_total_capped`."""

    items: list[InboxItem]
    total: int
    is_total_capped: bool
    reference: ReferenceData
    position: int


@dataclass(frozen=True, slots=True)
class MessageView:
    """A message with its attachments' descriptions; its body is for `Reading.body` alone to hand out."""

    message: MessageDetail
    reference: ReferenceData
    position: int


@dataclass(frozen=True, slots=True, repr=False)
class BodyView:
    """A message's body, by language."""

    message_id: UUID
    texts: dict[str, str]
    is_main: bool
    position: int


class MessagesNotFound(NotFound):
    """Of several messages, those at these places (from 0) are not there for the caller to know of."""

    def __init__(self, places: Sequence[int]) -> None:
        super().__init__("messages")
        self.places = places


class RangeNotSatisfiable(DomainError):
    """No byte of the document lies in the range asked for; `size` is the document's."""

    code = "rangeNotSatisfiable"

    def __init__(self, size: int) -> None:
        super().__init__("range")
        self.size = size


class PreconditionFailed(DomainError):
    """The document is not one of those that the caller made a condition (RFC 9110 §13.1.1)."""

    code = "preconditionFailed"


ANY_DOCUMENT: Final = "*"
"""In place of a digest: whichever document there is."""


@dataclass(frozen=True, slots=True)
class ByteRange:
    """The bytes asked for: from `start` up to `end` (excluded), or the last `suffix` (RFC 9110 §14.1.2)."""

    start: int = 0
    end: int | None = None
    suffix: int | None = None

    def within(self, size: int) -> tuple[int, int] | None:
        """The part of a document of `size` bytes that this means, or None where there is none."""
        start = self.start if self.suffix is None else max(0, size - self.suffix)
        end = size if self.end is None else min(self.end, size)
        return (start, end) if start < end else None


@dataclass(frozen=True, slots=True)
class ContentRequest:
    """How a document is asked for.

    `known`: digests (hex) of what the caller has already. `required`: the digests that the caller wants and
    no other, None for any. `if_range`: the range counts only if the document still has this digest, else all
    of it is meant (RFC 9110 §13.1.5). `describe_only`: the description without a byte.
    """

    byte_range: ByteRange | None = None
    if_range: str | None = None
    known: frozenset[str] = frozenset()
    required: frozenset[str] | None = None
    describe_only: bool = False

    def require(self, sha256: str) -> None:
        """Raise `PreconditionFailed` where the caller wants no document with this digest."""
        if self.required is not None and self.required.isdisjoint((sha256, ANY_DOCUMENT)):
            raise PreconditionFailed("document")

    def is_known(self, sha256: str) -> bool:
        """Whether the caller has the document with this digest already."""
        return not self.known.isdisjoint((sha256, ANY_DOCUMENT))

    def is_for_range(self, sha256: str) -> bool:
        """Whether a part of the document with this digest is meant, and not all of it."""
        return self.byte_range is not None and self.if_range in {None, sha256}

    def part_of(self, size: int, sha256: str) -> tuple[int, int] | None:
        """The first and (excluded) last byte that are meant, or None where the range has none."""
        if self.byte_range is None or not self.is_for_range(sha256):
            return 0, size
        return self.byte_range.within(size)


@dataclass(slots=True, repr=False)
class ContentView:
    """A document, or the part of it that was asked for.

    `stream` holds the bytes from `start` up to `end` (excluded); it is None where only the description was
    asked for, or where the caller has the document already. `sha256` (hex) is the whole document's.
    """

    stream: AsyncIterator[bytes] | None
    size: int
    start: int
    end: int
    media_type: str
    file_name: str | None
    sha256: str
    published_at: datetime
    position: int


@dataclass(frozen=True, slots=True, repr=False)
class HeldContent:
    """A document that is ready, and of which nothing may leave before `release` has returned.

    For who has to make something of it first, which may fail: what was never released was never shown, and
    is no access. The position in `view` means nothing.
    """

    view: ContentView
    release: Callable[[], Awaitable[int]]
    """Commit the access, and the opening if this is one; its position."""
