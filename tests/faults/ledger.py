"""What the load generator was told: the one thing that the checker believes besides what it finds itself."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import Enum, auto
from threading import Lock
from uuid import UUID

from tests.faults.documents import Document


class Outcome(Enum):
    """What the publisher of a message knows about it."""

    ACKNOWLEDGED = auto()
    """201, at the first try or at a later one with the same `Idempotency-Key`: it is there, once."""
    REFUSED = auto()
    """503 at the only try, with the promise that nothing was done: it is not there."""
    UNKNOWN = auto()
    """No answer, or one that promises nothing: it is there once, or not at all."""


@dataclass(slots=True)
class Publication:
    """One message that somebody set out to publish. `tag` is its subject, and stands nowhere else.

    `recipient` is the key of a demo person; `document` is None where the body is the main content.
    """

    tag: str
    recipient: str
    document: Document | None
    key: str | None
    round: int
    outcome: Outcome = Outcome.UNKNOWN
    message_id: UUID | None = None
    tries: int = 0


@dataclass(frozen=True, slots=True)
class Read:
    """One 200 or 206 that a reader got whole; `begun` and `ended` in seconds since 1970.

    `what` in the words of `domain.events.access.What`; `digest` of a list's content and of what was asked, so
    that a list that has changed is another one.
    """

    round: int
    begun: float
    ended: float
    person: str
    token_sha256: str
    request_id: UUID
    what: str
    publication: UUID | None = None
    attachment: UUID | None = None
    is_part: bool = False
    digest: str | None = None


@dataclass(frozen=True, slots=True)
class Oddity:
    """An answer that no fault excuses: another status than promised, or other bytes (`is_altered`)."""

    round: int
    what: str
    is_altered: bool = False

    def __str__(self) -> str:
        return f"{self.what}, round {self.round}"


@dataclass
class Ledger:
    """Everything that was sent and told. Any thread may write."""

    publications: list[Publication] = field(default_factory=list)
    reads: list[Read] = field(default_factory=list)
    oddities: list[Oddity] = field(default_factory=list)
    unavailable: int = 0
    """How many requests were answered 503, or not at all."""
    _lock: Lock = field(default_factory=Lock)

    def begins(self, publication: Publication) -> None:
        """It is about to be sent for the first time."""
        with self._lock:
            self.publications.append(publication)

    def read(self, one: Read) -> None:
        """A reader got it."""
        with self._lock:
            self.reads.append(one)

    def is_odd(self, round_number: int, what: str, *, is_altered: bool = False) -> None:
        """Somebody was answered what must not be answered."""
        with self._lock:
            self.oddities.append(Oddity(round_number, what, is_altered))

    def was_unavailable(self) -> None:
        """Somebody was told to come again, or nothing."""
        with self._lock:
            self.unavailable += 1

    def acknowledged(self, person: str | None = None) -> list[Publication]:
        """What was acknowledged so far, oldest first; only what one person was sent, if given."""
        with self._lock:
            return [
                one
                for one in self.publications
                if one.outcome is Outcome.ACKNOWLEDGED and person in {None, one.recipient}
            ]
