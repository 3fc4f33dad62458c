"""Who is told, and where: the owner of an activated mailbox, at an address that they proved to be theirs.

The answer comes from the mailbox's own stream, not from the profile read model: the filler and the sender
then depend on no other role having caught up, there is nothing to wait for, and an address that was verified,
rejected or erased a moment ago counts at once. The price is one short stream for each decision.
"""

from __future__ import annotations

from domain.mailbox import Mailbox
from domain.personal import readable


def notified_address(mailbox: Mailbox | None) -> str | None:
    """Where a notification to this mailbox's owner may go now; None where nobody is to be told.

    Nobody is told where there is no mailbox, it is not activated, no address is verified, or the address was
    erased. No notification waits for that to change: whoever activates a mailbox sees there what it holds.
    """
    if mailbox is None or mailbox.activated_at is None or not mailbox.is_verified:
        return None
    return readable(mailbox.address)
