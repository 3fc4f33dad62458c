"""The audit log's signer keys: a file with one key a line, the current one first, all of one name.

Changing them changes the file and puts the change on record; the role learns of it at its next start. Should
the two not go together, the role itself records at its start what signs from then on.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from pathlib import Path
from urllib.parse import urlsplit
from uuid import uuid4

from audit.tlog.keys import KeyMalformed
from audit.tlog.notes import SignerKey


def origin_of(url: str) -> str:
    """The name of the audit log behind this public URL: where it is served, as C2SP `tlog-tiles` wants it."""
    return f"{urlsplit(url).netloc}/audit"


def parse_keys(text: str) -> list[SignerKey]:
    """The keys of such a file. Raises `KeyMalformed`."""
    keys = [SignerKey.parse(line.strip()) for line in text.splitlines() if line.strip()]
    if not keys:
        raise KeyMalformed("there is no key")
    if len({key.name for key in keys}) > 1:
        raise KeyMalformed("the keys have more than one name, and sign one log")
    if len({key.public for key in keys}) < len(keys):
        raise KeyMalformed("a key stands there twice")
    return keys


def write_keys(path: Path, keys: Sequence[SignerKey], *, is_new: bool) -> None:
    """Write such a file for its user's eyes only, synced. Raises OSError; `is_new`: or there is one."""
    if is_new and path.exists():
        raise FileExistsError(17, "File exists")
    temporary = path.with_name(f".{path.name}.{uuid4()}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write("".join(f"{key.text}\n" for key in keys))
            file.flush()
            os.fsync(file.fileno())
        if is_new:
            os.link(temporary, path)  # unlike a rename it never replaces what somebody put there meanwhile
        else:
            temporary.replace(path)
    finally:
        temporary.unlink(missing_ok=True)
    folder = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(folder)
    finally:
        os.close(folder)
