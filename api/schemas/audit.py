"""What auditors ask and get."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Literal

from msgspec import UNSET

from api.schemas import answers
from api.schemas.texts import StrictModel
from application.auditing import HistoryPage
from domain.errors import InvalidInput, Issue
from domain.identifiers import Identifier, IdentifierInvalid, IdentifierScheme, parse_identifier
from projections.access_history import HistoryRow

_EBOX_TYPES: Final = {IdentifierScheme.SSIN: "citizen", IdentifierScheme.ENTERPRISE: "enterprise"}


class MailboxSearch(StrictModel):
    """Whose mailbox: one national or bis number, or one enterprise number, as a publication's recipient."""

    ebox_type: Literal["citizen", "enterprise"] | None = None
    ssin: str | None = None
    enterprise_number: str | None = None

    def identifier(self) -> Identifier:
        """The number; `InvalidInput` where it is none, or where there is not exactly one."""
        given = {
            scheme: number
            for scheme, number in (
                (IdentifierScheme.SSIN, self.ssin),
                (IdentifierScheme.ENTERPRISE, self.enterprise_number),
            )
            if number is not None
        }
        if len(given) != 1:
            raise InvalidInput(Issue("ssin", "required", "give either ssin or enterpriseNumber"))
        ((scheme, number),) = given.items()
        if self.ebox_type is not None and self.ebox_type != _EBOX_TYPES[scheme]:
            raise InvalidInput(Issue("eboxType", "invalidInput", f"is not found by {scheme}"))
        try:
            return parse_identifier(scheme, number)
        except IdentifierInvalid as error:
            raise InvalidInput(Issue(scheme.value, "invalidIdentifier", str(error))) from None


def history_answer(page: HistoryPage, cursor: Callable[[int], str]) -> answers.History:
    """A page of the access history."""
    return answers.History(
        items=[_line(entry) for entry in page.rows],
        next_cursor=UNSET if page.next_position is None else cursor(page.next_position),
    )


def _line(entry: HistoryRow) -> answers.HistoryLine:
    return answers.HistoryLine(
        position=entry.position,
        event_id=entry.event_id,
        at=entry.at,
        kind=entry.kind,
        mailbox_id=entry.mailbox_id,
        message_id=entry.message_id,
        attachment_id=entry.attachment_id,
        access_id=entry.access_id,
        what=entry.what,
        actor=_actor(entry),
        site=entry.site,
        sender_organization_id=entry.sender_organisation,
        digital_key=entry.digital_key,
        assurance_level=entry.assurance_level,
        basis=_basis(entry),
        detail=entry.detail,
    )


def _actor(entry: HistoryRow) -> answers.ActorAnswer | None:
    if entry.actor_party is None:
        return None
    return answers.ActorAnswer(
        party_id=entry.actor_party,
        kind=entry.actor_kind,
        identity=UNSET if entry.actor is None else entry.actor,
        is_erased=entry.is_actor_erased,
    )


def _basis(entry: HistoryRow) -> answers.BasisAnswer | None:
    if entry.basis_kind is None or entry.basis_id is None or entry.basis_version is None:
        return None
    return answers.BasisAnswer(kind=entry.basis_kind, id=entry.basis_id, version=entry.basis_version)
