"""Whose mailbox a site wants to open: `authorization_details` of type `ebox_mailbox` (RFC 9396).

    {"type": "ebox_mailbox", "eboxType": "citizen" or "enterprise"}

Without `eboxType` the person chooses, at the login; without any details it is the person's own mailbox. The
answer and the token say what it came to, an enterprise's with `mailbox`, its random id. No number of anybody
stands in an address.
"""

from __future__ import annotations

from enum import StrEnum
from typing import Any, Final
from uuid import UUID

from identity.authorization_details import details_in, one_detail
from identity.errors import InvalidAuthorizationDetails

MAILBOX_TYPE: Final = "ebox_mailbox"
_FIELDS: Final = {"type", "eboxType"}


class Wish(StrEnum):
    """The mailboxes that the person is offered."""

    CITIZEN = "citizen"
    ENTERPRISE = "enterprise"
    ANY = "any"

    @property
    def is_for_own(self) -> bool:
        """Whether the person's own mailbox is among them."""
        return self is not Wish.ENTERPRISE

    @property
    def is_for_enterprises(self) -> bool:
        """Whether those of enterprises are among them."""
        return self is not Wish.CITIZEN


def parse_wish(text: str | None) -> Wish | None:
    """What the parameter's JSON text asks for, None without one. Raises `InvalidAuthorizationDetails`."""
    if text is None:
        return None
    detail = one_detail(details_in(text), MAILBOX_TYPE, _FIELDS)
    if "eboxType" not in detail:
        return Wish.ANY
    for wish in (Wish.CITIZEN, Wish.ENTERPRISE):
        if detail["eboxType"] == wish.value:
            return wish
    raise InvalidAuthorizationDetails("eboxType must be citizen or enterprise")


def granted(mailbox_id: UUID | None) -> list[dict[str, Any]]:
    """What the login came to, as the token and its answer tell it; None stands for the person's own."""
    if mailbox_id is None:
        return [{"type": MAILBOX_TYPE, "eboxType": Wish.CITIZEN.value}]
    return [{"type": MAILBOX_TYPE, "eboxType": Wish.ENTERPRISE.value, "mailbox": str(mailbox_id)}]


def mailbox_in(details: object) -> UUID:
    """The enterprise's mailbox that a token is for. Raises `InvalidAuthorizationDetails`, `ValueError`."""
    detail = one_detail(details, MAILBOX_TYPE, {*_FIELDS, "mailbox"})
    return UUID(str(detail.get("mailbox")))
