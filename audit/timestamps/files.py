"""Where timestamps lie among the log's files, and which there are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final

from audit.tlog.encoding import parse_decimal

PREFIX: Final = "timestamps/"
INDEX: Final = "timestamps/index"


def timestamp_path(size: int) -> str:
    """Where the timestamp of the tree of this size lies."""
    return f"{PREFIX}{size}"


def index_of(paths: list[str]) -> bytes:
    """The index over the files that are there."""
    names = [path.removeprefix(PREFIX) for path in paths]
    sizes = sorted(int(name) for name in names if name.isascii() and name.isdecimal())
    return "".join(f"{size}\n" for size in sizes).encode()


def sizes_in(read: Callable[[str], bytes | None]) -> list[int]:
    """The sizes of trees that were stamped, by the index. Raises ValueError where it is none."""
    lines = (read(INDEX) or b"").decode("ascii").split("\n")
    if lines.pop():
        raise ValueError("the last line has no end")
    return [parse_decimal(line) for line in lines]
