"""An OAuth client of our own authorization server, as the command line and the demonstration use it.

It proves itself with `private_key_jwt` (RFC 7523) where it has a key, and logs a demo person in without a
browser by filling in the same forms that a person sees.
"""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from html.parser import HTMLParser
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

import httpx
from joserfc import jwt
from joserfc.jwk import ECKey

from domain.actors import AuditScope, DigitalKey
from domain.clock import Clock
from identity.authorization_details import claim_of
from identity.authorization_server import code_challenge
from identity.client_authentication import ASSERTION_TYPE
from identity.keys import ALGORITHM
from identity.mailbox_wishes import MAILBOX_TYPE, Wish
from identity.metadata import METADATA_PATHS, TERMS_PATH
from identity.store import new_secret

ASSERTION_SECONDS = 60
TIMEOUT_SECONDS = 10.0


class LoginFailed(Exception):
    """The authorization server said no, or answered beside its protocol. The text never quotes a token."""


class OAuthClient:
    """One registered client. `private_jwk` is None for a public client."""

    def __init__(
        self,
        http: httpx.AsyncClient,
        issuer: str,
        client_id: str,
        clock: Clock,
        private_jwk: Mapping[str, Any] | None = None,
    ) -> None:
        self._http = http
        self._issuer = issuer
        self._client_id = client_id
        self._clock = clock
        self._key = None if private_jwk is None else ECKey.import_key(dict(private_jwk))

    async def own_token(self, scope: AuditScope | None = None) -> str:
        """An access token for the client itself (client credentials); auditors name their scope."""
        fields = {"grant_type": "client_credentials"}
        if scope is not None:
            fields["authorization_details"] = json.dumps(claim_of(scope))
        return await self._token(await self._discover(), fields)

    async def demo_person_token(
        self, person: str, digital_key: DigitalKey, redirect_uri: str, *, enterprise: str | None = None
    ) -> str:
        """An access token for the demo person of that key (`an`), by code and PKCE through the login form.

        `enterprise`: the number of that whose mailbox they choose, None for their own. Who logs in first
        accepts the terms: a token is a login.
        """
        server = await self._discover()
        verifier, state = new_secret(), new_secret()
        request = {
            "response_type": "code",
            "client_id": self._client_id,
            "redirect_uri": redirect_uri,
            "code_challenge": code_challenge(verifier),
            "code_challenge_method": "S256",
            "state": state,
        }
        choice = f"{person}:{digital_key.value}"
        if enterprise is not None:
            wish = {"type": MAILBOX_TYPE, "eboxType": Wish.ENTERPRISE.value}
            request["authorization_details"] = json.dumps([wish])
            choice = f"{choice}:{enterprise}"
        page = await self._open_login(_endpoint(server, "authorization_endpoint"), request)
        answer = await self._send(page, {"choice": choice})
        if urlsplit(_location(answer)).path == TERMS_PATH:  # the first login takes the mailbox into use
            terms = await self._open(urljoin(str(page.url), _location(answer)))
            answer = await self._send(terms, {"accept": "yes"})
        code = self._code_in(answer, redirect_uri, state)
        fields = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": verifier,
        }
        return await self._token(server, fields)

    def assertion(self, audience: str) -> str:
        """A fresh proof that this client holds its key, for the audience alone and one minute."""
        if self._key is None:
            raise LoginFailed("a public client has no key to sign with")
        now = int(self._clock.now().timestamp())
        claims = {
            "iss": self._client_id,
            "sub": self._client_id,
            "aud": audience,
            "iat": now,
            "exp": now + ASSERTION_SECONDS,
            "jti": secrets.token_urlsafe(16),
        }
        header = {"alg": ALGORITHM, "kid": self._key.thumbprint()}
        return jwt.encode(header, claims, self._key, algorithms=[ALGORITHM])

    async def _discover(self) -> Mapping[str, Any]:
        answer = await self._http.get(self._issuer + METADATA_PATHS[0], timeout=TIMEOUT_SECONDS)
        server = _json_of(answer)
        # RFC 8414 §3.3: another issuer's description must not be taken for this one's.
        if server.get("issuer") != self._issuer:
            raise LoginFailed("the server at this address is another issuer")
        return server

    async def _token(self, server: Mapping[str, Any], fields: Mapping[str, str]) -> str:
        if self._key is None:
            proof = {"client_id": self._client_id}
        else:
            proof = {
                "client_assertion_type": ASSERTION_TYPE,
                "client_assertion": self.assertion(self._issuer),
            }
        answer = await self._http.post(
            _endpoint(server, "token_endpoint"), data={**fields, **proof}, timeout=TIMEOUT_SECONDS
        )
        token = _json_of(answer).get("access_token")
        if not isinstance(token, str):
            raise LoginFailed("the token endpoint answered without a token")
        return token

    async def _open_login(self, endpoint: str, request: Mapping[str, str]) -> httpx.Response:
        redirect = await self._http.get(endpoint, params=request, timeout=TIMEOUT_SECONDS)
        location = _location(redirect)
        if "error" in parse_qs(urlsplit(location).query):
            raise LoginFailed("the authorization request was refused")
        return await self._open(urljoin(str(redirect.url), location))

    async def _open(self, address: str) -> httpx.Response:
        page = await self._http.get(address, timeout=TIMEOUT_SECONDS)
        if page.status_code != httpx.codes.OK:
            raise LoginFailed("the login page did not open")
        return page

    async def _send(self, page: httpx.Response, answers: Mapping[str, str]) -> httpx.Response:
        form = _LoginForm(page.text)
        address = urljoin(str(page.url), form.action or "")
        return await self._http.post(address, data={**form.hidden, **answers}, timeout=TIMEOUT_SECONDS)

    def _code_in(self, answer: httpx.Response, redirect_uri: str, state: str) -> str:
        location = _location(answer)
        fields = parse_qs(urlsplit(location).query)
        # The issuer in the answer (RFC 9207) and our state: nobody else's code is redeemed here.
        is_ours = location.startswith(redirect_uri) and fields.get("iss") == [self._issuer]
        if not is_ours or fields.get("state") != [state] or "code" not in fields:
            raise LoginFailed("the login gave no code: is this demo person known, with this digital key?")
        return fields["code"][0]


class _LoginForm(HTMLParser):
    """The login page's form: where it goes, and its hidden fields. `LoginFailed` if the page has none."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.action: str | None = None
        self.hidden: dict[str, str] = {}
        self.feed(html)
        if self.action is None:
            raise LoginFailed("the login page has no form")

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        """Note the form and its hidden fields as they come by."""
        values = dict(attrs)
        if tag == "form":
            self.action = values.get("action") or ""
        if tag == "input" and values.get("type") == "hidden":
            self.hidden[values.get("name") or ""] = values.get("value") or ""


def _endpoint(server: Mapping[str, Any], name: str) -> str:
    endpoint = server.get(name)
    if not isinstance(endpoint, str):
        raise LoginFailed(f"this authorization server has no {name}")
    return endpoint


def _location(answer: httpx.Response) -> str:
    if answer.status_code != httpx.codes.SEE_OTHER:
        raise LoginFailed(f"expected a redirect, got {answer.status_code}{_error_in(answer)}")
    return answer.headers["location"]


def _json_of(answer: httpx.Response) -> Mapping[str, Any]:
    if answer.status_code != httpx.codes.OK:
        raise LoginFailed(f"the authorization server answered {answer.status_code}{_error_in(answer)}")
    document = answer.json()
    if not isinstance(document, dict):
        raise LoginFailed("the authorization server answered something else than an object")
    return document


def _error_in(answer: httpx.Response) -> str:
    try:
        body = answer.json()
    except ValueError:
        return ""
    if not isinstance(body, dict):
        return ""
    return f": {body.get('error')}: {body.get('error_description')}"
