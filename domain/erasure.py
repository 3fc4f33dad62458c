"""An erasure: asked for, approved by two officers who did not ask for it, then carried out once."""

from __future__ import annotations

from datetime import UTC, date, datetime
from functools import singledispatchmethod
from typing import Final
from uuid import UUID, uuid4

from domain.aggregate import AggregateRoot
from domain.errors import Conflict, NotAllowed
from domain.events.base import Event
from domain.events.erasure import (
    Consent,
    ErasureApproved,
    ErasureCompleted,
    ErasureRefused,
    ErasureRequested,
)

APPROVALS: Final = 2
"""How many different officers have to agree."""

APPROVE: Final = "approve"
REQUEST: Final = "request"
REFUSE: Final = "refuse"


class Erasure(AggregateRoot):
    """One request to erase a mailbox's owner, and what became of it."""

    TOPIC = "erasure"

    def __init__(self) -> None:
        self.approvals: list[Consent] = []
        self.refusal: str | None = None
        self.completed: ErasureCompleted | None = None

    @classmethod
    def request(
        cls,
        erasure_id: UUID,
        *,
        mailbox_id: UUID,
        party_id: UUID,
        legal_basis: str,
        requested_by: Consent | None,
        at: datetime,
    ) -> Erasure:
        """Somebody asks for it."""
        return cls.begin(
            ErasureRequested,
            erasure_id,
            at,
            mailbox_id=mailbox_id,
            party_id=party_id,
            legal_basis=legal_basis,
            requested_by=requested_by,
        )

    @property
    def is_approved(self) -> bool:
        """Whether it may be carried out."""
        return len(self.approvals) >= APPROVALS and self.refusal is None

    @property
    def is_completed(self) -> bool:
        """Whether it was."""
        return self.completed is not None

    @property
    def state(self) -> str:
        """`requested`, `approved`, `refused` or `completed`."""
        if self.is_completed:
            return "completed"
        if self.refusal is not None:
            return "refused"
        return "approved" if self.is_approved else "requested"

    def approve(self, consent: Consent, at: datetime) -> None:
        """An officer agrees, whose signature was checked.

        Raises `NotAllowed` for the officer who asked for it, `Conflict` for one who has approved already, and
        where it was refused or is approved.
        """
        self._require_open()
        if self.is_approved:
            raise Conflict("it has been approved: `ebox erase run` carries it out")
        requester = self.requested.requested_by
        if requester is not None and consent.officer_id == requester.officer_id:
            raise NotAllowed("who asked for an erasure does not approve it: another officer has to")
        if requester is not None and consent.thumbprint == requester.thumbprint:
            raise NotAllowed(
                "this is the key of the officer who asked for it: another officer has to approve"
            )
        for one in self.approvals:
            if consent.officer_id == one.officer_id or consent.thumbprint == one.thumbprint:
                raise Conflict("this officer has approved it: a second, different one has to")
        self.record(ErasureApproved, at, mailbox_id=self.requested.mailbox_id, consent=consent)

    def refuse(self, reason: str, consent: Consent, at: datetime) -> None:
        """An officer says no. Raises `Conflict` where it was refused or carried out."""
        self._require_open()
        self.record(ErasureRefused, at, mailbox_id=self.requested.mailbox_id, reason=reason, consent=consent)

    def complete(self, *, messages: int, documents: int, backups_until: date | None, at: datetime) -> None:
        """All of it is done. A second time changes nothing. Raises `Conflict` unless it is approved."""
        if self.is_completed:
            return
        self.require_approved()
        self.record(
            ErasureCompleted,
            at,
            mailbox_id=self.requested.mailbox_id,
            messages=messages,
            documents=documents,
            backups_until=backups_until,
        )

    def require_approved(self) -> None:
        """Raise `Conflict`, saying what is missing, unless it may be carried out."""
        if self.refusal is not None:
            raise Conflict(f"this erasure was refused: {self.refusal}")
        if not self.is_approved:
            missing = APPROVALS - len(self.approvals)
            raise Conflict(f"{missing} more officers have to approve it: `ebox erase approve {self.id}`")

    def _require_open(self) -> None:
        if self.is_completed:
            raise Conflict("this erasure has been carried out")
        if self.refusal is not None:
            raise Conflict("this erasure was refused: it takes a new request")

    @singledispatchmethod
    def when(self, event: Event) -> None:
        """Take a fact in."""

    @when.register
    def _(self, event: ErasureRequested) -> None:
        self.requested = event

    @when.register
    def _(self, event: ErasureApproved) -> None:
        self.approvals = [*self.approvals, event.consent]

    @when.register
    def _(self, event: ErasureRefused) -> None:
        self.refusal = event.reason

    @when.register
    def _(self, event: ErasureCompleted) -> None:
        self.completed = event


def new_erasure_id() -> UUID:
    """Random: it is written down, told on the telephone, and tells nothing."""
    return uuid4()


def text_of(
    what: str,
    *,
    erasure_id: UUID,
    mailbox_id: UUID,
    legal_basis: str,
    requested_at: datetime | None = None,
    reason: str | None = None,
) -> str:
    """What an officer signs: fixed for ever, a line for each fact.

    `what` is REQUEST, APPROVE or REFUSE, so that no signature passes for another one. Line breaks in a text
    are told as spaces.
    """
    lines = [
        "eBox erasure 1",
        what,
        f"erasure {erasure_id}",
        f"mailbox {mailbox_id}",
        f"legal basis {_in_one_line(legal_basis)}",
    ]
    if requested_at is not None:
        lines.append(f"requested {requested_at.astimezone(UTC).isoformat(timespec='microseconds')}")
    if reason is not None:
        lines.append(f"reason {_in_one_line(reason)}")
    return "\n".join(lines) + "\n"


def _in_one_line(text: str) -> str:
    return " ".join(text.split())
