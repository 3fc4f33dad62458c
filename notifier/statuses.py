"""Enhanced mail system status codes (RFC 3463), and which of them say that an address is dead."""

from __future__ import annotations

import re
from typing import Final

DEAD: Final = frozenset(
    {
        "5.1.1",  # no such mailbox
        "5.1.2",  # no such domain, or one that takes no mail
        "5.1.3",  # no address at all, as the other side reads it
        "5.1.6",  # the mailbox has moved, and nobody says where to
        "5.1.10",  # RFC 7505: the domain says itself that it takes no mail; Exchange: no such recipient
        "5.2.1",  # the mailbox is closed
    }
)
"""Only what names the address as the reason, and only in so many words.

Not among them: a full mailbox (5.2.2) empties; policy (5.7.x), routing (5.4.x), size and content speak of
this mail, or of us; 5.1.7 and 5.1.8 blame the sender's address; 5.1.0 and 5.0.0 say nothing. A relay set up
wrongly answers those to everybody, and must not cost everybody their address.
"""

_STATUS = re.compile(r"([245]\.\d{1,3}\.\d{1,3})(?![.\d])", re.ASCII)


def status_at_start(text: str) -> str | None:
    """The enhanced code that a relay's answer or a report's field begins with; None without one."""
    match = _STATUS.match(text.lstrip())
    return match[1] if match else None
