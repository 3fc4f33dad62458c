"""Given what happened to a mailbox, who is told where."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from uuid import uuid4

import pytest

from domain.events.mailbox import CreatedBecause
from domain.identifiers import Ssin
from domain.mailbox import Mailbox
from domain.personal import ERASED
from notifier.policy import notified_address

AT = datetime(2026, 3, 1, 9, 30, tzinfo=UTC)
AN = "an@example.test"
OTHER = "an.peeters@example.test"

Step = Callable[[Mailbox], None]


def activated(mailbox: Mailbox) -> None:
    mailbox.activate("2026-1", AT)


def entered(address: str) -> Step:
    return lambda mailbox: mailbox.enter_email(address, AT)


def verified(mailbox: Mailbox) -> None:
    mailbox.verify_email(AT)


def rejected(mailbox: Mailbox) -> None:
    mailbox.reject_email("bounced", AT)


def erased(mailbox: Mailbox) -> None:
    mailbox.address = ERASED  # what the address's event reads as once the party's key is gone


def being_erased(mailbox: Mailbox) -> None:
    mailbox.erase_owner("asked for", AT)


@pytest.mark.parametrize(
    ("steps", "address"),
    [
        ([], None),
        ([activated], None),
        ([activated, entered(AN)], None),
        ([activated, entered(AN), verified], AN),
        ([activated, entered(AN), verified, entered(OTHER)], None),
        ([activated, entered(AN), verified, entered(OTHER), verified], OTHER),
        ([activated, entered(AN), verified, rejected], None),
        ([activated, entered(AN), verified, rejected, entered(OTHER), verified], OTHER),
        ([activated, entered(AN), verified, erased], None),
        ([activated, entered(AN), verified, being_erased], None),
    ],
    ids=[
        "published to, never activated",
        "activated, no address",
        "address not verified",
        "verified",
        "new address not verified yet",
        "new address verified",
        "rejected",
        "rejected, then another one verified",
        "erased",
        "being erased",
    ],
)
def test_only_the_owner_of_an_activated_mailbox_is_told_and_only_at_a_verified_address(
    steps: list[Step], address: str | None
) -> None:
    mailbox = Mailbox.create(uuid4(), uuid4(), Ssin("81050103522"), CreatedBecause.PUBLISHED_TO, AT)
    for step in steps:
        step(mailbox)

    assert notified_address(mailbox) == address


def test_nobody_is_told_where_there_is_no_mailbox() -> None:
    assert notified_address(None) is None
