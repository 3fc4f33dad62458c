"""Who is registered, for an operator's list: no keys, no people."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from projections.reference import ReferenceSnapshot


@dataclass(frozen=True, slots=True)
class Registered:
    """An organisation, a site, an auditor or a receiving enterprise. `parts`: ids of what belongs to it.

    `suspended`: why it is, or None.
    """

    kind: str
    id: str
    name: str
    suspended: str | None
    parts: dict[str, list[str]] = field(default_factory=dict)

    def as_json(self) -> dict[str, Any]:
        """The same for programs."""
        return {
            "kind": self.kind,
            "id": self.id,
            "name": self.name,
            "suspended": self.suspended,
            **self.parts,
        }


def registered(data: ReferenceSnapshot) -> list[Registered]:
    """All of them: organisations, then sites, auditors and enterprises, each in the order of their ids."""
    return [*_organisations(data), *_clients_alone(data), *_enterprises(data)]


def _organisations(data: ReferenceSnapshot) -> list[Registered]:
    found = []
    for number, one in sorted(data.organisations.items()):
        clients = [client for client in data.clients.values() if client.organisation == number]
        parts = {
            "clients": sorted(client.client_id for client in clients),
            "suspendedClients": sorted(client.client_id for client in clients if client.is_suspended),
            "applications": _owned(
                number, {a.application_id: a.organisation for a in data.applications.values()}
            ),
            "messageTypes": _owned(number, {t.message_type_id: t.owner for t in data.message_types.values()}),
            "webhooks": sorted(hook.id for hook in data.webhooks if hook.organisation == number),
        }
        found.append(Registered("organisation", number, _a_name(one.name), one.suspended, parts))
    return found


def _clients_alone(data: ReferenceSnapshot) -> list[Registered]:
    found = []
    for client_id, one in sorted(data.clients.items(), key=lambda item: (item[1].kind == "auditor", item[0])):
        if one.organisation is None:
            site = data.sites.get(client_id)
            hooks = sorted(hook.id for hook in data.webhooks if hook.site == client_id)
            parts = {"webhooks": hooks, "documentEvents": sorted(site.document_events)} if site else {}
            found.append(
                Registered(one.kind, client_id, _a_name(site.name) if site else "", one.suspended, parts)
            )
    return found


def _enterprises(data: ReferenceSnapshot) -> list[Registered]:
    return [
        Registered("enterprise", number, "", None, {"partitions": [part.id for part in one.partitions]})
        for number, one in sorted(data.enterprises.items())
    ]


def _owned(owner: str, owners: Mapping[str, str]) -> list[str]:
    return sorted(one for one, whose in owners.items() if whose == owner)


def _a_name(texts: Mapping[str, str]) -> str:
    return next((texts[language] for language in ("en", "nl", "fr", "de") if language in texts), "")
