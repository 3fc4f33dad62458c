"""The registered clients, as the reference data have them."""

from __future__ import annotations

from application.reference import Reference
from domain.scope import granted
from identity.ports import ClientKind, RegisteredClient
from projections.reference import Client


class ReferenceDirectory:
    """Implements `identity.ports.ClientDirectory`. Blocks."""

    def __init__(self, reference: Reference) -> None:
        self._reference = reference

    def find(self, client_id: str) -> RegisteredClient | None:
        """The client of that id, suspended or not; None where there is none."""
        client = self._reference.now().clients.get(client_id)
        return None if client is None else _registered(client)


def _registered(client: Client) -> RegisteredClient:
    kind = ClientKind(client.kind)
    return RegisteredClient(
        client_id=client.client_id,
        kind=kind,
        jwks={"keys": client.keys},
        registration_id=client.registration_id,
        registration_version=client.version,
        organisation=client.organisation,
        site=client.client_id if kind is ClientKind.SITE else None,
        redirect_uris=tuple(client.redirect_uris),
        audit_scope=tuple(granted(grant) for grant in client.grants) if kind is ClientKind.AUDITOR else None,
        suspended=client.is_suspended,
    )
