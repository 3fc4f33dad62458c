"""Whose mailbox is meant, as partners say it: by kind and number, always in a body."""

from __future__ import annotations

from api.schemas.message_to_publish import Recipient
from domain.errors import InvalidInput, Issue
from domain.identifiers import Identifier, IdentifierInvalid, IdentifierScheme, parse_identifier

_SCHEMES = {"citizen": IdentifierScheme.SSIN, "enterprise": IdentifierScheme.ENTERPRISE}


def identifier_of(recipient: Recipient, field: str) -> Identifier:
    """The number. Raises `InvalidInput`, which names the part of `field` that is wrong."""
    scheme = _SCHEMES[recipient.ebox_type]
    numbers = {
        IdentifierScheme.SSIN: recipient.ssin,
        IdentifierScheme.ENTERPRISE: recipient.enterprise_number,
    }
    number = numbers.pop(scheme)
    for other, given in numbers.items():
        if given is not None:
            detail = f"a mailbox of type {recipient.ebox_type} is not found by this number"
            raise InvalidInput(Issue(f"{field}.{other}", "unknownInput", detail))
    if number is None:
        raise InvalidInput(Issue(f"{field}.{scheme}", "required", "must be given"))
    try:
        return parse_identifier(scheme, number)
    except IdentifierInvalid as error:
        raise InvalidInput(Issue(f"{field}.{scheme}", "invalidIdentifier", str(error))) from None
