"""The return path of each mail: an address of its own, so that what comes back says itself what it was.

`bounces@ebox.example` becomes `bounces+<tag>@ebox.example` (variable envelope return path). The tag is, in
base32 and lower case, since some servers change the case: the notification's id, 16 octets; the version of
the event that entered the mail's address, 4 octets; a code, 10 octets. A report of a failure can cost an
owner their address, and anybody can write one. The code is what only we can make: the first 80 bits of
HMAC-SHA256 of all that is before it. Whoever never saw our mail cannot make one.

The key is derived from the identifier key: that one exists once for the whole installation, so that the code
is checked before anything is looked up for a stranger.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import struct
from base64 import b32decode, b32encode
from collections.abc import Sequence
from dataclasses import dataclass
from email.headerregistry import Address
from typing import Final
from uuid import UUID

from eventstore.personal import derive
from notifier.errors import UnusableAddress

LONGEST_LOCAL_PART: Final = 64
"""RFC 5321 §4.5.3.1.1."""
_CODE_BYTES = 10
_SAID = struct.Struct(">16sI")
_TAG_LETTERS = (_SAID.size + _CODE_BYTES) * 8 // 5  # a whole number: no padding
_TAG = re.compile(rf"[a-z2-7]{{{_TAG_LETTERS}}}", re.ASCII)


@dataclass(frozen=True, slots=True)
class SentMail:
    """Which notification it told, and which event of the mailbox's stream had entered its address."""

    notification_id: UUID
    entered_version: int


class ReturnPath:
    """Makes such addresses and reads them. `secrets`: the current key first, then the ones it replaced."""

    def __init__(self, address: Address, secrets: Sequence[bytes]) -> None:
        longest = LONGEST_LOCAL_PART - len("+") - _TAG_LETTERS
        if len(address.username) > longest or "+" in address.username:
            raise UnusableAddress(f"at most {longest} characters before the @, and no +")
        self._local = address.username
        self._domain = address.domain
        self._keys = [derive(secret, "ebox/1/return-path") for secret in secrets]

    def of(self, notification_id: UUID, entered_version: int) -> str:
        """The envelope sender of this notification's mail to the address that this event entered."""
        said = _SAID.pack(notification_id.bytes, entered_version)
        tag = b32encode(said + _code(self._keys[0], said)).decode("ascii").lower()
        return f"{self._local}+{tag}@{self._domain}"

    def mail_of(self, recipient: str) -> SentMail | None:
        """The mail whose return path this is; None where we never made it."""
        local, _, domain = recipient.lower().rpartition("@")
        name, _, tag = local.partition("+")
        if _TAG.fullmatch(tag) is None or (name, domain) != (self._local.lower(), self._domain.lower()):
            return None
        read = b32decode(tag.upper())
        said, code = read[: _SAID.size], read[_SAID.size :]
        # All of them, whichever fits: how long it takes tells nothing.
        fits = [hmac.compare_digest(_code(key, said), code) for key in self._keys]
        if not any(fits):
            return None
        notification_id, entered_version = _SAID.unpack(said)
        return SentMail(UUID(bytes=notification_id), entered_version)


def _code(key: bytes, said: bytes) -> bytes:
    return hmac.digest(key, said, hashlib.sha256)[:_CODE_BYTES]
