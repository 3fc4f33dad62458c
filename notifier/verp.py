"""The return path of each mail: an address of its own, so that what comes back says itself what it was.

`bounces@ebox.example` becomes `bounces+<notification id>.<code>@ebox.example` (variable envelope return
path). A report of a failure can cost an owner their address, and anybody can write one. So the address
carries a code: HMAC-SHA256 of the notification's id, its first 80 bits in base32, lower case, since some
servers change the case. Whoever never saw our mail cannot make one.

The key is derived from the identifier key: that one exists once for the whole installation, so that the code
is checked before anything is looked up for a stranger.
"""

from __future__ import annotations

import hashlib
import hmac
import re
from base64 import b32encode
from collections.abc import Sequence
from email.headerregistry import Address
from typing import Final
from uuid import UUID

from eventstore.personal import derive
from notifier.errors import UnusableAddress

LONGEST_LOCAL_PART: Final = 64
"""RFC 5321 §4.5.3.1.1."""
_CODE_BYTES = 10
_CODE_LETTERS = 16
_ID_LETTERS = 32
_TAG = re.compile(rf"([0-9a-f]{{{_ID_LETTERS}}})\.([a-z2-7]{{{_CODE_LETTERS}}})", re.ASCII)


class ReturnPath:
    """Makes such addresses and reads them. `secrets`: the current key first, then the ones it replaced."""

    def __init__(self, address: Address, secrets: Sequence[bytes]) -> None:
        longest = LONGEST_LOCAL_PART - len("+.") - _ID_LETTERS - _CODE_LETTERS
        if len(address.username) > longest or "+" in address.username:
            raise UnusableAddress(f"at most {longest} characters before the @, and no +")
        self._local = address.username
        self._domain = address.domain
        self._keys = [derive(secret, "ebox/1/return-path") for secret in secrets]

    def of(self, notification_id: UUID) -> str:
        """The envelope sender of this notification's mail."""
        code = _code(self._keys[0], notification_id)
        return f"{self._local}+{notification_id.hex}.{code}@{self._domain}"

    def notification_of(self, recipient: str) -> UUID | None:
        """The notification whose return path this is; None where we never made it."""
        local, _, domain = recipient.lower().rpartition("@")
        name, _, tag = local.partition("+")
        match = _TAG.fullmatch(tag)
        if match is None or (name, domain) != (self._local.lower(), self._domain.lower()):
            return None
        notification_id = UUID(match[1])
        # All of them, whichever fits: how long it takes tells nothing.
        fits = [hmac.compare_digest(_code(key, notification_id), match[2]) for key in self._keys]
        return notification_id if any(fits) else None


def _code(key: bytes, notification_id: UUID) -> str:
    digest = hmac.digest(key, notification_id.bytes, hashlib.sha256)
    return b32encode(digest[:_CODE_BYTES]).decode("ascii").lower()
