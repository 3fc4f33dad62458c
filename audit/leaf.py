"""What of an event becomes its leaf in the audit log. Fixed for ever, as entries are what is hashed.

An *entry* is canonical JSON (RFC 8785), ASCII, without anything personal. Its members:

    commitments   the commitments of the event's personal fields, by path; see `eventstore.personal`
    event         the event's id
    facts         what the log itself has to say openly, of the few kinds in `FACTS`; left out elsewhere
    kind          the event's topic
    logged        when the audit log took it: RFC 3339, UTC, microseconds
    position      the event's place in the event store
    previous      the leaf hash of the subject's leaf before this one, base64; null for the first
    sequence      1, 2, 3 … among the subject's leaves, without a gap
    stored        SHA-256, base64, over the row as it is stored; see `stored_digest`
    subject       whose history it belongs to; see `mailbox_subject`, `stream_subject`
    time          the event's own time, as it is stored
    v             1

It is made from the stored row alone: the audit log holds no key. The one thing that a row may not say is the
mailbox of a message's later events; whoever makes leaves remembers it from `message.published`.

Between two leaves of one subject there is never another one of it: with `sequence` and `previous` each
subject's leaves are a chain of their own, which its owner can follow without seeing anybody else's.
"""

from __future__ import annotations

import base64
import hashlib
import struct
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final
from uuid import UUID

import msgspec

VERSION: Final = 1
SUBJECT_BYTES: Final = 16
MAX_ENTRY_BYTES: Final = 65_535
"""What an entry bundle's length prefix can say (C2SP tlog-tiles)."""

FACTS: Final[Mapping[str, tuple[str, ...]]] = {
    "audit_log.began": ("origin", "vkeys"),
    "audit_log.key_rotated": ("vkeys",),
    "audit_log.day_closed": ("day",),
}
"""Which plain fields of which events stand openly in their leaf.

That of `audit_log.day_closed` also says `heads` and `count`; see `head_record`.
"""

AFTER_ERASURE: Final = frozenset(
    {
        "access_denied.recorded",
        "audit.exported",
        "audit.replayed",
        "erasure.completed",
        "message.documents_purged",
        "message.expired",
        "notification.bounced",
        "notification.cancelled",
        "notification.delayed",
        "notification.failed",
        "notification.sent",
    }
)
"""What may still happen to a mailbox after `mailbox.owner_erased`; anything else is a finding.

So a mailbox takes nothing new from before that event on: an erasure first closes it to every process.
"""

ERASED: Final = "mailbox.owner_erased"
CLOSED_DAY: Final = "audit_log.day_closed"

_MAILBOX: Final = "m:"
_STREAM: Final = "s:"
_SEALED: Final = frozenset({"owner", "sealed", "commitment"})
_pack_place = struct.Struct(">B16sQH").pack
_pack_sequence = struct.Struct(">Q").pack


class Entry(msgspec.Struct, kw_only=True, omit_defaults=True, forbid_unknown_fields=True, gc=False):
    """One leaf's content. Its members stand in the order of RFC 8785; `encode` writes them canonically."""

    commitments: dict[str, str]
    event: str
    facts: dict[str, Any] | None = None
    kind: str
    logged: str
    position: int
    previous: bytes | None
    sequence: int
    stored: bytes
    subject: str
    time: str
    v: int


_encoder = msgspec.json.Encoder(order="deterministic")
_decoder = msgspec.json.Decoder(Entry)
_state_decoder = msgspec.json.Decoder(dict[str, Any])


def encode(entry: Entry) -> bytes:
    """The bytes that are hashed and published."""
    return _encoder.encode(entry)


def decode(data: bytes) -> Entry:
    """The entry in these bytes. Raises `msgspec.DecodeError` unless they are one, of this version.

    Bytes that are an entry but not in canonical form are told by `encode(decode(data)) != data`.
    """
    entry = _decoder.decode(data)
    if entry.v != VERSION:
        raise msgspec.ValidationError(f"an entry of version {entry.v}; this release knows {VERSION}")
    return entry


@dataclass(frozen=True, slots=True)
class EventFacts:
    """What the stored state says without any key. `mailbox_id`: None where it names none."""

    event_id: str
    time: str
    mailbox_id: UUID | None
    commitments: dict[str, str]
    facts: dict[str, Any] | None


def read_state(stream: UUID, topic: str, state: bytes) -> EventFacts:
    """What a leaf needs of an event's stored JSON. Raises `UnreadableState` where it is not an event's."""
    try:
        stored = _state_decoder.decode(state)
        named = stored.get("mailbox_id")
        mailbox_id = stream if topic.startswith("mailbox.") else UUID(named) if named else None
        commitments: dict[str, str] = {}
        _collect(stored, "", commitments)
        names = FACTS.get(topic)
        facts = {name: stored[name] for name in names} if names else None
        event_id, time = stored["event_id"], stored["timestamp"]
        texts = [time, *commitments.values()]
        if str(UUID(event_id)) != event_id or not all(isinstance(one, str) for one in texts):
            raise UnreadableState
        return EventFacts(event_id, time, mailbox_id, commitments, facts)
    except (msgspec.DecodeError, KeyError, ValueError, TypeError, AttributeError, RecursionError):
        raise UnreadableState from None


class UnreadableState(ValueError):
    """A stored state that is no event's JSON. Says nothing of what it holds."""

    def __str__(self) -> str:
        return "the stored state is not an event's"


def stored_digest(stream: UUID, version: int, topic: str, state: bytes) -> bytes:
    """SHA-256 of 01 ‖ stream (16) ‖ version (8, big-endian) ‖ length of topic (2) ‖ topic ‖ state.

    The state as it is stored, to the byte, personal fields as ciphertext; with its place, so that no two
    rows can change places.
    """
    name = topic.encode()
    place = _pack_place(VERSION, stream.bytes, version, len(name))
    return hashlib.sha256(b"".join((place, name, state))).digest()


def mailbox_subject(mailbox_id: UUID) -> str:
    """A mailbox's pseudonym: `m:` and the first half of a digest of its random id, base64url.

    Whoever knows the id can compute it; nobody can go back.
    """
    return _MAILBOX + _pseudonym(b"ebox/1/mailbox\0", mailbox_id)


def stream_subject(stream: UUID) -> str:
    """The pseudonym of a stream that belongs to no mailbox: `s:` and as above."""
    return _STREAM + _pseudonym(b"ebox/1/stream\0", stream)


def is_mailbox(subject: str) -> bool:
    """Whether the subject is a mailbox."""
    return subject.startswith(_MAILBOX)


def subject_bytes(subject: str) -> bytes:
    """The pseudonym's 16 bytes. Raises ValueError where it is none."""
    data = base64.urlsafe_b64decode(subject[2:] + "==")
    if len(data) != SUBJECT_BYTES or not subject.startswith((_MAILBOX, _STREAM)):
        raise ValueError("not a subject")
    return data


def head_record(subject: str, sequence: int, leaf: bytes) -> bytes:
    """A mailbox's line in the tree of heads: pseudonym (16) ‖ last sequence (8, big-endian) ‖ leaf hash (32).

    Once a day the leaf of `audit_log.day_closed` says the root over the records of all mailboxes (`heads`) as
    they stood before it, sorted, and how many there are (`count`): who knows their record knows that their
    chain ended there, and that no leaf of theirs is kept from them.
    """
    return subject_bytes(subject) + _pack_sequence(sequence) + leaf


def _pseudonym(domain: bytes, identifier: UUID) -> str:
    digest = hashlib.sha256(domain + identifier.bytes).digest()[:SUBJECT_BYTES]
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def _collect(value: Any, path: str, found: dict[str, str]) -> None:
    """The commitments of all sealed fields, each with the path it was sealed under."""
    if isinstance(value, dict):
        if value.keys() == _SEALED:
            found[path] = value["commitment"]
            return
        for name, inner in value.items():
            if isinstance(inner, dict | list):
                _collect(inner, f"{path}.{name}" if path else name, found)
    else:
        for index, inner in enumerate(value):
            if isinstance(inner, dict | list):
                _collect(inner, f"{path}.{index}", found)
