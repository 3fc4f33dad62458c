"""What the register says of recipients, in the words of whoever asked to publish to them."""

from __future__ import annotations

from domain.draft import ROOT
from domain.errors import Issue
from domain.identifiers import Identifier, IdentifierScheme
from domain.reference import MessageType
from domain.register import Ceased, Deceased, Exists, Finding, ReplacedBy, Unknown


def refused_recipient(
    finding: Finding, recipient: Identifier, message_type: MessageType, where: str = f"{ROOT}.recipient"
) -> Issue | None:
    """Why nothing is published to this recipient, about the input called `where`; None where nothing speaks
    against it.

    The new number of somebody who has one is told to the sender, who knew the old one, and to nobody else.
    """
    if isinstance(finding, Exists) or (isinstance(finding, Deceased) and message_type.accepts_deceased):
        return None
    field = f"{where}.{recipient.scheme}"
    if isinstance(finding, ReplacedBy):
        return _replaced(field, recipient, finding.number)
    return _not_there(field, finding)


def _replaced(field: str, recipient: Identifier, number: str) -> Issue:
    if recipient.scheme is IdentifierScheme.SSIN:
        return Issue(field, "replacedSsin", f"the person has another number now: {number}")
    return Issue(field, "replacedEnterpriseNumber", f"it has another number now: {number}")


def _not_there(field: str, finding: Unknown | Deceased | Ceased) -> Issue:
    if isinstance(finding, Deceased):
        detail = "the person died, and messages of this type do not go to the deceased"
        return Issue(field, "referencedResourceNotFound", detail)
    if isinstance(finding, Ceased):
        return Issue(field, "referencedResourceNotFound", "the enterprise has ceased")
    return Issue(field, "referencedResourceNotFound", "the register does not have this number")
