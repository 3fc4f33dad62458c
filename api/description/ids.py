"""The ids, numbers and moments of every example: the demo's, and otherwise nobody's."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Final
from uuid import UUID

MAILBOX: Final = UUID("01970a3c-2b10-7c4e-8f21-5d0b6a9e3c11")
PARTY: Final = UUID("01970a3c-2b10-7c4e-8f21-5d0b6a9e3c12")
MESSAGE: Final = UUID("01983f5e-7d42-7a10-9b3c-4e8f1a2b5c61")
ATTACHMENT: Final = UUID("01983f5e-7d42-7a10-9b3c-4e8f1a2b5c62")
ACCESS: Final = UUID("01984a77-1c05-7e33-a4d9-6b2f8e0c7d13")
DOCUMENT: Final = UUID("01983f11-90aa-7b6d-8c55-3f7e2d1a4b90")
REQUEST: Final = UUID("01984a77-1c04-7f02-bb61-9a3d5c7e8f24")
REPLY: Final = UUID("01984c02-5be1-7d19-8e7a-0c4b6f2d9a35")
SCOPE: Final = UUID("01981e20-44b7-7a51-8d3e-2f6c9b1a7e46")

CITIZEN: Final = "81050103522"
MINOR: Final = "19082416188"
ENTERPRISE: Final = "0884303369"
PARTNER: Final = "0206731645"
SITE: Final = "demo-site"
APPLICATION: Final = "demo.pensions"
MESSAGE_TYPE: Final = "PENSION_STATEMENT"

PUBLISHED_AT: Final = datetime(2027, 2, 1, 9, 30, tzinfo=UTC)
READ_AT: Final = datetime(2027, 2, 2, 18, 4, 11, tzinfo=UTC)
EXPIRES_AT: Final = datetime(2037, 2, 1, 22, 59, 59, tzinfo=UTC)
DUE_AT: Final = datetime(2027, 3, 31, 21, 59, 59, tzinfo=UTC)
POSITION: Final = 4711
SHA256: Final = "47DEQpj8HBSa-_TImW-5JCeuQeRkm5NMpJWZG3hSuFU"
LEAF_HASH: Final = "47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU="
SUBJECT: Final = "m:4V9c2N0mC6l8JxF3s1bQkA"
"""A mailbox's pseudonym in the audit log."""
_SIGNATURE: Final = (
    "z2T1Q3k9nK1yB7mD0sV5cX8pL4rW6tJ2hG9fA3eU1iO7qS0vN5bM4xZ8yC6dR2wP1kH3jL9gT7fE0uI5oQ4aS8zX6cV="
)
CHECKPOINT: Final = f"ebox.example/audit\n4712\n{LEAF_HASH}\n\n\N{EM DASH} ebox.example/audit {_SIGNATURE}\n"
PROMISE: Final = (
    "eBox promise of ebox.example/audit\n"
    f"publication {MESSAGE} event {ACCESS} position {POSITION} accepted 2027-02-01T09:30:00.000000Z "
    "logged by 2027-02-02T09:30:00.000000Z\n\n"
    f"\N{EM DASH} ebox.example/audit/promises {_SIGNATURE}\n"
)
