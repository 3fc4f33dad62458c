"""Who is calling: the authorization server, and the API's belief in access tokens."""

from __future__ import annotations

from functools import cached_property
from pathlib import Path
from uuid import UUID

import httpx

from application.demo.people import PEOPLE
from application.demo.secrets import DEMO_FOLDER, demo_partners
from application.partners import Partners
from application.suspending import Suspending
from audit.promises import Promises, key_name
from bootstrap.aftercare import Aftercare
from bootstrap.audit_keys import origin_of
from bootstrap.promising import StoredPromiseKeys
from domain.identifiers import Ssin
from eventstore.parties import PartyRegistry
from identity.access_tokens import AccessTokenValidator
from identity.actors import Actors
from identity.approved_scopes import LoggedScopes
from identity.assembly import assemble
from identity.authorization_server import AuthorizationServer
from identity.client_keys import new_client_key, public_jwks
from identity.directory import ReferenceDirectory
from identity.issuers import IssuerProfile, KeySource, OwnKeys, RemoteKeys
from identity.keys import SigningKeys
from identity.ports import DemoPerson
from identity.promise_keys import PromiseKeys
from identity.webhook_keys import WebhookKeys
from trusted_issuers import TrustedIssuer


class Identities(Aftercare):
    """Tokens, and who they speak for."""

    @property
    def audience(self) -> str:
        """What access tokens for our API name as their audience."""
        return self.settings.url

    @property
    def is_demo(self) -> bool:
        """Whether demo people may log in."""
        return self.settings.is_embedded and self.settings.demo

    @cached_property
    def demo_dir(self) -> Path:
        """The demo's partners file and its clients' private keys."""
        return self.data_dir / DEMO_FOLDER

    @cached_property
    def partners_file(self) -> Path | None:
        """The partners to apply: the operator's own, or the demo's."""
        if self.settings.partners_file is not None or not self.is_demo:
            return self.settings.partners_file
        return demo_partners(self.demo_dir, new_client_key, public_jwks)

    @cached_property
    def partners(self) -> Partners:
        """Who is registered, compared with a file."""
        return Partners(self.events, self.key_store.parties, self.clock)

    @cached_property
    def suspending(self) -> Suspending:
        """Suspends at once."""
        return Suspending(self.events, self.reference, self.clock)

    @cached_property
    def directory(self) -> ReferenceDirectory:
        """The registered clients."""
        return ReferenceDirectory(self.reference)

    @cached_property
    def signing_keys(self) -> SigningKeys:
        """What our tokens are signed with."""
        return SigningKeys(
            self.identity_engine,
            self.key_encryption_key,
            self.clock,
            previous=self.previous_key_encryption_key,
        )

    @cached_property
    def webhook_keys(self) -> WebhookKeys:
        """What webhooks are told is signed with."""
        return WebhookKeys(
            self.identity_engine,
            self.key_encryption_key,
            self.clock,
            previous=self.previous_key_encryption_key,
        )

    @cached_property
    def promise_keys(self) -> PromiseKeys:
        """What promises to senders are signed with."""
        return PromiseKeys(
            self.identity_engine,
            self.key_encryption_key,
            self.clock,
            previous=self.previous_key_encryption_key,
        )

    @cached_property
    def promises(self) -> Promises:
        """What senders are promised about the audit log."""
        origin = origin_of(self.settings.url)
        keys = StoredPromiseKeys(key_name(origin), self.promise_keys, self._key_store_threads)
        return Promises(origin, keys)

    @cached_property
    def authorization_server(self) -> AuthorizationServer:
        """Issues the tokens for our API."""
        people = [DemoPerson(one.key, one.label, one.number, one.digital_keys) for one in PEOPLE]
        return assemble(
            engine=self.identity_engine,
            keys=self.signing_keys,
            clock=self.clock,
            issuer=self.settings.url,
            audience=self.audience,
            clients=self.directory,
            people=_PeopleByNumber(self.key_store.parties),
            enterprises=self.enterprises,
            scopes=LoggedScopes(self.scope_log, self.read_database),
            demo_people=people if self.is_demo else (),
            is_production=not self.settings.is_embedded,
        )

    @cached_property
    def access_tokens(self) -> AccessTokenValidator:
        """Believes our own tokens, and those of the issuers in the settings."""
        own = IssuerProfile(issuer=self.settings.url, audience=self.audience)
        issuers: list[tuple[IssuerProfile, KeySource]] = [(own, OwnKeys(self.signing_keys))]
        if self.settings.trusted_issuers:
            http = httpx.AsyncClient()
            self.exits.push_async_callback(http.aclose)
            issuers += [
                (_profile(one), RemoteKeys(one.jwks_url, http, self.clock))
                for one in self.settings.trusted_issuers
            ]
        return AccessTokenValidator(issuers, self.directory, self.clock)

    @cached_property
    def actors(self) -> Actors:
        """From a token to an actor."""
        return Actors(self.parties, self.reference)


class _PeopleByNumber:
    """Implements `identity.ports.People`."""

    def __init__(self, registry: PartyRegistry) -> None:
        self._registry = registry

    def find(self, identifier: str) -> UUID | None:
        """The party of the person with this number; None where nobody has asked for it yet."""
        party = self._registry.find(Ssin(identifier))
        return None if party is None else party.party_id

    def find_or_create(self, identifier: str) -> UUID:
        """The party of the person with this number."""
        return self._registry.find_or_create(Ssin(identifier)).party_id


def _profile(trusted: TrustedIssuer) -> IssuerProfile:
    return IssuerProfile(
        issuer=trusted.issuer,
        audience=trusted.audience,
        algorithms=trusted.algorithms,
        jwks_url=trusted.jwks_url,
        client_id_claim=trusted.client_id_claim,
        clients=trusted.clients,
        max_lifetime_seconds=trusted.max_lifetime_seconds,
    )
