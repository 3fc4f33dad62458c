"""From an event's fields to the JSON that is stored, and back. Sealing and unsealing happen here and nowhere
else.

A record with personal fields is copied field by field; whatever has none goes through `msgspec` untouched.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any
from uuid import UUID

import msgspec

from domain.personal import ERASED
from eventstore.errors import KeyMissing
from eventstore.fields import PersonalField, Sealed, Shape
from eventstore.keys import KeyRing
from eventstore.personal import PartyKey, context

_encode = msgspec.json.Encoder().encode


class MetKeys(dict[UUID, PartyKey | None]):
    """The keys of the owners that some events have, each asked for once: fields are many, owners few."""

    def __init__(self, keys: KeyRing) -> None:
        super().__init__()
        self._keys = keys

    def __missing__(self, owner: UUID) -> PartyKey | None:
        key = self[owner] = self._keys.key_of(owner)
        return key


@dataclass(slots=True)
class Place:
    """The event whose fields are being sealed or unsealed; `upcast`: its fields may lie elsewhere than they
    were written.
    """

    stream: UUID
    version: int
    topic: str
    keys: MetKeys
    upcast: bool = False


def owners_of(shape: Shape, record: Any, event: Any) -> Iterator[UUID]:
    """The parties under whose keys this record's personal fields are (to be) sealed."""
    for field in shape.personal:
        if getattr(record, field.name) is not None:
            yield _owner(field, record, event)
    for nested in shape.nested:
        for _, item in _items(getattr(record, nested.name), nested.is_list):
            yield from owners_of(nested.shape, item, event)


def seal(shape: Shape, record: Any, event: Any, place: Place, path: str = "") -> dict[str, Any]:
    """The record's fields, ready for JSON, the personal ones sealed. `KeyMissing` if an owner has no key."""
    state = {name: getattr(record, name) for name in shape.names}
    for field in shape.personal:
        value = state[field.name]
        if value is not None:
            state[field.name] = _seal_field(field, value, _owner(field, record, event), place, path)
    for nested in shape.nested:
        if state[nested.name] is None:
            continue
        sealed = [
            seal(nested.shape, item, event, place, f"{path}{nested.name}.{index}")
            for index, item in _items(state[nested.name], nested.is_list)
        ]
        state[nested.name] = sealed if nested.is_list else sealed[0]
    return state


def sealed_in(shape: Shape, stored: Any) -> Iterator[Sealed]:
    """The sealed fields of a decoded record: whose keys are going to be needed."""
    for field in shape.personal:
        sealed = getattr(stored, field.name)
        if sealed is not None:
            yield sealed
    for nested in shape.nested:
        for _, item in _items(getattr(stored, nested.name), nested.is_list):
            yield from sealed_in(nested.shape, item)


def unseal(shape: Shape, stored: Any, place: Place, path: str = "") -> dict[str, Any]:
    """The record's fields with the personal ones readable, or `ERASED` where the key is gone.

    Raises `eventstore.personal.Altered`, or `msgspec.ValidationError` (whose text may hold data).
    """
    state = {name: getattr(stored, name) for name in shape.names}
    for field in shape.personal:
        sealed = state[field.name]
        if sealed is not None:
            state[field.name] = _unseal_field(field, sealed, place, path)
    for nested in shape.nested:
        if state[nested.name] is None:
            continue
        records = [
            nested.shape.record(**unseal(nested.shape, item, place, f"{path}{nested.name}.{index}"))
            for index, item in _items(state[nested.name], nested.is_list)
        ]
        state[nested.name] = records if nested.is_list else records[0]
    return state


def _items(value: Any, is_list: bool) -> Iterator[tuple[str, Any]]:
    """Each record with its part of the path: `0.`, `1.` … in a list, nothing otherwise."""
    if is_list:
        for index, item in enumerate(value or ()):
            yield f"{index}.", item
    elif value is not None:
        yield "", value


def _owner(field: PersonalField, record: Any, event: Any) -> UUID:
    owner = getattr(record if field.owner_is_beside else event, field.owner_attribute)
    if not isinstance(owner, UUID):
        raise TypeError(f"{field.name} is personal, but {field.owner_attribute} names nobody")
    return owner


def _seal_field(field: PersonalField, value: Any, owner: UUID, place: Place, path: str) -> Sealed:
    if value is ERASED:
        raise ValueError(f"{field.name} was erased and cannot be written again")
    key = place.keys[owner]
    if key is None:
        raise KeyMissing(owner)
    where = context(place.stream, place.version, owner, place.topic, path + field.name)
    plaintext = _encode(value)
    try:
        field.decoder.decode(plaintext)
    except msgspec.ValidationError:
        raise TypeError(f"{field.name} is not of its type; it could never be read again") from None
    return Sealed(owner, *key.seal(where, plaintext))


def _unseal_field(field: PersonalField, sealed: Sealed, place: Place, path: str) -> Any:
    key = place.keys[sealed.owner]
    if key is None:
        return ERASED
    written_at = sealed.path if place.upcast else path + field.name
    where = context(place.stream, place.version, sealed.owner, place.topic, written_at)
    return field.decoder.decode(key.unseal(where, sealed.sealed))
