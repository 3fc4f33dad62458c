"""The mailbox of one party, tied to a national or enterprise number, and its owner's profile."""

from __future__ import annotations

from datetime import datetime
from functools import singledispatchmethod
from uuid import UUID

from domain.aggregate import AggregateRoot
from domain.changes import ChangesADay
from domain.errors import Conflict
from domain.events.base import Event
from domain.events.mailbox import (
    CreatedBecause,
    EmailEntered,
    EmailRejected,
    EmailVerified,
    Frequency,
    IdentifierReplaced,
    MailboxActivated,
    MailboxCreated,
    MailboxFrozen,
    MailboxMerged,
    MailboxUnfrozen,
    OwnerErased,
    OwnerKind,
    PreferencesChanged,
    QuietHours,
)
from domain.identifiers import Identifier, IdentifierScheme
from domain.personal import Erased


class Mailbox(AggregateRoot):
    """Created by the first publication or login, whichever comes first; activated by the login alone."""

    TOPIC = "mailbox"

    def __init__(self) -> None:
        self.changes = ChangesADay()
        self.activated_at: datetime | None = None
        self.terms_version: str | None = None
        self.address: str | Erased | None = None
        self.entered_version: int | None = None
        self.is_verified = False
        self.rejection: str | None = None
        self.language: str | None = None
        self.frequency = Frequency.IMMEDIATE
        self.quiet_hours: QuietHours | None = None
        self.reminders = True
        self.exclusively_ebox = False
        self.show_title = False
        self.is_erased = False
        self.identifier: str | Erased | None = None
        self.merged_into: UUID | None = None
        """The mailbox that took this one's place."""
        self.hold: str | None = None
        """Why nothing of it may be erased or purged now; None where it may."""

    @classmethod
    def create(
        cls, mailbox_id: UUID, party_id: UUID, owner: Identifier, because: CreatedBecause, at: datetime
    ) -> Mailbox:
        """Put the mailbox on record."""
        kind = OwnerKind.CITIZEN if owner.scheme is IdentifierScheme.SSIN else OwnerKind.ENTERPRISE
        return cls.begin(
            MailboxCreated,
            mailbox_id,
            at,
            party_id=party_id,
            owner_kind=kind,
            scheme=owner.scheme,
            identifier=owner.number,
            because=because,
        )

    @property
    def is_merged(self) -> bool:
        """Whether another mailbox took this one's place: then nothing of it changes any more."""
        return self.merged_into is not None

    def activate(self, terms_version: str, at: datetime) -> None:
        """The owner logged in and accepted the terms. A second time changes nothing."""
        self._require_own_place()
        if self.activated_at is None:
            self.record(MailboxActivated, at, party_id=self.party_id, terms_version=terms_version)

    def enter_email(self, address: str, at: datetime) -> None:
        """The owner gives an address; it counts once it is verified."""
        self._require_own_place()
        if self.activated_at is None:
            raise Conflict("activate the mailbox first")
        if address != self.address:  # a rejected one is None here: it may be entered again
            self.record(EmailEntered, at, party_id=self.party_id, address=address)

    def verify_email(self, at: datetime) -> None:
        """The owner proved that the entered address is theirs."""
        self._require_own_place()
        if self.address is None:
            raise Conflict("there is no address to verify")
        if not self.is_verified:
            self.record(EmailVerified, at, party_id=self.party_id)

    def reject_email(self, reason: str, at: datetime) -> None:
        """The address does not take mail; nothing more is sent to it, as to none of a merged mailbox."""
        is_there = isinstance(self.address, str) and not self.is_erased
        if is_there and not self.is_merged:
            self.record(EmailRejected, at, party_id=self.party_id, reason=reason)

    def erase_owner(self, legal_basis: str, at: datetime) -> None:
        """Its owner's key is to be destroyed. Twice changes nothing. Raises `Conflict` under a hold."""
        if not self.is_erased:
            self.require_no_hold()
            self.record(OwnerErased, at, party_id=self.party_id, legal_basis=legal_basis)

    def freeze(self, reason: str, at: datetime) -> None:
        """A legal hold. A second one changes nothing. Raises `Conflict` where nothing is left to hold."""
        self._require_own_place()
        if self.is_erased:
            raise Conflict("the mailbox's owner was erased: there is nothing left to hold")
        if self.hold is None:
            self.record(MailboxFrozen, at, party_id=self.party_id, reason=reason)

    def unfreeze(self, at: datetime) -> None:
        """The legal hold is over. Without one nothing changes."""
        if self.hold is not None:
            self.record(MailboxUnfrozen, at, party_id=self.party_id)

    def require_no_hold(self) -> None:
        """Raise `Conflict`, with the reason, while nothing of it may be erased or purged."""
        if self.hold is not None:
            raise Conflict(f"a legal hold is on the mailbox {self.id}: {self.hold}")

    def prefer(
        self,
        *,
        language: str,
        frequency: Frequency,
        quiet_hours: QuietHours | None = None,
        reminders: bool = True,
        exclusively_ebox: bool = False,
        show_title: bool = False,
        at: datetime,
    ) -> None:
        """All of the owner's preferences, as they are from now on. Raises `LimitReached`."""
        self._require_own_place()
        self.changes.count(at)
        self.record(
            PreferencesChanged,
            at,
            party_id=self.party_id,
            language=language,
            frequency=frequency,
            quiet_hours=quiet_hours,
            reminders=reminders,
            exclusively_ebox=exclusively_ebox,
            show_title=show_title,
        )

    def replace_identifier(self, identifier: Identifier, at: datetime) -> None:
        """The owner has this number from now on. A second time changes nothing.

        Raises `Conflict` where it is of another register, or the mailbox was merged.
        """
        self._require_own_place()
        if identifier.scheme is not self.scheme:
            raise Conflict("a number is replaced by one of the same register")
        if identifier.number != self.identifier:
            self.record(
                IdentifierReplaced,
                at,
                party_id=self.party_id,
                scheme=identifier.scheme,
                identifier=identifier.number,
            )

    def merge_into(self, survivor: Mailbox, at: datetime) -> None:
        """The other mailbox of the same owner takes this one's place. A second time changes nothing.

        What its owner chose here goes along where nothing was chosen there: the survivor gets facts too. A
        mailbox that its owner never took into use takes over the activation, the address and the wishes.
        Raises `Conflict`.
        """
        if self.merged_into == survivor.id:
            return
        self._require_own_place()
        survivor._require_own_place()
        if survivor.id == self.id or survivor.owner_kind is not self.owner_kind:
            raise Conflict("these two mailboxes cannot be one")
        if survivor.activated_at is None and self.terms_version is not None:
            survivor._take_over(self, self.terms_version, at)
        self.record(
            MailboxMerged,
            at,
            party_id=self.party_id,
            into_mailbox=survivor.id,
            into_party=survivor.party_id,
        )

    def _take_over(self, other: Mailbox, terms_version: str, at: datetime) -> None:
        self.activate(terms_version, at)
        if isinstance(other.address, str):
            self.enter_email(other.address, at)
            if other.is_verified:
                self.verify_email(at)
        if other.language is not None:
            self.prefer(
                language=other.language,
                frequency=other.frequency,
                quiet_hours=other.quiet_hours,
                reminders=other.reminders,
                exclusively_ebox=other.exclusively_ebox,
                show_title=other.show_title,
                at=at,
            )

    def _require_own_place(self) -> None:
        if self.is_merged:
            raise Conflict("the mailbox was merged into another one")

    @singledispatchmethod
    def when(self, event: Event) -> None:
        """Take a fact in."""

    @when.register
    def _(self, event: MailboxCreated) -> None:
        self.party_id = event.party_id
        self.owner_kind = event.owner_kind
        self.scheme, self.identifier = event.scheme, event.identifier

    @when.register
    def _(self, event: MailboxActivated) -> None:
        self.activated_at, self.terms_version = event.timestamp, event.terms_version

    @when.register
    def _(self, event: EmailEntered) -> None:
        self.address, self.is_verified, self.rejection = event.address, False, None
        self.entered_version = event.originator_version

    @when.register
    def _(self, event: EmailVerified) -> None:
        self.is_verified = True

    @when.register
    def _(self, event: EmailRejected) -> None:
        self.address, self.is_verified, self.rejection = None, False, event.reason

    @when.register
    def _(self, event: PreferencesChanged) -> None:
        self.language, self.frequency = event.language, event.frequency
        self.quiet_hours, self.reminders = event.quiet_hours, event.reminders
        self.exclusively_ebox, self.show_title = event.exclusively_ebox, event.show_title
        self.changes.happened(event.timestamp)

    @when.register
    def _(self, event: IdentifierReplaced) -> None:
        self.identifier = event.identifier

    @when.register
    def _(self, event: MailboxMerged) -> None:
        self.merged_into = event.into_mailbox

    @when.register
    def _(self, event: MailboxFrozen) -> None:
        self.hold = event.reason

    @when.register
    def _(self, event: MailboxUnfrozen) -> None:
        self.hold = None

    @when.register
    def _(self, event: OwnerErased) -> None:
        self.is_erased = True
