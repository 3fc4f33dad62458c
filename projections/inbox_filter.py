"""What a reader of a mailbox may ask a list for."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime


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
