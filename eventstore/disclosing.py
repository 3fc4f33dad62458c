"""Single personal fields of events, with what proves that they are what was committed to.

Whoever is given a field's plaintext and salt can check it against the commitment in the event's leaf of the
audit log, and learns nothing about any other field. A key never leaves.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec
from eventsourcing.persistence import StoredEvent

from eventstore.fields import Sealed
from eventstore.keys import KeyRing
from eventstore.personal import Altered, context

_SEALED = frozenset({"owner", "sealed", "commitment"})
_decode = msgspec.json.Decoder(dict[str, Any]).decode


@dataclass(frozen=True, slots=True, repr=False)
class Disclosed:
    """One field: where it is in its event, its value as JSON, and the salt of its commitment."""

    path: str
    plaintext: bytes
    salt: bytes


def disclosed(stored: StoredEvent, owners: Collection[UUID], keys: KeyRing) -> list[Disclosed]:
    """Every field of these owners in the event; none of those whose key is gone. Blocks."""
    if not isinstance(stored.originator_id, UUID):
        raise TypeError("streams are named by UUIDs")
    found: list[Disclosed] = []
    for path, sealed in _sealed(_decode(stored.state), ""):
        key = keys.key_of(sealed.owner) if sealed.owner in owners else None
        if key is None:
            continue
        place = context(stored.originator_id, stored.originator_version, sealed.owner, stored.topic, path)
        try:
            found.append(Disclosed(path, key.unseal(place, sealed.sealed), key.salt(place)))
        except Altered:
            continue  # whoever verifies the log finds the row that was changed; here is nothing to disclose
    return found


def _sealed(value: Any, path: str) -> Iterator[tuple[str, Sealed]]:
    """The sealed fields, each with the path it was sealed under."""
    if isinstance(value, dict) and value.keys() == _SEALED:
        yield path, msgspec.convert(value, Sealed)
        return
    inner: Iterable[tuple[Any, Any]] = value.items() if isinstance(value, dict) else enumerate(value)
    for name, one in inner:
        if isinstance(one, dict | list):
            yield from _sealed(one, f"{path}.{name}" if path else name)
