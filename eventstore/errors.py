"""What can go wrong in keeping events.

domain.errors.Conflict
└── VersionConflict         somebody else wrote this version of the stream first
domain.errors.NotFound
└── AggregateNotFound       the stream has no events
domain.errors.Gone
└── KeyMissing              a personal field cannot be written: its owner has no key (any more)
EventStoreError             the store or its set-up is wrong; never a caller's fault
├── EventUnreadable         a stored event is not what its topic promises, or was tampered with
├── UnsafeSetting           a setting under which events would get lost
├── LeadershipLost          another copy may have taken this role over: stop at once
├── WrongIdentifierKey      numbers in the registry would not be found with the configured key
├── LogNotEmpty             a log can be restored into an empty one only
└── UnfinishedRestore       a restore has begun and is not finished: nothing may serve
"""

from __future__ import annotations

from uuid import UUID

from domain import errors


class VersionConflict(errors.Conflict):
    """Another event already is version `version` of `stream`. Reload, decide again."""

    def __init__(self, stream: UUID, version: int) -> None:
        super().__init__(f"version {version} of stream {stream} is taken")
        self.stream = stream
        self.version = version


class AggregateNotFound(errors.NotFound):
    """No event was ever recorded in this stream."""

    def __init__(self, stream: UUID) -> None:
        super().__init__(f"stream {stream} has no events")
        self.stream = stream


class KeyMissing(errors.Gone):
    """The party has no key: it was erased (or never existed), so nothing personal can be written for it."""

    def __init__(self, party_id: UUID) -> None:
        super().__init__(f"party {party_id} has no key")
        self.party_id = party_id


class EventStoreError(Exception):
    """The event store or its set-up is wrong; retrying does not help."""


class EventUnreadable(EventStoreError):
    """The stored bytes are not an event of that topic, or were altered, or belong to another place."""

    def __init__(self, stream: UUID, version: int, topic: str, why: str) -> None:
        super().__init__(f"version {version} of stream {stream} ({topic}): {why}")
        self.stream = stream
        self.version = version
        self.topic = topic


class UnsafeSetting(EventStoreError):
    """A setting under which events would get lost or followers would miss them."""


class LeadershipLost(EventStoreError):
    """The lock on a single role is gone; whoever held it must stop before its next step."""


class WrongIdentifierKey(EventStoreError):
    """Numbers are in the registry that no configured identifier key finds."""


class UnfinishedRestore(EventStoreError):
    """A restore is under way, or was broken off."""


class LogNotEmpty(EventStoreError):
    """There are events already: what is restored would not be the same log any more."""
