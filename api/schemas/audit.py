"""What auditors ask and get."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Annotated, Any, Final, Literal, cast
from uuid import UUID

from msgspec import UNSET, Meta
from pydantic.alias_generators import to_camel

from api.schemas.answers import Absent, Answer
from api.schemas.texts import StrictModel
from application.auditing import HistoryPage
from audit.sequencer.rows import LeafRow
from domain.errors import InvalidInput, Issue
from domain.identifiers import Identifier, IdentifierInvalid, IdentifierScheme, parse_identifier
from projections.access_history import MODEL, HistoryRow

KINDS: Final = tuple(sorted(event.TOPIC for event in MODEL.handles))
"""What a line of the access history can be about: the topics of its events."""

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


class MailboxFound(Answer, kw_only=True):
    """The mailbox of the number that was asked for."""

    mailbox_id: UUID


class BasisAnswer(Answer, kw_only=True):
    """Why an access was allowed: which version of which registration, role, mandate, grant or scope."""

    kind: str
    id: UUID
    version: int


class ActorAnswer(Answer, kw_only=True):
    """Who acted. `identity` is left out once its owner has been erased."""

    party_id: UUID
    kind: str | None
    identity: str | Absent = UNSET
    is_erased: bool


class LeafAnswer(Answer, kw_only=True):
    """Where the audit log has an event."""

    index: Annotated[int, Meta(description="The number of its leaf, from 0.")]
    subject: Annotated[str, Meta(description="Whose chain it is in: the mailbox's pseudonym in the log.")]
    sequence: Annotated[int, Meta(description="Its place in that chain, from 1.")]


class HistoryLine(Answer, kw_only=True):
    """One event of the access history. What an event of its kind does not have is null."""

    position: Annotated[int, Meta(description="Its place in the event store.")]
    event_id: UUID
    at: datetime
    kind: Annotated[str, Meta(description="What happened.", extra_json_schema={"enum": list(KINDS)})]
    mailbox_id: Annotated[UUID | None, Meta(description="Whose mailbox; null where it is about several.")]
    message_id: UUID | None
    attachment_id: UUID | None
    access_id: Annotated[UUID | None, Meta(description="The access; of an opening, the one that opened.")]
    what: Annotated[str | None, Meta(description="What was read, or what an auditor did.")]
    actor: Annotated[ActorAnswer | None, Meta(description="Whoever acted; null for what eBox did itself.")]
    site: Annotated[str | None, Meta(description="The client id of the integrating site they came through.")]
    sender_organization_id: Annotated[
        str | None, Meta(description="The enterprise number of the message's sender.")
    ]
    digital_key: Annotated[str | None, Meta(description="How a person had proved who they are.")]
    assurance_level: Annotated[str | None, Meta(description="How strong that proof is.")]
    basis: Annotated[BasisAnswer | None, Meta(description="Why it was allowed.")]
    leaf: Annotated[LeafAnswer | None, Meta(description="Null while no checkpoint has it.")]
    detail: Annotated[
        dict[str, Any] | None,
        Meta(
            description="Of a publication: application, message type, number of attachments, whether the "
            "mailbox was activated. Of a mail: attempts, or why it failed. Of an auditor's look: case, "
            "purpose, what was asked for. Of the history's beginning: access records of `before` have left."
        ),
    ]


class History(Answer, kw_only=True):
    """A page of the access history, newest first. It grows while one reads, so that no total is counted."""

    items: list[HistoryLine]
    next_cursor: (
        Annotated[str, Meta(description="Continues after the last item; absent at the end.")] | Absent
    ) = UNSET


def history_answer(page: HistoryPage, cursor: Callable[[int], str], leaves: Mapping[int, LeafRow]) -> History:
    """A page of the access history; `leaves` by position."""
    return History(
        items=[history_line(entry, leaf_answer(leaves.get(entry.position))) for entry in page.rows],
        next_cursor=UNSET if page.next_position is None else cursor(page.next_position),
    )


def leaf_answer(leaf: LeafRow | None) -> LeafAnswer | None:
    """Where the log has it, if it does."""
    return LeafAnswer(index=leaf.index, subject=leaf.subject, sequence=leaf.sequence) if leaf else None


def history_line(entry: HistoryRow, leaf: LeafAnswer | None) -> HistoryLine:
    """A row of it."""
    return HistoryLine(
        position=entry.position,
        event_id=cast("UUID", entry.event_id),  # nothing is withheld from auditors
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
        leaf=leaf,
        detail=_in_camel_case(entry.detail),
    )


def _actor(entry: HistoryRow) -> ActorAnswer | None:
    if entry.actor_party is None:
        return None
    return ActorAnswer(
        party_id=entry.actor_party,
        kind=entry.actor_kind,
        identity=UNSET if entry.actor is None else entry.actor,
        is_erased=entry.is_actor_erased,
    )


def _basis(entry: HistoryRow) -> BasisAnswer | None:
    if entry.basis_kind is None or entry.basis_id is None or entry.basis_version is None:
        return None
    return BasisAnswer(kind=entry.basis_kind, id=entry.basis_id, version=entry.basis_version)


def _in_camel_case(detail: Any) -> Any:
    """The read model's names as the API spells names."""
    if not isinstance(detail, dict):
        return detail
    return {to_camel(name): _in_camel_case(value) for name, value in detail.items()}
