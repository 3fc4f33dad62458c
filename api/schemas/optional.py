"""What may be left out of an answer."""

from __future__ import annotations

from typing import TypeVar

from msgspec import UNSET, UnsetType

T = TypeVar("T")


def if_any(value: T | None) -> T | UnsetType:
    """The value; None is left out."""
    return UNSET if value is None else value
