"""How things are named: random where nothing may be guessed, derived where a repeat must meet itself.

Fixed for ever: the namespace, the order and the spelling of what is hashed. `tests/unit/domain/test_ids.py`
holds the vectors.
"""

from __future__ import annotations

import os
import time
from datetime import UTC, date, datetime
from hashlib import sha1
from uuid import UUID

NAMESPACE = UUID("6f1d4e0c-3b0a-5a52-9d0e-2c6a1f7e8b94")
"""The UUIDv5 namespace of every derived id."""
_NAMESPACE = NAMESPACE.bytes


def new_id() -> UUID:
    """A UUIDv7 (RFC 9562 §5.7): milliseconds since 1970, then 74 random bits."""
    value = (time.time_ns() // 1_000_000) << 80 | int.from_bytes(os.urandom(10), "big")
    value = value & ~(0xF << 76) | 0x7 << 76
    value = value & ~(0x3 << 62) | 0x2 << 62
    return UUID(int=value)


def publication_id(sender: str, application: str, idempotency_key: str) -> UUID:
    """The publication that a sender's `Idempotency-Key` stands for: always the same one."""
    return _derive("publication", sender, application, idempotency_key)


def message_id(publication: UUID, mailbox: UUID) -> UUID:
    """A further recipient's message. The first recipient's message *is* the publication."""
    return _derive("message", publication.hex, mailbox.hex)


def broadcast_id(publication: UUID) -> UUID:
    """The stream that says to which further mailboxes a publication went."""
    return _derive("broadcast", publication.hex)


def document_id(sender: str, idempotency_key: str) -> UUID:
    """The kept document that a sender's `Idempotency-Key` stands for: always the same one."""
    return _derive("document", sender, idempotency_key)


def reply_id(message: UUID, idempotency_key: str) -> UUID:
    """The reply to a message that an `Idempotency-Key` stands for."""
    return _derive("reply", message.hex, idempotency_key)


def notification_id(message: UUID, kind: str) -> UUID:
    """The one notification of this kind about a message, however often it is queued."""
    return _derive("notification", message.hex, kind)


def summary_id(mailbox: UUID, day: date) -> UUID:
    """The one summary that a mailbox's owner is sent on that day."""
    return _derive("summary", mailbox.hex, day.isoformat())


def verification_id(mailbox: UUID, nonce: str) -> UUID:
    """The mail that carries the code made from this nonce."""
    return _derive("verification", mailbox.hex, nonce)


def sender_id(enterprise_number: str) -> UUID:
    """The stream of a partner organisation."""
    return _derive("sender", enterprise_number)


def site_id(client_id: str) -> UUID:
    """The stream of an integrating site."""
    return _derive("site", client_id)


def auditor_id(client_id: str) -> UUID:
    """The stream of an auditor's registration."""
    return _derive("auditor", client_id)


def officer_id(name: str) -> UUID:
    """The stream of an officer's registration."""
    return _derive("officer", name)


def enterprise_id(enterprise_number: str) -> UUID:
    """The stream of an enterprise that receives: its partitions, rules and roles."""
    return _derive("enterprise", enterprise_number)


def audit_log_id() -> UUID:
    """The one stream in which the audit log puts on record what it does itself."""
    return _derive("audit_log")


def horizon_id(before: datetime) -> UUID:
    """The stream that says that the access history begins at that moment."""
    return _derive("retention", before.astimezone(UTC).isoformat(timespec="microseconds"))


def _derive(kind: str, *parts: str) -> UUID:
    # A length before each part: ("a", "bc") and ("ab", "c") must not meet.
    name = "".join([f"{len(part)}:{part}" for part in (kind, *parts)])
    # `uuid.uuid5`, without what it looks up anew each time: a batch has a thousand of these.
    return UUID(bytes=sha1(_NAMESPACE + name.encode(), usedforsecurity=False).digest()[:16], version=5)
