"""The shape of `EBOX_PARTNERS_FILE`: who may publish what, who integrates the mailbox, who audits.

Texts are given by language (`nl`, `fr`, `de`, `en`). A client's public keys stand in the file (`keys`, JWK
objects) or in a JWK set beside it (`keysFile`).
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Annotated, Any, Final, Literal, Self
from urllib.parse import urlsplit
from uuid import UUID

from pydantic import (
    AfterValidator,
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    ValidationInfo,
    model_validator,
)
from pydantic.alias_generators import to_camel

from domain.events.reference import AuditGrant, ClientRecord, Validity
from domain.identifiers import ClientIdentifier, EnterpriseNumber
from domain.reference import (
    ApplicationDeclaration,
    AuditorDeclaration,
    MessageTypeDeclaration,
    OrganisationDeclaration,
    SiteDeclaration,
)

LANGUAGES = {"nl", "fr", "de", "en"}


def _in_known_languages(texts: dict[str, str]) -> dict[str, str]:
    if not texts or not texts.keys() <= LANGUAGES:
        raise ValueError(
            f"give a text in one or more of {', '.join(sorted(LANGUAGES))}, and no other language"
        )
    return texts


Texts = Annotated[dict[str, str], AfterValidator(_in_known_languages)]
Number = Annotated[str, AfterValidator(lambda text: EnterpriseNumber(text).number)]
RESERVED: Final = frozenset({"ebox-portal"})
"""Names that access records have for our own portal: nobody else's looks may go by them."""


def _not_ours(client_id: str) -> str:
    if client_id in RESERVED:
        raise ValueError("this name is eBox's own")
    return client_id


ClientId = Annotated[
    str, AfterValidator(lambda text: ClientIdentifier(text).number), AfterValidator(_not_ours)
]
PRIVATE_MEMBERS = {"d", "p", "q", "dp", "dq", "qi", "k"}


def _is_safe_redirect(uri: str) -> str:
    parts = urlsplit(uri)
    is_local = parts.scheme == "http" and parts.hostname in {"127.0.0.1", "::1", "localhost"}
    if not (parts.scheme == "https" or is_local) or not parts.hostname or parts.fragment:
        raise ValueError(
            "an https:// address (http:// on this machine alone) without a fragment (RFC 6749 §3.1.2)"
        )
    return uri


RedirectUri = Annotated[str, AfterValidator(_is_safe_redirect)]
MAX_PURPOSE = 256
"""As long as the token endpoint takes a case or purpose."""


class Entry(BaseModel):
    """Any entry of the file: no unknown fields."""

    model_config = ConfigDict(extra="forbid", frozen=True, alias_generator=to_camel)


class ClientEntry(Entry):
    """An OAuth client."""

    client_id: ClientId
    keys: list[dict[str, Any]] = Field(default_factory=list)
    keys_file: Path | None = None
    redirect_uris: list[RedirectUri] = Field(default_factory=list)

    @model_validator(mode="after")
    def _with_public_keys(self, info: ValidationInfo) -> Self:
        if self.keys_file is not None:
            folder: Path = (info.context or {}).get("folder", Path())
            keys = json.loads((folder / self.keys_file).read_text(encoding="utf-8"))["keys"]
            object.__setattr__(self, "keys", [*self.keys, *keys])
        if not self.keys:
            raise ValueError("a client needs at least one public key, in `keys` or `keysFile`")
        if any(PRIVATE_MEMBERS & key.keys() for key in self.keys):
            raise ValueError("this is a private key; give only the public one")
        return self

    def record(self) -> ClientRecord:
        """The client as events tell of it."""
        return ClientRecord(self.client_id, self.keys, self.redirect_uris)


class ValidityEntry(Entry):
    """How long a message stays."""

    years: int = Field(default=0, ge=0, le=100)
    days: int = Field(default=0, ge=0, le=36_500)

    @model_validator(mode="after")
    def _some(self) -> Self:
        if self.years + self.days == 0:
            raise ValueError("a validity of nothing: give years or days")
        return self


class ApplicationEntry(Entry):
    """An application of a partner."""

    id: str = Field(min_length=1, max_length=100)
    name: Texts
    description: Texts | None = None


class MessageTypeEntry(Entry):
    """A business category. `senders`: others than its owner that may use it too."""

    id: str = Field(min_length=1, max_length=100)
    name: Texts
    description: Texts | None = None
    validity: ValidityEntry
    recipients: list[Literal["citizen", "enterprise"]] = Field(min_length=1)
    senders: list[Number] = Field(default_factory=list)
    discreet: bool = False


class PartnerEntry(Entry):
    """A partner organisation."""

    enterprise_number: Number
    name: Texts
    clients: list[ClientEntry] = Field(min_length=1)
    applications: list[ApplicationEntry] = Field(default_factory=list)
    message_types: list[MessageTypeEntry] = Field(default_factory=list)
    suspended: str | None = None

    def declaration(self) -> OrganisationDeclaration:
        """What the domain makes of it."""
        return OrganisationDeclaration(
            self.enterprise_number,
            self.name,
            [client.record() for client in self.clients],
            [ApplicationDeclaration(a.id, a.name, a.description or {}) for a in self.applications],
            [self._message_type(entry) for entry in self.message_types],
            self.suspended,
        )

    def _message_type(self, entry: MessageTypeEntry) -> MessageTypeDeclaration:
        return MessageTypeDeclaration(
            entry.id,
            entry.name,
            entry.description or {},
            Validity(entry.validity.years, entry.validity.days),
            sorted(entry.recipients),
            sorted({self.enterprise_number, *entry.senders}),
            entry.discreet,
        )


class SiteEntry(Entry):
    """An integrating site."""

    name: Texts
    client: ClientEntry
    suspended: str | None = None


class GrantEntry(Entry):
    """What an auditor may ask a scope for; `subjects`: mailbox ids, or `*` alone for all."""

    case: str = Field(min_length=1, max_length=MAX_PURPOSE)
    purpose: str = Field(min_length=1, max_length=MAX_PURPOSE)
    subjects: list[UUID] | tuple[Literal["*"]]
    start: AwareDatetime | None = None
    end: AwareDatetime | None = None


class AuditorEntry(Entry):
    """An auditor."""

    name: Texts
    client: ClientEntry
    grants: list[GrantEntry] = Field(min_length=1)
    suspended: str | None = None


class PartnersFile(Entry):
    """The whole file."""

    partners: list[PartnerEntry] = Field(default_factory=list)
    sites: list[SiteEntry] = Field(default_factory=list)
    auditors: list[AuditorEntry] = Field(default_factory=list)

    @model_validator(mode="after")
    def _every_id_once(self) -> Self:
        clients = [one.client_id for partner in self.partners for one in partner.clients]
        clients += [site.client.client_id for site in self.sites]
        clients += [auditor.client.client_id for auditor in self.auditors]
        types = [one.id for partner in self.partners for one in partner.message_types]
        applications = [one.id for partner in self.partners for one in partner.applications]
        for what, ids in (("client", clients), ("message type", types), ("application", applications)):
            twice = {one for one in ids if ids.count(one) > 1}
            if twice:
                raise ValueError(f"the {what} id {min(twice)} stands here twice")
        return self

    def organisations(self) -> list[OrganisationDeclaration]:
        """The partner organisations, declared."""
        return [partner.declaration() for partner in self.partners]

    def site_declarations(self) -> list[SiteDeclaration]:
        """The integrating sites, declared."""
        return [SiteDeclaration(s.name, s.client.record(), s.suspended) for s in self.sites]

    def auditor_declarations(self) -> list[AuditorDeclaration]:
        """The auditors, declared."""
        return [
            AuditorDeclaration(
                a.name,
                a.client.record(),
                [
                    AuditGrant(g.case, g.purpose, sorted(map(str, g.subjects)), g.start, g.end)
                    for g in a.grants
                ],
                a.suspended,
            )
            for a in self.auditors
        ]
