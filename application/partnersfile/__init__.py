"""The shape of `EBOX_PARTNERS_FILE`: who may publish what, which sites, auditors, receivers and officers.

Texts are given by language (`nl`, `fr`, `de`, `en`); keys and logos may lie in files beside this one.
"""

from __future__ import annotations

from typing import Self

from pydantic import Field, model_validator

from application.partnersfile.clients import refuse_twice
from application.partnersfile.enterprises import EnterpriseEntry
from application.partnersfile.officers import OfficerEntry
from application.partnersfile.onlookers import AuditorEntry, SiteEntry
from application.partnersfile.organisations import PartnerEntry
from application.partnersfile.shapes import Entry


class PartnersFile(Entry):
    """The whole file."""

    partners: list[PartnerEntry] = Field(default_factory=list)
    sites: list[SiteEntry] = Field(default_factory=list)
    auditors: list[AuditorEntry] = Field(default_factory=list)
    enterprises: list[EnterpriseEntry] = Field(default_factory=list)
    officers: list[OfficerEntry] = Field(default_factory=list)

    @model_validator(mode="after")
    def _every_id_once(self) -> Self:
        clients = [one.client_id for partner in self.partners for one in partner.clients]
        clients += [site.client.client_id for site in self.sites]
        clients += [auditor.client.client_id for auditor in self.auditors]
        refuse_twice("client", clients)
        refuse_twice("message type", (one.id for partner in self.partners for one in partner.message_types))
        refuse_twice("application", (one.id for partner in self.partners for one in partner.applications))
        refuse_twice("partner's", (one.enterprise_number for one in self.partners))
        refuse_twice("officer", (one.id for one in self.officers))
        refuse_twice("enterprise's", (one.enterprise_number for one in self.enterprises))
        return self
