"""Which fields of an event are personal, read once from the annotations of its class, and how the event lies
in JSON.

A *shape* knows one dataclass (an event, or a record inside one): its personal fields, the records inside it
that have personal fields of their own, and the `msgspec` structure that the stored JSON is decoded into.
Whatever else there is goes to and from JSON as it is. A personal field at a place where nothing would seal
it (in a dict, in a tuple, in one of several alternatives) is refused when the class is first met, so that
nothing personal is ever written readable.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from types import UnionType
from typing import Annotated, Any, Literal, Union, get_args, get_origin, get_type_hints
from uuid import UUID

import msgspec

from domain.personal import Erasure, OwnedBy


class Sealed(msgspec.Struct, gc=False, omit_defaults=True):
    """A personal field as it is stored; see `eventstore.personal`.

    `path` is never stored, and never believed when it is: an upcast sets it to the place a field was written
    at.
    """

    owner: UUID
    sealed: bytes
    commitment: bytes
    path: str = ""


@dataclass(frozen=True, slots=True)
class PersonalField:
    """One personal field: its name, the field that names its owner, and how its plaintext is decoded."""

    name: str
    owner_attribute: str
    owner_is_beside: bool
    decoder: msgspec.json.Decoder[Any]


@dataclass(frozen=True, slots=True)
class NestedField:
    """A field with one record, or a list of records, that have personal fields."""

    name: str
    shape: Shape
    is_list: bool


@dataclass(frozen=True, slots=True)
class Shape:
    """How one dataclass is stored."""

    record: type[Any]
    names: tuple[str, ...]
    personal: tuple[PersonalField, ...]
    nested: tuple[NestedField, ...]
    wire: type[msgspec.Struct]

    @property
    def is_plain(self) -> bool:
        """Whether nothing in it is personal."""
        return not self.personal and not self.nested


@cache
def shape_of(record: type[Any], without: frozenset[str] = frozenset()) -> Shape:
    """The shape of this dataclass; `without` are fields that are stored elsewhere. `TypeError` if it cannot
    be safe.
    """
    hints = get_type_hints(record, include_extras=True)
    fields = [field for field in dataclasses.fields(record) if field.name not in without]
    names = {field.name for field in dataclasses.fields(record)}
    personal: list[PersonalField] = []
    nested: list[NestedField] = []
    wire: list[Any] = []
    for field in fields:
        hint = hints[field.name]
        owned = _owned_by(hint)
        inner = None if owned else _nested(field.name, hint)
        if owned:
            value = _value_type(hint)
            beside = owned.attribute in names
            personal.append(PersonalField(field.name, owned.attribute, beside, msgspec.json.Decoder(value)))
            stored: Any = Sealed | None
        elif inner:
            nested.append(inner)
            stored = list[inner.shape.wire] if inner.is_list else inner.shape.wire  # type: ignore[name-defined]
            stored = Union[stored, None] if _is_optional(hint) else stored  # noqa: UP007 - built at run time
        else:
            stored = _with_time_zone(hint)
        wire.append(_with_default(field, stored))
    structure = msgspec.defstruct(f"Stored{record.__name__}", wire, kw_only=True)
    ordered = tuple(field.name for field in fields)
    return Shape(record, ordered, tuple(personal), tuple(nested), structure)


def _with_default(field: dataclasses.Field[Any], stored: Any) -> tuple[Any, ...]:
    if field.default is not dataclasses.MISSING:
        return (field.name, stored, field.default)
    if field.default_factory is not dataclasses.MISSING:
        return (field.name, stored, msgspec.field(default_factory=field.default_factory))
    return (field.name, stored)


def _with_time_zone(hint: Any) -> Any:
    """A time without a zone is not a moment: it is refused when written and when read."""
    kept = [
        Annotated[datetime, msgspec.Meta(tz=True)] if arg is datetime else arg for arg in _alternatives(hint)
    ]
    return Union[tuple(kept)]  # noqa: UP007 - built at run time


def _owned_by(hint: Any) -> OwnedBy | None:
    if get_origin(hint) is not Annotated:
        return None
    return next((mark for mark in hint.__metadata__ if isinstance(mark, OwnedBy)), None)


def _value_type(hint: Any) -> Any:
    """`str` from `Personal[str]`: without the erased value and without None."""
    union = hint.__origin__
    kept = [arg for arg in _alternatives(union) if arg is not type(None) and not _is_erased(arg)]
    return Union[tuple(kept)]  # noqa: UP007 - built at run time


def _is_erased(hint: Any) -> bool:
    return hint is Erasure or (get_origin(hint) is Literal and set(get_args(hint)) <= set(Erasure))


def _alternatives(hint: Any) -> tuple[Any, ...]:
    return get_args(hint) if get_origin(hint) in (Union, UnionType) else (hint,)


def _is_optional(hint: Any) -> bool:
    return type(None) in _alternatives(hint)


def _nested(name: str, hint: Any) -> NestedField | None:
    """The record with personal fields that the hint allows, or None; `TypeError` where it could not be
    sealed.
    """
    if not _holds_personal(hint):
        return None
    kept = [arg for arg in _alternatives(hint) if arg is not type(None)]
    if len(kept) == 1 and dataclasses.is_dataclass(kept[0]):
        return NestedField(name, shape_of(kept[0]), is_list=False)  # type: ignore[arg-type]
    if len(kept) == 1 and get_origin(kept[0]) is list and dataclasses.is_dataclass(get_args(kept[0])[0]):
        return NestedField(name, shape_of(get_args(kept[0])[0]), is_list=True)
    raise TypeError(f"{name}: a personal field may lie in a record or a list of records, nowhere else")


def _holds_personal(hint: Any) -> bool:
    if _owned_by(hint):
        return True
    if dataclasses.is_dataclass(hint) and isinstance(hint, type):
        inside = get_type_hints(hint, include_extras=True)
        return any(_holds_personal(inside[field.name]) for field in dataclasses.fields(hint))
    return any(_holds_personal(arg) for arg in get_args(hint))
