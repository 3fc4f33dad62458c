"""eBox's own authorization server (RFC 6749), for two grants: client credentials and code with PKCE.

Every rule is the strict one: S256 always (RFC 7636), redirect URIs compared character by character, the
issuer in each authorization response (RFC 9207), clients known beforehand, one use of everything.
All methods block: they are for worker threads.
"""

from __future__ import annotations

import base64
import hashlib
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, replace
from urllib.parse import urlencode, urlsplit

from domain.clock import Clock
from identity import metadata
from identity.access_token_issuer import AccessTokenIssuer, TokenAnswer
from identity.authorization_details import is_granted, parse_audit_scope
from identity.client_authentication import ClientAuthentication
from identity.demo_logins import DemoLogins
from identity.errors import (
    AccessDenied,
    InvalidAuthorizationDetails,
    InvalidClient,
    InvalidGrant,
    InvalidRequest,
    LoginExpired,
    OAuthError,
    UnauthorizedClient,
    UnsupportedGrantType,
    UnsupportedResponseType,
)
from identity.keys import SigningKeys
from identity.mailbox_wishes import Wish, parse_wish
from identity.ports import ApprovedScopes, ClientDirectory, ClientKind, ProvenPerson, RegisteredClient
from identity.store import IdentityStore, IssuedCode, PendingLogin

_CHALLENGE = re.compile(r"[A-Za-z0-9_-]{43}")
_VERIFIER = re.compile(r"[A-Za-z0-9._~-]{43,128}")
_MAX_STATE_CHARACTERS = 1024
"""A state lives in URLs and in our table: long enough for any library, short enough for both."""

_NO_SCOPE = (
    "no approved scope covers the details: take a token without them, ask for a scope (POST /audit/scopes), "
    "and let another auditor approve it"
)

_MAY_USE = {
    "client_credentials": {ClientKind.PARTNER, ClientKind.SITE, ClientKind.AUDITOR},
    "authorization_code": {ClientKind.SITE, ClientKind.PUBLIC},
}


class RedirectedError(Exception):
    """The authorization request fails in a way the client may be told: at `location` (RFC 6749 §4.1.2.1)."""

    def __init__(self, location: str) -> None:
        super().__init__("the authorization request was refused")
        self.location = location


@dataclass(frozen=True, slots=True)
class AuthorizationServer:
    """The use cases behind the endpoints. `demo_logins` is None where people have no way to log in."""

    issuer: str
    clients: ClientDirectory
    store: IdentityStore
    keys: SigningKeys
    client_authentication: ClientAuthentication
    tokens: AccessTokenIssuer
    scopes: ApprovedScopes
    clock: Clock
    demo_logins: DemoLogins | None

    def metadata(self) -> dict[str, object]:
        """The server's description (RFC 8414 §2)."""
        return metadata.describe(self.issuer, offers_login=self.demo_logins is not None)

    def token(self, parameters: Mapping[str, str]) -> TokenAnswer:
        """Answer a token request (RFC 6749 §3.2); `OAuthError` where it is refused."""
        self.store.sweep_if_due()
        grant = parameters.get("grant_type")
        if grant is None:
            raise InvalidRequest("grant_type is missing")
        if grant not in _MAY_USE:
            raise UnsupportedGrantType("grant_type must be client_credentials or authorization_code")
        client = self.client_authentication.authenticate(parameters)
        if client.kind not in _MAY_USE[grant]:
            raise UnauthorizedClient("this client is not registered for this grant")
        if grant == "client_credentials":
            return self._client_credentials(client, parameters)
        return self._redeem_code(client, parameters)

    def begin_login(self, parameters: Mapping[str, str], browser: str) -> str:
        """Remember a good authorization request for the browser; the id of the login it waits for.

        `InvalidRequest` and `InvalidClient` are for the person's eyes: there is no address to be trusted with
        them. All else is `RedirectedError`.
        """
        self.store.sweep_if_due()
        client = self._known_client(parameters)
        redirect_uri = parameters["redirect_uri"]
        state = parameters.get("state")
        try:
            login = self._checked(client, parameters)
        except OAuthError as error:
            answer = {"error": error.code, "error_description": error.description}
            raise RedirectedError(self._answer_at(redirect_uri, state, answer)) from error
        return self.store.begin_login(login, browser)

    def waiting_login(self, login_id: str, browser: str) -> PendingLogin:
        """The login that waits for this browser; `LoginExpired` if there is none (any more)."""
        login = self.store.find_login(login_id, browser)
        if login is None:
            raise LoginExpired
        return login

    def prove(self, login_id: str, browser: str, choice: str) -> ProvenPerson:
        """Who picked this demo login; the login goes on waiting. `LoginExpired`, `InvalidRequest`."""
        if self.demo_logins is None:
            raise LoginExpired
        person = self.demo_logins.prove(choice, self.waiting_login(login_id, browser).wish or Wish.CITIZEN)
        if not self.store.prove_login(login_id, browser, person):
            raise LoginExpired
        return person

    def complete_login(self, login_id: str, browser: str) -> str:
        """Log in who proved who they are; where the browser goes, code included (RFC 6749 §4.1.2)."""
        login = self._ended(login_id, browser)
        if login.person is None:
            raise LoginExpired
        issued = IssuedCode(
            login.client_id,
            login.redirect_uri,
            login.code_challenge,
            login.person.party_id,
            login.person.digital_key,
            self.clock.now(),
            login.person.mailbox_id,
            login.wish,
        )
        return self._answer_at(login.redirect_uri, login.state, {"code": self.store.issue_code(issued)})

    def cancel_login(self, login_id: str, browser: str) -> str:
        """The person does not want to; the address that tells the client so."""
        login = self._ended(login_id, browser)
        return self._answer_at(login.redirect_uri, login.state, {"error": AccessDenied.code})

    def _ended(self, login_id: str, browser: str) -> PendingLogin:
        login = self.store.end_login(login_id, browser)
        if login is None:
            raise LoginExpired
        return login

    def _known_client(self, parameters: Mapping[str, str]) -> RegisteredClient:
        client = self.clients.find(parameters.get("client_id", ""))
        if client is None or client.suspended or client.kind not in _MAY_USE["authorization_code"]:
            raise InvalidClient("no client of this id logs people in")
        if parameters.get("redirect_uri") not in client.redirect_uris:
            raise InvalidRequest("redirect_uri is not one that this client registered")
        return client

    def _checked(self, client: RegisteredClient, parameters: Mapping[str, str]) -> PendingLogin:
        if parameters.get("response_type") != "code":
            raise UnsupportedResponseType("response_type must be code")
        if parameters.get("code_challenge_method") != "S256":
            raise InvalidRequest("code_challenge_method must be S256")
        challenge = parameters.get("code_challenge", "")
        if not _CHALLENGE.fullmatch(challenge):
            raise InvalidRequest("code_challenge must be the base64url of a SHA-256")
        state = parameters.get("state")
        if state is not None and len(state) > _MAX_STATE_CHARACTERS:
            raise InvalidRequest(f"state is longer than {_MAX_STATE_CHARACTERS} characters")
        wish = parse_wish(parameters.get("authorization_details"))
        return PendingLogin(client.client_id, parameters["redirect_uri"], state, challenge, wish=wish)

    def _client_credentials(self, client: RegisteredClient, parameters: Mapping[str, str]) -> TokenAnswer:
        details = parameters.get("authorization_details")
        if client.kind is not ClientKind.AUDITOR:
            if details is not None:
                raise InvalidAuthorizationDetails("only auditors ask for authorization_details")
            return self.tokens.for_client(client, None)
        if details is None:
            return self.tokens.for_client(client, None)
        asked = parse_audit_scope(details)
        if not is_granted(asked, client.audit_scope or ()):
            raise InvalidAuthorizationDetails("the details reach beyond what was granted")
        approved = self.scopes.covering(client, asked, self.clock.now())
        if approved is None:
            raise InvalidAuthorizationDetails(_NO_SCOPE)
        return self.tokens.for_client(client, replace(asked, id=approved))

    def _redeem_code(self, client: RegisteredClient, parameters: Mapping[str, str]) -> TokenAnswer:
        verifier = parameters.get("code_verifier", "")
        if "code" not in parameters or not _VERIFIER.fullmatch(verifier):
            raise InvalidRequest("code and code_verifier (RFC 7636) are required")
        issued = self.store.take_code(parameters["code"])
        if (
            issued is None
            or issued.client_id != client.client_id
            or issued.redirect_uri != parameters.get("redirect_uri")
            or not secrets.compare_digest(code_challenge(verifier), issued.code_challenge)
        ):
            raise InvalidGrant("the code is unknown, used, expired, or was given for another request")
        return self.tokens.for_person(client, issued)

    def _answer_at(self, redirect_uri: str, state: str | None, answer: Mapping[str, str]) -> str:
        fields = {**answer, **({} if state is None else {"state": state}), "iss": self.issuer}
        separator = "&" if urlsplit(redirect_uri).query else "?"
        return f"{redirect_uri}{separator}{urlencode(fields)}"


def code_challenge(verifier: str) -> str:
    """The S256 challenge of a verifier (RFC 7636 §4.2)."""
    digest = hashlib.sha256(verifier.encode("ascii")).digest()
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()
