"""Who is told, and where: the owner of an activated mailbox, at an address that they proved to be theirs.

The answer comes from the mailbox's own stream, not from the profile read model: the filler and the sender
then depend on no other role having caught up, there is nothing to wait for, and an address that was verified,
rejected or erased a moment ago counts at once. The price is one short stream for each decision.
"""

from __future__ import annotations

from domain.events.notification import NotificationKind
from domain.mailbox import Mailbox
from domain.message import Message
from domain.personal import readable

_NUDGES = frozenset({NotificationKind.REMINDER, NotificationKind.EXPIRY_WARNING})


def notified_address(mailbox: Mailbox | None) -> str | None:
    """Where a notification to this mailbox's owner may go now; None where nobody is to be told.

    Nobody is told where there is no mailbox, it is not activated, no address is verified, or the address was
    erased. No notification waits for that to change: whoever activates a mailbox sees there what it holds.
    """
    if mailbox is None or mailbox.activated_at is None or not mailbox.is_verified:
        return None
    return entered_address(mailbox)


def entered_address(mailbox: Mailbox) -> str | None:
    """The address that its owner gave, verified or not; None where there is none, or they were erased.

    Between the event of an erasure and the destruction of the key it could still be read.
    """
    return None if mailbox.is_erased else readable(mailbox.address)


def entered_in(mailbox: Mailbox) -> int:
    """The version, in the mailbox's stream, of the event that entered its address; there must be one."""
    if mailbox.entered_version is None:
        raise ValueError("no address was ever entered")
    return mailbox.entered_version


def is_wanted(mailbox: Mailbox, kind: NotificationKind) -> bool:
    """Whether the owner wants to be told such a thing. Who wants no reminders wants no warnings either."""
    return mailbox.reminders or kind not in _NUDGES


def why_not(message: Message, kind: NotificationKind) -> str | None:
    """Why its owner need not be told such a thing of the message, in a word; None where there is no reason.

    Whoever hid a message has seen that it is there. That one was recalled is told of whatever was in sight.
    """
    if kind is NotificationKind.RECALL:
        return None if message.is_readable else "never_seen"
    if message.opened_at is not None:
        return "opened"
    if message.is_hidden:
        return "hidden"
    if message.is_withdrawn or message.is_recalled:
        return "withdrawn" if message.is_withdrawn else "recalled"
    return None if message.is_readable else "expired"
