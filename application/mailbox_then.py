"""What a mailbox and its messages were after these events of theirs, and no others.

Each stream must be complete: a gap in its versions is an error, not something to pass over.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Final, TypeVar
from uuid import UUID

from domain.errors import DomainError
from domain.events import Event
from domain.events.access import AccessRecorded
from domain.events.base import FirstEvent
from domain.events.mailbox import OwnerKind
from domain.events.message import MessageOpened
from domain.events.notification import NotificationBounced, NotificationSent
from domain.mailbox import Mailbox
from domain.message import Message
from domain.personal import ERASED, readable

SEEN: Final = 1000

A = TypeVar("A", Mailbox, Message)


class ReplayBroken(DomainError):
    """The log does not have all of a stream that the replay needs: somebody must look into it."""

    code = "replayBroken"


@dataclass(frozen=True, slots=True, repr=False)
class Seen:
    """One access to a message. `actor` is None where the actor has been erased."""

    position: int
    at: datetime
    access_id: UUID
    what: str
    attachment_id: UUID | None
    actor_party: UUID
    actor: str | None
    is_actor_erased: bool
    actor_kind: str
    site: str | None
    digital_key: str | None
    basis_kind: str
    basis_id: UUID
    basis_version: int


@dataclass(slots=True, repr=False)
class MessageThen:
    """A message as it stood: its state, what its owner had been told, and who had seen what of it.

    `accesses` counts all of them; `seen` has the last ones, as many as anybody would look through. The access
    history has every one.
    """

    message: Message
    position: int
    opened_by: UUID | None = None
    told: int = 0
    came_back: int = 0
    accesses: int = 0
    seen: deque[Seen] = field(default_factory=lambda: deque(maxlen=SEEN))


@dataclass(frozen=True, slots=True, repr=False)
class OwnerThen:
    """The mailbox itself as it stood. Whether it had a verified address, never which."""

    owner_kind: OwnerKind
    activated_at: datetime | None
    terms_version: str | None
    has_verified_address: bool
    is_erased: bool


class OwnerFold:
    """A mailbox, event by event of its stream. Raises `ReplayBroken` where one is missing."""

    def __init__(self) -> None:
        self._mailbox: Mailbox | None = None

    def take_in(self, events: Iterable[tuple[int, Event]]) -> None:
        """The next events of its stream."""
        for _, event in events:
            self._mailbox = _applied(event, self._mailbox, Mailbox)

    def result(self) -> OwnerThen | None:
        """The mailbox as it stands; None before its first event."""
        mailbox = self._mailbox
        if mailbox is None:
            return None
        return OwnerThen(
            mailbox.owner_kind,
            mailbox.activated_at,
            mailbox.terms_version,
            mailbox.is_verified,
            mailbox.is_erased,
        )


class MessagesFold:
    """Messages, event by event of all that happened to them, in the order of the log.

    `found` has them by their publication; notifications name them by their streams.
    """

    def __init__(self) -> None:
        self.found: dict[UUID, MessageThen] = {}
        self._publications: dict[UUID, UUID] = {}

    def take_in(self, events: Iterable[tuple[int, Event]]) -> None:
        """The next events. Raises `ReplayBroken` where one is missing in a message's stream."""
        for position, event in events:
            match event:
                case AccessRecorded(publication_id=UUID() as message_id):
                    self.found[message_id].accesses += 1
                    self.found[message_id].seen.append(_seen(position, event))
                case NotificationSent(message_id=UUID() as stream) if stream in self._publications:
                    self.found[self._publications[stream]].told += 1
                case NotificationBounced(message_id=UUID() as stream) if stream in self._publications:
                    self.found[self._publications[stream]].came_back += 1
                case _ if event.TOPIC.startswith("message."):
                    self._take_in_own(position, event)

    def _take_in_own(self, position: int, event: Event) -> None:
        publication = self._publications.get(event.originator_id)
        known = self.found[publication] if publication else None
        message = _applied(event, known.message if known else None, Message)
        if known is None:
            publication = self._publications[event.originator_id] = message.published.publication_id
            known = self.found[publication] = MessageThen(message, position)
        if isinstance(event, MessageOpened):
            known.opened_by = event.access_id


def _applied(event: Event, aggregate: A | None, kind: type[A]) -> A:
    expected = 1 if aggregate is None else aggregate.version + 1
    if event.originator_version != expected or isinstance(event, FirstEvent) != (aggregate is None):
        stream, version = event.originator_id, event.originator_version
        raise ReplayBroken(f"stream {stream} has a gap before version {version}")
    applied = event.mutate(aggregate)
    if not isinstance(applied, kind):
        raise ReplayBroken(f"stream {event.originator_id} is no {kind.TOPIC}")
    return applied


def _seen(position: int, event: AccessRecorded) -> Seen:
    access = event.access
    return Seen(
        position=position,
        at=event.timestamp,
        access_id=event.originator_id,
        what=event.what.value,
        attachment_id=event.attachment_id,
        actor_party=access.actor_party,
        actor=readable(access.actor),
        is_actor_erased=access.actor is ERASED,
        actor_kind=access.actor_kind,
        site=access.site,
        digital_key=access.digital_key,
        basis_kind=access.basis.kind,
        basis_id=access.basis.id,
        basis_version=access.basis.version,
    )
