"""What owners say about themselves, and what they are told they said."""

from __future__ import annotations

from dataclasses import asdict
from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from msgspec import UNSET, Meta
from pydantic import Field

from api.schemas.answers import Absent, Answer, TranslatedString
from api.schemas.audit import BasisAnswer
from api.schemas.messages import translated
from api.schemas.optional import if_any
from api.schemas.texts import StrictModel
from application.my_mailboxes import MailboxesView, MailboxSummary
from application.profile import PreferenceChanges, ProfileView
from domain.events.mailbox import Frequency, QuietHours
from domain.roles import HeldRole

_TIME: Any = {"pattern": "^([01][0-9]|2[0-3]):[0-5][0-9]$"}
# A merge patch's null takes something away; these can only become something else, so that null is refused.
_LEFT_OUT: Any = Field(default_factory=lambda: None)


class ProfilePatch(StrictModel):
    """What is to change in a profile. A new address replaces the former one, and is mailed a code."""

    email_address: str = _LEFT_OUT


class VerificationCode(StrictModel):
    """The six digits that were mailed."""

    code: str = Field(json_schema_extra={"pattern": "^[0-9]{6}$"})


class QuietHoursToBe(StrictModel):
    """Between which times of the day nothing is sent: given whole."""

    start: str = Field(description="As 22:00.", json_schema_extra=_TIME)
    end: str = Field(
        description="As 07:00; the next day's, where it comes before start.", json_schema_extra=_TIME
    )
    time_zone: str = Field(description="An IANA name, as Europe/Brussels.")

    def wanted(self) -> QuietHours:
        """In the domain's words."""
        return QuietHours(self.start, self.end, self.time_zone)


class PreferencesPatch(StrictModel):
    """Which preferences are to become others; `quietHours` null takes them away."""

    language: Literal["nl", "fr", "de", "en"] = _LEFT_OUT
    notification_frequency: Literal["immediate", "daily"] = _LEFT_OUT
    quiet_hours: QuietHoursToBe | None = _LEFT_OUT
    is_reminded: bool = _LEFT_OUT
    is_exclusively_ebox: bool = _LEFT_OUT
    is_title_shown: bool = _LEFT_OUT

    def changes(self) -> PreferenceChanges:
        """Those that were given."""
        given, changes = self.model_fields_set, PreferenceChanges()
        if "language" in given:
            changes["language"] = self.language
        if "notification_frequency" in given:
            changes["frequency"] = Frequency(self.notification_frequency)
        if "quiet_hours" in given:
            changes["quiet_hours"] = None if self.quiet_hours is None else self.quiet_hours.wanted()
        if "is_reminded" in given:
            changes["reminders"] = self.is_reminded
        if "is_exclusively_ebox" in given:
            changes["exclusively_ebox"] = self.is_exclusively_ebox
        if "is_title_shown" in given:
            changes["show_title"] = self.is_title_shown
        return changes


class CodeAnswer(Answer, kw_only=True):
    """The code that may be given now."""

    expires_at: datetime
    tries_left: int


class Profile(Answer, kw_only=True):
    """Who is told, and where."""

    mailbox_id: UUID
    is_activated: bool
    activated_at: datetime | Absent = UNSET
    terms_version: str | Absent = UNSET
    email_address: str | Absent = UNSET
    is_email_address_verified: bool
    email_address_rejection: (
        Annotated[str, Meta(description="Why the last address does not count any more; give another one.")]
        | Absent
    ) = UNSET
    email_verification: CodeAnswer | Absent = UNSET


class QuietHoursAnswer(Answer, kw_only=True):
    """Between which local times nothing is sent."""

    start: str
    end: str
    time_zone: str


class Preferences(Answer, kw_only=True):
    """How the owner wants to be told. `language` is absent until the owner chose one."""

    language: str | Absent = UNSET
    notification_frequency: Literal["immediate", "daily"]
    quiet_hours: QuietHoursAnswer | None
    is_reminded: bool
    is_exclusively_ebox: bool
    is_title_shown: bool


class RoleAnswer(Answer, kw_only=True):
    """What the caller is in an enterprise. Without `partitions` it reaches all of the mailbox."""

    role: str
    partitions: Annotated[list[str], Meta(description="An empty id stands for what is in none.")] | Absent = (
        UNSET
    )


class Mailbox(Answer, kw_only=True):
    """A mailbox that the caller may look into, why, and what it holds of what they may see."""

    mailbox_id: UUID
    ebox_type: Literal["citizen", "enterprise"]
    is_own: bool
    enterprise_number: str | Absent = UNSET
    name: TranslatedString | Absent = UNSET
    is_activated: (
        Annotated[bool, Meta(description="False: who manages the enterprise has to accept the terms first.")]
        | Absent
    ) = UNSET
    roles: list[RoleAnswer] | Absent = UNSET
    basis: BasisAnswer
    number_of_messages: int
    number_of_unread_messages: int


class Mailboxes(Answer, kw_only=True):
    """All mailboxes that the caller may look into, their own first."""

    items: list[Mailbox]
    total_items: int


def profile_answer(view: ProfileView) -> Profile:
    """A profile."""
    code: CodeAnswer | Absent = UNSET
    if view.code_expires_at is not None and view.tries_left is not None:
        code = CodeAnswer(expires_at=view.code_expires_at, tries_left=view.tries_left)
    return Profile(
        mailbox_id=view.mailbox_id,
        is_activated=view.is_activated,
        activated_at=if_any(view.activated_at),
        terms_version=if_any(view.terms_version),
        email_address=if_any(view.address),
        is_email_address_verified=view.is_verified,
        email_address_rejection=if_any(view.rejection),
        email_verification=code,
    )


def preferences_answer(view: ProfileView) -> Preferences:
    """The preferences of a profile."""
    quiet = view.quiet_hours
    return Preferences(
        language=if_any(view.language),
        notification_frequency=view.frequency.value,
        quiet_hours=None if quiet is None else QuietHoursAnswer(**asdict(quiet)),
        is_reminded=view.reminders,
        is_exclusively_ebox=view.exclusively_ebox,
        is_title_shown=view.show_title,
    )


def mailboxes_answer(view: MailboxesView) -> Mailboxes:
    """The mailboxes that somebody may look into."""
    items = [_mailbox(one) for one in view.mailboxes]
    return Mailboxes(items=items, total_items=len(items))


def _mailbox(summary: MailboxSummary) -> Mailbox:
    basis, counts, enterprise = summary.basis, summary.counts, summary.enterprise
    answer = Mailbox(
        mailbox_id=summary.mailbox_id,
        ebox_type=summary.owner_kind.value,
        is_own=summary.is_own,
        basis=BasisAnswer(kind=basis.kind.value, id=basis.id, version=basis.version),
        number_of_messages=counts.messages,
        number_of_unread_messages=counts.unread,
    )
    if enterprise is not None:
        answer.enterprise_number = enterprise.number
        answer.name = translated(enterprise.name) if enterprise.name else UNSET
        answer.is_activated = enterprise.is_activated
        answer.roles = [_role(one) for one in enterprise.roles]
    return answer


def _role(held: HeldRole) -> RoleAnswer:
    return RoleAnswer(
        role=held.role.value, partitions=UNSET if held.partitions is None else sorted(held.partitions)
    )
