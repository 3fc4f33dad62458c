"""An authorization server in its HTTP clothes, with the demo's clients and people, on a database."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from typing import Any
from uuid import UUID, uuid4

import httpx
from fastapi import FastAPI
from joserfc import jws
from joserfc.jwk import ECKey
from sqlalchemy import Engine, create_engine

from api.authorization import authorization_router
from api.context import RequestContext
from domain.actors import AuditScope, DigitalKey
from domain.clock import FixedClock
from identity.access_tokens import AccessTokenValidator
from identity.assembly import assemble
from identity.authorization_server import AuthorizationServer, code_challenge
from identity.client import OAuthClient
from identity.client_authentication import ASSERTION_TYPE
from identity.client_keys import new_client_key, public_jwks
from identity.issuers import IssuerProfile, OwnKeys
from identity.keys import SigningKeys
from identity.ports import ClientKind, DemoPerson, ProvenPerson, RegisteredClient
from identity.sessions import Session, Sessions
from identity.tables import create_tables
from web.login import login_router
from web.login_forms import LoginForms
from web.pages import Pages

ISSUER = "http://127.0.0.1:8000"
AUDIENCE = "http://127.0.0.1:8000"
SITE_REDIRECT = "http://127.0.0.1:9000/callback?from=ebox"
CLI_REDIRECT = "http://127.0.0.1:8765/callback"
KEY_ENCRYPTION_KEY = bytes(range(32))
NOON = datetime(2026, 3, 2, 12, 0, tzinfo=UTC)
MAILBOX = UUID("0a3c5e70-1111-4222-8333-444455556666")
SCOPE = UUID("0a3c5e70-5555-4222-8333-444455556666")
DEMO_PEOPLE = (
    DemoPerson("an", "An", "81050103522", (DigitalKey.ITSME, DigitalKey.EID, DigitalKey.TOTP)),
    DemoPerson("luc", "Luc", "19082416188", (DigitalKey.EIDAS,)),
)
GRANTED = AuditScope(
    "2026/17",
    "complaint",
    frozenset({MAILBOX}),
    datetime(2026, 1, 1, tzinfo=UTC),
    datetime(2026, 2, 1, tzinfo=UTC),
)


@dataclass
class Clients:
    """A client directory in memory."""

    by_id: dict[str, RegisteredClient] = field(default_factory=dict)

    def find(self, client_id: str) -> RegisteredClient | None:
        """The client of that id."""
        return self.by_id.get(client_id)

    def change(self, client_id: str, **changes: Any) -> None:
        """Register the client anew with some fields changed."""
        self.by_id[client_id] = replace(self.by_id[client_id], **changes)


@dataclass
class Approved:
    """What other auditors let an auditor look at, in memory: a scope as wide as the grant."""

    scope: AuditScope | None = field(default_factory=lambda: replace(GRANTED, id=SCOPE))

    def covering(self, client: RegisteredClient, asked: AuditScope, at: datetime) -> UUID | None:
        """The scope, if it covers what is asked for and is the one that is named, if one is."""
        if self.scope is None or not asked.lies_within(self.scope) or asked.id not in (None, self.scope.id):
            return None
        return self.scope.id


@dataclass
class People:
    """A party registry in memory."""

    parties: dict[str, UUID] = field(default_factory=dict)

    def find(self, identifier: str) -> UUID | None:
        """The person's party id, if they have one."""
        return self.parties.get(identifier)

    def find_or_create(self, identifier: str) -> UUID:
        """The person's party id."""
        return self.parties.setdefault(identifier, uuid4())


@dataclass
class Activations:
    """Whose mailbox is in use, in memory. Nobody is new unless a test says so."""

    newcomers: set[UUID] = field(default_factory=set)
    accepted: list[UUID] = field(default_factory=list)

    async def is_due(self, person: ProvenPerson) -> bool:
        """Whether this person is yet to accept the terms."""
        return person.party_id in self.newcomers

    async def accept_terms(self, person: ProvenPerson) -> None:
        """They accept the terms."""
        self.newcomers.discard(person.party_id)
        self.accepted.append(person.party_id)


@dataclass(frozen=True)
class Enterprise:
    """An enterprise that somebody may act in."""

    mailbox_id: UUID
    number: str
    name: Mapping[str, str] = field(default_factory=dict)


@dataclass
class Roles:
    """Who may act in which enterprises, in memory. Nobody may unless a test says so."""

    of: dict[UUID, list[Enterprise]] = field(default_factory=dict)

    def offered(self, party_id: UUID) -> Sequence[Enterprise]:
        """The enterprises whose mailboxes this person may read."""
        return self.of.get(party_id, [])


async def no_language(_session: Session, _request_id: UUID) -> str | None:
    """Nobody has chosen a language."""
    return None


PRIVATE_KEYS = {name: new_client_key() for name in ("demo-partner", "demo-site", "demo-auditor-1")}


def demo_clients() -> Clients:
    """The demo's clients, one of each kind."""

    def client(client_id: str, kind: ClientKind, **more: Any) -> RegisteredClient:
        key = PRIVATE_KEYS.get(client_id)
        return RegisteredClient(
            client_id, kind, public_jwks(key) if key else {"keys": []}, uuid4(), 1, **more
        )

    clients = (
        client("demo-partner", ClientKind.PARTNER, organisation="0206731645"),
        client("demo-site", ClientKind.SITE, redirect_uris=(SITE_REDIRECT,)),
        client("demo-auditor-1", ClientKind.AUDITOR, audit_scope=(GRANTED,)),
        client("demo-cli", ClientKind.PUBLIC, redirect_uris=(CLI_REDIRECT,), site="demo-site"),
    )
    return Clients({one.client_id: one for one in clients})


def engine_for(url: str) -> Engine:
    """An engine for a database URL as the fixtures hand it out, its tables made."""
    engine = create_engine(url.replace("postgresql://", "postgresql+psycopg://", 1))
    create_tables(engine)
    return engine


class World:
    """One process of the authorization server. Several may share an engine, a clock and the directories."""

    def __init__(self, engine: Engine, *, is_production: bool = False, like: World | None = None) -> None:
        self.engine = engine
        self.clock: FixedClock = like.clock if like else FixedClock(NOON)
        self.clients: Clients = like.clients if like else demo_clients()
        self.people: People = like.people if like else People()
        self.roles: Roles = like.roles if like else Roles()
        self.approved: Approved = like.approved if like else Approved()
        self.activations: Activations = like.activations if like else Activations()
        self.keys = SigningKeys(engine, KEY_ENCRYPTION_KEY, self.clock)
        self.server: AuthorizationServer = assemble(
            engine=engine,
            keys=self.keys,
            clock=self.clock,
            issuer=ISSUER,
            audience=AUDIENCE,
            clients=self.clients,
            people=self.people,
            enterprises=self.roles,
            scopes=self.approved,
            demo_people=() if is_production else DEMO_PEOPLE,
            is_production=is_production,
        )
        self.sessions = Sessions(engine, self.clock, ISSUER)
        logins = LoginForms(Pages(ISSUER), self.server, self.sessions, self.activations, no_language)
        app = FastAPI()
        app.add_middleware(RequestContext)
        app.include_router(authorization_router(self.server))
        app.include_router(login_router(logins))
        self.http = httpx.AsyncClient(transport=httpx.ASGITransport(app), base_url=ISSUER)

    def client(self, client_id: str) -> OAuthClient:
        """A well-behaved client of this server."""
        return OAuthClient(self.http, ISSUER, client_id, self.clock, PRIVATE_KEYS.get(client_id))

    def validator(self) -> AccessTokenValidator:
        """The API's check of tokens, with nothing remembered yet."""
        own = (IssuerProfile(ISSUER, AUDIENCE), OwnKeys(self.keys))
        return AccessTokenValidator([own], self.clients, self.clock)

    def assertion(self, client_id: str = "demo-partner", **claims: Any) -> str:
        """A client assertion; give a claim to change it, None to leave it out."""
        now = int(self.clock.now().timestamp())
        sound = {
            "iss": client_id,
            "sub": client_id,
            "aud": ISSUER,
            "exp": now + 60,
            "iat": now,
            "jti": secrets.token_hex(8),
        }
        changed = {name: value for name, value in {**sound, **claims}.items() if value is not None}
        key = ECKey.import_key(PRIVATE_KEYS[client_id])
        return jws.serialize_compact({"alg": "ES256", "kid": key.thumbprint()}, json.dumps(changed), key)

    async def ask_token(self, fields: Mapping[str, str], client_id: str | None = None) -> httpx.Response:
        """A token request, proved by a sound assertion of `client_id` if one is given."""
        proof = {} if client_id is None else self.proof(self.assertion(client_id))
        return await self.http.post("/oauth/token", data={**fields, **proof})

    @staticmethod
    def proof(assertion: str) -> dict[str, str]:
        """The form fields that carry a client assertion."""
        return {"client_assertion_type": ASSERTION_TYPE, "client_assertion": assertion}

    async def log_in(self, choice: str = "an:itsme", **changes: str | None) -> httpx.Response:
        """Walk through the login of demo-cli as a browser would; the answer to the form."""
        page = await self.open_login(**changes)
        hidden = dict(re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', page.text))
        return await self.http.post("/login", data={**hidden, "choice": choice})

    async def open_login(self, **changes: str | None) -> httpx.Response:
        """The login page."""
        redirect = await self.authorize(**changes)
        assert redirect.status_code == 303, redirect.text
        return await self.http.get(redirect.headers["location"])

    async def authorize(self, **changes: str | None) -> httpx.Response:
        """An authorization request; give a parameter to change it, None to leave it out."""
        sound = {
            "response_type": "code",
            "client_id": "demo-cli",
            "redirect_uri": CLI_REDIRECT,
            "code_challenge": code_challenge(VERIFIER),
            "code_challenge_method": "S256",
            "state": "from-the-client",
        }
        parameters = {name: value for name, value in {**sound, **changes}.items() if value is not None}
        return await self.http.get("/oauth/authorize", params=parameters)

    async def redeem(self, code: str, **changes: str | None) -> httpx.Response:
        """A token request of demo-cli with the code; give a field to change it, None to leave it out."""
        sound = {
            "grant_type": "authorization_code",
            "client_id": "demo-cli",
            "code": code,
            "redirect_uri": CLI_REDIRECT,
            "code_verifier": VERIFIER,
        }
        fields = {name: value for name, value in {**sound, **changes}.items() if value is not None}
        return await self.http.post("/oauth/token", data=fields)


VERIFIER = "a-verifier-that-is-exactly-long-enough-for-pkce"


def code_in(answer: httpx.Response) -> str:
    """The code in the redirect back to the client."""
    return httpx.URL(answer.headers["location"]).params["code"]
