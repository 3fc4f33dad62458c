"""Which accesses have just been recorded, so that the same look need not be recorded again.

A viewer that fetches a document in ranges makes dozens of requests of one look, and a page that refreshes
itself shows the same list again. Ranges of one attachment by one token within ten minutes of a recorded
release, and a list by one token that shows within sixty seconds what it showed, count as one access. Only
what *is* committed is remembered, in this process alone: another process, or this one after a restart,
records once more. Never the other way round.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Hashable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from domain.actors import Actor

RANGES_WITHIN: Final = timedelta(minutes=10)
LIST_WITHIN: Final = timedelta(seconds=60)
REMEMBERED: Final = 50_000
"""Looks kept in mind; past that the oldest is forgotten, and its next one recorded."""


@dataclass(frozen=True, slots=True)
class _Look:
    at: datetime
    position: int
    shown: bytes


class RecentLooks:
    """The looks that this process has recorded. For one event loop."""

    def __init__(self, *, remembered: int = REMEMBERED) -> None:
        self._remembered = remembered
        self._looks: OrderedDict[Hashable, _Look] = OrderedDict()

    def of_document(self, actor: Actor, message_id: UUID, attachment_id: UUID, at: datetime) -> int | None:
        """The position of the recorded access that further ranges of this attachment belong to, or None."""
        look = self._looks.get((actor.token_sha256, message_id, attachment_id))
        return look.position if look is not None and _is_recent(look, at, RANGES_WITHIN) else None

    def document_released(
        self, actor: Actor, message_id: UUID, attachment_id: UUID, at: datetime, position: int
    ) -> None:
        """Bytes of the attachment may leave: the access is committed at that position."""
        self._remember((actor.token_sha256, message_id, attachment_id), _Look(at, position, b""))

    def has_seen_list(
        self, actor: Actor, mailbox_id: UUID, asked: Hashable, shown: bytes, at: datetime
    ) -> bool:
        """Whether the same question was just answered with the same. `shown` is a digest of the answer."""
        look = self._looks.get((actor.token_sha256, mailbox_id, asked))
        return look is not None and look.shown == shown and _is_recent(look, at, LIST_WITHIN)

    def list_shown(
        self, actor: Actor, mailbox_id: UUID, asked: Hashable, shown: bytes, at: datetime, position: int
    ) -> None:
        """This answer to this question may be given: the access is committed at that position."""
        self._remember((actor.token_sha256, mailbox_id, asked), _Look(at, position, shown))

    def _remember(self, key: Hashable, look: _Look) -> None:
        self._looks[key] = look
        self._looks.move_to_end(key)
        while len(self._looks) > self._remembered:
            self._looks.popitem(last=False)


def _is_recent(look: _Look, at: datetime, within: timedelta) -> bool:
    """Not where the clock was set back meanwhile: then nobody knows how long ago it was."""
    return timedelta() <= at - look.at < within
