"""Profiles: who owns a mailbox, whether it is activated, and how its owner wants to be told."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import msgspec
from sqlalchemy import BigInteger, Column, Connection, Named, Table, TypedColumns, bindparam, select

from domain.events import mailbox as facts
from domain.personal import ERASED, readable
from projections.bulk import replace_all, upsert_rows
from projections.columns import METADATA, Json, Moment
from projections.model import Located, ReadModel, Row


class ProfileColumns(TypedColumns):
    """Where the owner has been erased, `is_erased` is true and the address null. `merged_into`: the mailbox
    that took this one's place; its profile is the owner's then.
    """

    mailbox_id: Named[UUID] = Column(primary_key=True)
    party_id: Named[UUID]
    owner_kind: Named[str]
    created_at: Named[datetime] = Column(Moment)
    activated_at: Named[datetime | None] = Column(Moment)
    address: Named[str | None]
    is_verified: Named[bool]
    language: Named[str | None]
    frequency: Named[str]
    quiet_hours: Named[Any] = Column(Json, nullable=True)
    reminders: Named[bool]
    exclusively_ebox: Named[bool]
    show_title: Named[bool]
    is_erased: Named[bool]
    merged_into: Named[UUID | None]
    position: Named[int] = Column(BigInteger)


PROFILE: Final = Table("profile", METADATA, ProfileColumns)


@dataclass(frozen=True, slots=True, repr=False)
class Profile:
    """A mailbox's owner and their wishes. `language` is None until the owner chose one."""

    mailbox_id: UUID
    party_id: UUID
    owner_kind: facts.OwnerKind
    created_at: datetime
    activated_at: datetime | None
    address: str | None
    is_verified: bool
    language: str | None
    frequency: facts.Frequency
    quiet_hours: facts.QuietHours | None
    reminders: bool
    exclusively_ebox: bool
    show_title: bool
    is_erased: bool
    merged_into: UUID | None


def profile(connection: Connection, mailbox_id: UUID) -> Profile | None:
    """The profile of the mailbox, or None where the mailbox is not on record."""
    row = connection.execute(_PROFILES, {"mailboxes": [mailbox_id]}).one_or_none()
    if row is None:
        return None
    found = {field.name: row._mapping[field.name] for field in fields(Profile)}
    found["owner_kind"] = facts.OwnerKind(row.owner_kind)
    found["frequency"] = facts.Frequency(row.frequency)
    found["quiet_hours"] = msgspec.convert(row.quiet_hours, facts.QuietHours | None)
    return Profile(**found)


def exclusively_ebox(connection: Connection, mailboxes: Collection[UUID]) -> set[UUID]:
    """Those of these mailboxes whose owners want nothing on paper any more."""
    found = connection.execute(_PROFILES, {"mailboxes": list(mailboxes)})
    return {row.mailbox_id for row in found if row.exclusively_ebox}


def merged_into(connection: Connection, mailbox_id: UUID) -> list[UUID]:
    """The mailboxes that this one took the place of, however many merges led there."""
    found: list[UUID] = []
    asked = [mailbox_id]
    while asked:
        query = select(PROFILE.c.mailbox_id).where(PROFILE.c.merged_into.in_(asked))
        asked = [one for one in connection.scalars(query) if one not in found]
        found += asked
    return found


_PROFILES: Final = select(PROFILE).where(PROFILE.c.mailbox_id.in_(bindparam("mailboxes", expanding=True)))


_NO_WISHES: Final[Row] = {
    "language": None,
    "frequency": facts.Frequency.IMMEDIATE.value,
    "quiet_hours": None,
    "reminders": True,
    "exclusively_ebox": False,
    "show_title": False,
}


def _fold(connection: Connection, page: Sequence[Located]) -> None:
    mailboxes = {event.originator_id for _, event in page}
    found = connection.execute(_PROFILES, {"mailboxes": list(mailboxes)}).mappings()
    rows: dict[UUID, Row] = {row["mailbox_id"]: dict(row) for row in found}
    for position, event in page:
        if isinstance(event, facts.MailboxCreated):
            rows[event.originator_id] = _created(event)
        row = rows[event.originator_id]
        row["position"] = position
        match event:
            case facts.MailboxActivated():
                row["activated_at"] = event.timestamp
            case facts.EmailEntered():
                row.update(address=readable(event.address), is_verified=False)
                row["is_erased"] |= event.address is ERASED
            case facts.EmailVerified():
                row["is_verified"] = True
            case facts.EmailRejected():
                row.update(address=None, is_verified=False)
            case facts.MailboxMerged():
                row.update(merged_into=event.into_mailbox, address=None, is_verified=False)
            case facts.PreferencesChanged():
                row.update(_preferences(event))
            case facts.OwnerErased():
                row.update(_NO_WISHES, address=None, is_verified=False, is_erased=True)
    upsert_rows(connection, PROFILE, list(rows.values()), replace_all)


def _created(event: facts.MailboxCreated) -> Row:
    return {
        "mailbox_id": event.originator_id,
        "party_id": event.party_id,
        "owner_kind": event.owner_kind.value,
        "created_at": event.timestamp,
        "activated_at": None,
        "address": None,
        "is_verified": False,
        **_NO_WISHES,
        "is_erased": event.identifier is ERASED,
        "merged_into": None,
    }


def _preferences(event: facts.PreferencesChanged) -> Row:
    return {
        "language": event.language,
        "frequency": event.frequency.value,
        "quiet_hours": event.quiet_hours,
        "reminders": event.reminders,
        "exclusively_ebox": event.exclusively_ebox,
        "show_title": event.show_title,
    }


MODEL: Final = ReadModel(
    name="profile",
    tables=(PROFILE,),
    handles=frozenset(
        {
            facts.MailboxCreated,
            facts.MailboxActivated,
            facts.EmailEntered,
            facts.EmailVerified,
            facts.EmailRejected,
            facts.MailboxMerged,
            facts.PreferencesChanged,
            facts.OwnerErased,
        }
    ),
    fold=_fold,
    version=2,
)
