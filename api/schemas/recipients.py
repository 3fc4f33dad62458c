"""Whose mailbox is meant, as partners say it: by kind and number, always in a body."""

from __future__ import annotations

from api.schemas.message_to_publish import Recipient
from domain.errors import InvalidInput, Issue
from domain.identifiers import Identifier, IdentifierInvalid, IdentifierScheme, parse_identifier

_SCHEMES = {"citizen": IdentifierScheme.SSIN, "enterprise": IdentifierScheme.ENTERPRISE}


def identifier_of(recipient: Recipient, field: str) -> Identifier:
    """The number. Raises `InvalidInput`, which names each part of `field` that is wrong."""
    scheme = _SCHEMES[recipient.ebox_type]
    numbers = {
        IdentifierScheme.SSIN: recipient.ssin,
        IdentifierScheme.ENTERPRISE: recipient.enterprise_number,
    }
    number = numbers.pop(scheme)
    detail = f"a mailbox of type {recipient.ebox_type} is not found by this number"
    given = [other for other, one in numbers.items() if one is not None]
    issues = [Issue(f"{field}.{other}", "unknownInput", detail) for other in given]
    if number is None:
        raise InvalidInput(*issues, Issue(f"{field}.{scheme}", "required", "must be given"))
    try:
        identifier = parse_identifier(scheme, number)
    except IdentifierInvalid as error:
        issues.append(Issue(f"{field}.{scheme}", "invalidIdentifier", str(error)))
    if issues:
        raise InvalidInput(*issues)
    return identifier
