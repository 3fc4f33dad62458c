"""Object keys: opaque, safe as a path and in a URL, and spread over 256 prefixes."""

from __future__ import annotations

import re
from uuid import uuid4

_KEY = re.compile(r"[a-z0-9-]+(?:/[a-z0-9-]+)*")
_LONGEST = 200
_RANDOM = r"[0-9a-f]{2}/[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_MADE_HERE = re.compile(_RANDOM)
_NAMED = re.compile(rf'"({_RANDOM})"'.encode())


def new_object_key() -> str:
    """A random key that says nothing about what lies under it."""
    identifier = str(uuid4())
    return f"{identifier[:2]}/{identifier}"


def require_object_key(key: str) -> None:
    """Raise ValueError for anything that could name something else than an object of ours."""
    if len(key) > _LONGEST or _KEY.fullmatch(key) is None:
        raise ValueError("not an object key")


def is_made_here(key: str) -> bool:
    """Whether `new_object_key` may have made it: whatever else lies in the store is not ours."""
    return _MADE_HERE.fullmatch(key) is not None


def object_keys_in(json: bytes) -> list[str]:
    """Every object key that stands as a text in this JSON, in whichever field."""
    return [key.decode() for key in _NAMED.findall(json)]
