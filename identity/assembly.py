"""Puts the authorization server together from what the composition root has."""

from __future__ import annotations

from collections.abc import Sequence

from sqlalchemy import Engine

from domain.clock import Clock
from identity.access_token_issuer import AccessTokenIssuer
from identity.authorization_server import AuthorizationServer
from identity.client_authentication import ClientAuthentication
from identity.demo_logins import DemoLogins
from identity.keys import SigningKeys
from identity.metadata import TOKEN_PATH
from identity.ports import ApprovedScopes, ClientDirectory, DemoPerson, Enterprises, People
from identity.store import IdentityStore


class DemoLoginsInProduction(Exception):
    """Demo people were configured in production; eBox does not start like that."""


def assemble(
    *,
    engine: Engine,
    keys: SigningKeys,
    clock: Clock,
    issuer: str,
    audience: str,
    clients: ClientDirectory,
    people: People,
    enterprises: Enterprises,
    scopes: ApprovedScopes,
    demo_people: Sequence[DemoPerson] = (),
    is_production: bool,
) -> AuthorizationServer:
    """The authorization server on the key store's database; its tables must be there.

    `issuer` is our public URL without a path (RFC 8414 §2); `audience` is what tokens for our API name.
    """
    if is_production and demo_people:
        raise DemoLoginsInProduction("demo people cannot log in with EBOX_ENVIRONMENT=production")
    store = IdentityStore(engine, clock)
    return AuthorizationServer(
        issuer=issuer,
        clients=clients,
        store=store,
        keys=keys,
        client_authentication=ClientAuthentication(clients, store, clock, issuer, issuer + TOKEN_PATH),
        tokens=AccessTokenIssuer(keys, clock, issuer, audience),
        scopes=scopes,
        clock=clock,
        demo_logins=DemoLogins(people, enterprises, demo_people) if demo_people else None,
    )
