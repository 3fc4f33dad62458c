"""Object keys: opaque, safe as a path and in a URL, and spread over 256 prefixes."""

from __future__ import annotations

import re
from uuid import uuid4

_KEY = re.compile(r"[a-z0-9-]+(?:/[a-z0-9-]+)*")
_LONGEST = 200


def new_object_key() -> str:
    """A random key that says nothing about what lies under it."""
    identifier = str(uuid4())
    return f"{identifier[:2]}/{identifier}"


def require_object_key(key: str) -> None:
    """Raise ValueError for anything that could name something else than an object of ours."""
    if len(key) > _LONGEST or _KEY.fullmatch(key) is None:
        raise ValueError("not an object key")
