"""Partner organisations in a partners file, with their applications and message types."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import AfterValidator, Field, model_validator

from application.partnersfile.clients import ClientEntry, Webhooks, refuse_twice
from application.partnersfile.logos import Logos
from application.partnersfile.shapes import Contact, Entry, Number, PageUrls, ReferenceId, Texts
from domain.declarations import ApplicationDeclaration, MessageTypeDeclaration, OrganisationDeclaration
from domain.events.reference import BusinessDataRule, Presentation, Validity


class ValidityEntry(Entry):
    """How long a message stays."""

    years: int = Field(default=0, ge=0, le=100)
    months: int = Field(default=0, ge=0, le=1200)
    days: int = Field(default=0, ge=0, le=36_500)

    @model_validator(mode="after")
    def _some(self) -> Self:
        if self.years + self.months + self.days == 0:
            raise ValueError("a validity of nothing: give years, months or days")
        return self

    def record(self) -> Validity:
        """The period as events tell of it."""
        return Validity(years=self.years, months=self.months, days=self.days)


class PresentedEntry(Entry):
    """What an organisation and an application have in common: how they present themselves."""

    url: PageUrls | None = None
    contact_business: Contact | None = None
    contact_technical: Contact | None = None
    logos: Logos = Field(default_factory=list)

    def presentation(self) -> Presentation:
        """That, as events tell of it."""
        logos = [logo.record() for logo in self.logos]
        return Presentation(self.url or {}, self.contact_business, self.contact_technical, logos)


class ApplicationEntry(PresentedEntry):
    """An application of a partner. `messageTypes`: the only ones that it may publish."""

    id: ReferenceId
    name: Texts
    description: Texts | None = None
    message_types: list[ReferenceId] | None = None

    def declaration(self) -> ApplicationDeclaration:
        """What the domain makes of it."""
        return ApplicationDeclaration(
            self.id, self.name, self.description or {}, self.presentation(), _sorted(self.message_types)
        )


class BusinessDataEntry(Entry):
    """A business datum that messages of a type carry."""

    key: ReferenceId
    name: Texts
    description: Texts | None = None
    required: bool = False


def _each_once(entries: list[BusinessDataEntry]) -> list[BusinessDataEntry]:
    refuse_twice("business datum's", (one.key for one in entries))
    return entries


class MessageTypeEntry(Entry):
    """A business category. `senders`: others than its owner that may use it too."""

    id: ReferenceId
    name: Texts
    description: Texts | None = None
    validity: ValidityEntry
    recipients: list[Literal["citizen", "enterprise"]] = Field(min_length=1)
    senders: list[Number] = Field(default_factory=list)
    discreet: bool = False
    business_data: Annotated[list[BusinessDataEntry], Field(max_length=50), AfterValidator(_each_once)] = (
        Field(default_factory=list)
    )
    deceased: Literal["refuse", "accept"] = "refuse"
    applications: list[ReferenceId] | None = None

    def declaration(self, owner: str) -> MessageTypeDeclaration:
        """What the domain makes of it."""
        return MessageTypeDeclaration(
            self.id,
            self.name,
            self.description or {},
            self.validity.record(),
            sorted(set(self.recipients)),
            sorted({owner, *self.senders}),
            self.discreet,
            [
                BusinessDataRule(one.key, one.name, one.description or {}, one.required)
                for one in self.business_data
            ],
            self.deceased,
            _sorted(self.applications),
        )


class PartnerEntry(PresentedEntry):
    """A partner organisation."""

    enterprise_number: Number
    name: Texts
    long_name: Texts | None = None
    clients: list[ClientEntry] = Field(min_length=1)
    applications: list[ApplicationEntry] = Field(default_factory=list)
    message_types: list[MessageTypeEntry] = Field(default_factory=list)
    webhooks: Webhooks = Field(default_factory=list)
    suspended: str | None = None

    def declaration(self) -> OrganisationDeclaration:
        """What the domain makes of it."""
        return OrganisationDeclaration(
            self.enterprise_number,
            self.name,
            [client.record() for client in self.clients],
            [entry.declaration() for entry in self.applications],
            [entry.declaration(self.enterprise_number) for entry in self.message_types],
            self.suspended,
            self.long_name or {},
            self.presentation(),
            [entry.record() for entry in self.webhooks],
        )


def _sorted(ids: list[str] | None) -> list[str] | None:
    return None if ids is None else sorted(set(ids))
