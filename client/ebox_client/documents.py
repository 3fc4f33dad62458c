"""Files as they are sent: opened for each attempt, and read bit by bit."""

from __future__ import annotations

import hashlib
import mimetypes
from base64 import urlsafe_b64encode
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO


@dataclass(frozen=True, slots=True)
class File:
    """A file to send. `name` is what recipients see, the path's last part by default; `media_type` is
    otherwise guessed from it.
    """

    path: Path = field(repr=False)
    name: str | None = field(default=None, repr=False)
    media_type: str | None = None

    def part(self, stack: ExitStack) -> tuple[str, IO[bytes], str]:
        """The file as httpx takes it: open, until the stack is closed. Raises `OSError`."""
        name = self.name or self.path.name
        guessed = mimetypes.guess_type(name)[0] or "application/octet-stream"
        return name, stack.enter_context(self.path.open("rb")), self.media_type or guessed


def sha256_of(path: Path) -> str:
    """The file's SHA-256 as `digestValue` has it: base64url without padding (RFC 4648 §5)."""
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").digest()
    return urlsafe_b64encode(digest).rstrip(b"=").decode()
