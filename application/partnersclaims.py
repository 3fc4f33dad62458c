"""Names in a partners file that are somebody else's already.

Clients, applications and message types are known by their ids alone. Within a file each stands once; two
files may name the same. Whoever registered it first keeps it (`projections.reference_fold`), and the other is
told here.
"""

from __future__ import annotations

from collections.abc import Iterator

from application.partnersfile import PartnersFile
from application.reference import ReferenceData
from domain.errors import InvalidInput, Issue
from domain.ids import auditor_id, sender_id, site_id


def require_unclaimed(file: PartnersFile, known: ReferenceData) -> None:
    """Raise `InvalidInput` where the file names what another registration has, each in one issue."""
    if issues := list(_claimed(file, known)):
        raise InvalidInput(*issues)


def _claimed(file: PartnersFile, known: ReferenceData) -> Iterator[Issue]:
    declared = [
        (f"partners.{place}.clients.{index}", client, sender_id(partner.enterprise_number))
        for place, partner in enumerate(file.partners)
        for index, client in enumerate(partner.clients)
    ]
    declared += [
        (f"sites.{place}.client", one.client, site_id(one.client.client_id))
        for place, one in enumerate(file.sites)
    ]
    declared += [
        (f"auditors.{place}.client", one.client, auditor_id(one.client.client_id))
        for place, one in enumerate(file.auditors)
    ]
    for where, client, registration_id in declared:
        registered = known.clients.get(client.client_id)
        if registered is not None and registered.registration_id != registration_id:
            yield _issue(f"{where}.clientId", "client")
    for place, partner in enumerate(file.partners):
        own = partner.enterprise_number
        for index, application in enumerate(partner.applications):
            if (has := known.applications.get(application.id)) and has.organisation != own:
                yield _issue(f"partners.{place}.applications.{index}.id", "application")
        for index, message_type in enumerate(partner.message_types):
            if (held := known.message_types.get(message_type.id)) and held.owner != own:
                yield _issue(f"partners.{place}.messageTypes.{index}.id", "message type")


def _issue(where: str, what: str) -> Issue:
    return Issue(where, "anothers", f"somebody else has registered a {what} of this id", "file")
