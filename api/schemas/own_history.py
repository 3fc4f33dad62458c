"""The access history as the mailbox's owner sees it: who it was, but never another person's number.

Unless it is an enterprise's: whoever manages its access sees which of its people it was.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from msgspec import UNSET, Meta

from api.schemas.answers import Absent, Answer, TranslatedString
from api.schemas.messages import translated
from api.schemas.optional import if_any
from application.plain_words import PlainWords
from application.reference import ReferenceData
from audit.proving.numbered import NumberedPage
from audit.sequencer.rows import LeafRow
from domain.access import BasisKind
from domain.actors import ActorKind
from projections.access_history import HistoryRow


class OwnHistorySite(Answer, kw_only=True):
    """The integrating site that somebody came through. `name` is absent where it is not on record."""

    site_id: str
    name: TranslatedString | Absent = UNSET


class OwnHistoryOrganization(Answer, kw_only=True):
    """A partner organisation."""

    enterprise_number: str
    name: TranslatedString | Absent = UNSET


class OwnHistoryWho(Answer, kw_only=True):
    """Who acted. `case` and `purpose` say why an auditor looked; `basis` why it was allowed."""

    kind: Literal["self", "employee", "partner", "auditor", "other"]
    is_own: bool
    ssin: Annotated[str, Meta(description="Of an employee, in an enterprise's history.")] | Absent = UNSET
    site: OwnHistorySite | Absent = UNSET
    organization: OwnHistoryOrganization | Absent = UNSET
    digital_key: str | Absent = UNSET
    basis: str | Absent = UNSET
    case: str | Absent = UNSET
    purpose: str | Absent = UNSET


class OwnHistoryLine(Answer, kw_only=True):
    """One thing that happened to the caller's mailbox. `who` is absent where eBox itself did it.

    Of a `withheld` one nothing is told before `withheldUntil`: an auditor looked, under an embargo.
    """

    position: Annotated[int, Meta(description="Its place in the event store.")]
    event_id: UUID | Absent = UNSET
    at: datetime
    sentence: Annotated[str, Meta(description="What happened, in the caller's language.")]
    kind: Annotated[str, Meta(description="The kind of event, such as access.recorded, or withheld.")]
    what: str | Absent = UNSET
    who: OwnHistoryWho | Absent = UNSET
    message_id: UUID | Absent = UNSET
    attachment_id: UUID | Absent = UNSET
    withheld_until: Annotated[datetime, Meta(description="From then on it is told.")] | Absent = UNSET
    subject: Annotated[str, Meta(description="The mailbox as the audit log names it.")] | Absent = UNSET
    sequence: Annotated[
        int | None,
        Meta(description="Its number in the mailbox's chain; null while the audit log does not have it."),
    ]
    leaf_index: Annotated[
        int | None, Meta(description="Its leaf in the audit log; null also where it is withheld.")
    ]
    proof_href: (
        Annotated[
            str,
            Meta(description="Where its proof is, once there is one.", extra_json_schema={"format": "uri"}),
        ]
        | Absent
    ) = UNSET


class OwnHistory(Answer, kw_only=True):
    """A page of the caller's own access history, newest first. No total is counted: it grows meanwhile."""

    items: list[OwnHistoryLine]
    next_before: Annotated[int, Meta(description="The next page's `before`; absent at the end.")] | Absent = (
        UNSET
    )


@dataclass(frozen=True, slots=True)
class Told:
    """What the lines of a page are told with: to whom, in which language, and what the audit log has of them.

    `proofs` is the address below which the proof of each event is.
    """

    reader_party: UUID
    reference: ReferenceData
    words: PlainWords
    language: str
    leaves: Mapping[int, LeafRow]
    proofs: str


def own_history_answer(page: NumberedPage, told: Told) -> OwnHistory:
    """A page of the history of the reader's mailbox."""
    return OwnHistory(
        items=[_line(row, told) for row in page.rows],
        next_before=if_any(page.next_position),
    )


def _line(row: HistoryRow, told: Told) -> OwnHistoryLine:
    leaf = told.leaves.get(row.position)
    is_provable = leaf is not None and row.event_id is not None
    return OwnHistoryLine(
        position=row.position,
        event_id=if_any(row.event_id),
        at=row.at,
        sentence=told.words.sentence(row, told.reader_party, told.reference, told.language),
        kind=row.kind,
        what=if_any(row.what),
        who=UNSET if row.actor_party is None else _who(row, told.reference, told.reader_party),
        message_id=if_any(row.message_id),
        attachment_id=if_any(row.attachment_id),
        withheld_until=if_any(row.withheld_until) if row.is_withheld else UNSET,
        subject=leaf.subject if leaf else UNSET,
        sequence=leaf.sequence if leaf else None,
        leaf_index=leaf.index if leaf and is_provable else None,
        proof_href=f"{told.proofs}/{row.event_id}/proof" if is_provable else UNSET,
    )


def _who(row: HistoryRow, reference: ReferenceData, own_party: UUID) -> OwnHistoryWho:
    is_own = row.actor_party == own_party
    who = OwnHistoryWho(kind="self" if is_own else "other", is_own=is_own, basis=if_any(row.basis_kind))
    if row.site is not None:
        site = reference.sites.get(row.site)
        who.site = OwnHistorySite(site_id=row.site, name=translated(site.name) if site else UNSET)
    if is_own:
        who.digital_key = if_any(row.digital_key)
    elif row.basis_kind == BasisKind.ROLE:
        who.kind, who.ssin = "employee", if_any(row.actor)
    elif row.actor_kind == ActorKind.PARTNER:
        who.kind = "partner"
        who.organization = _organization(row.sender_organisation, reference)
    elif row.actor_kind == ActorKind.AUDITOR:
        who.kind = "auditor"
        detail = row.detail or {}
        who.case, who.purpose = if_any(detail.get("case")), if_any(detail.get("purpose"))
    return who


def _organization(number: str | None, reference: ReferenceData) -> OwnHistoryOrganization | Absent:
    if number is None:
        return UNSET
    organisation = reference.organisations.get(number)
    name = translated(organisation.name) if organisation else UNSET
    return OwnHistoryOrganization(enterprise_number=number, name=name)
