"""Sites and auditors in a partners file."""

from __future__ import annotations

from typing import Final, Literal
from uuid import UUID

from pydantic import AwareDatetime, Field

from application.partnersfile.clients import ClientEntry, Webhooks
from application.partnersfile.shapes import Entry, Texts
from domain.declarations import AuditorDeclaration, SiteDeclaration
from domain.events.auditor import AuditGrant

MAX_PURPOSE: Final = 256
"""As long as the token endpoint takes a case or purpose."""


class SiteEntry(Entry):
    """An integrating site. `documentEvents`: the kinds of mailboxes whose document events it may read."""

    name: Texts
    client: ClientEntry
    webhooks: Webhooks = Field(default_factory=list)
    document_events: list[Literal["citizen", "enterprise"]] = Field(default_factory=list)
    suspended: str | None = None

    def declaration(self) -> SiteDeclaration:
        """What the domain makes of it."""
        return SiteDeclaration(
            self.name,
            self.client.record(),
            self.suspended,
            [entry.record() for entry in self.webhooks],
            sorted(set(self.document_events)),
        )


class GrantEntry(Entry):
    """What an auditor may ask a scope for; `subjects`: mailbox ids, or `*` alone for all."""

    case: str = Field(min_length=1, max_length=MAX_PURPOSE)
    purpose: str = Field(min_length=1, max_length=MAX_PURPOSE)
    subjects: list[UUID] | tuple[Literal["*"]]
    start: AwareDatetime | None = None
    end: AwareDatetime | None = None

    def record(self) -> AuditGrant:
        """The grant as events tell of it."""
        return AuditGrant(self.case, self.purpose, sorted(map(str, self.subjects)), self.start, self.end)


class AuditorEntry(Entry):
    """An auditor."""

    name: Texts
    client: ClientEntry
    grants: list[GrantEntry] = Field(min_length=1)
    suspended: str | None = None

    def declaration(self) -> AuditorDeclaration:
        """What the domain makes of it."""
        grants = [grant.record() for grant in self.grants]
        return AuditorDeclaration(self.name, self.client.record(), grants, self.suspended)
