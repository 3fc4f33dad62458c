"""The authorization server's endpoints: tokens, authorization requests, keys, description.

They answer as RFC 6749 §5.2 says, not with problem+json: their callers are OAuth libraries.
"""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Mapping
from dataclasses import asdict
from urllib.parse import urlencode

import anyio.to_thread
from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, RedirectResponse, Response
from pydantic import BaseModel

from domain.errors import Retryable
from identity.authorization_server import AuthorizationServer, RedirectedError
from identity.browser import COOKIE_SECONDS, browser_secret, cookie_name
from identity.errors import InvalidClient, OAuthError
from identity.forms import each_once, read_form
from identity.metadata import AUTHORIZATION_PATH, JWKS_PATH, LOGIN_PATH, METADATA_PATHS, TOKEN_PATH

_NO_STORE = {"Cache-Control": "no-store"}
_CACHED = {"Cache-Control": "public, max-age=300"}


class TokenBody(BaseModel):
    """An access token (RFC 6749 §5.1)."""

    access_token: str
    token_type: str = "Bearer"  # noqa: S105 - a scheme, not a secret
    expires_in: int
    authorization_details: list[dict[str, object]] | None = None


class OAuthErrorBody(BaseModel):
    """Why a request was refused (RFC 6749 §5.2)."""

    error: str
    error_description: str


_REFUSALS: dict[int | str, dict[str, object]] = {
    400: {"model": OAuthErrorBody, "description": "The request is refused"},
    401: {"model": OAuthErrorBody, "description": "The client did not prove who it is"},
    503: {"model": OAuthErrorBody, "description": "Try again after `Retry-After` seconds"},
}
_TOKEN_FORM = {
    "requestBody": {
        "required": True,
        "content": {
            "application/x-www-form-urlencoded": {
                "schema": {
                    "title": "TokenRequest",
                    "type": "object",
                    "required": ["grant_type"],
                    "properties": {
                        name: {"type": "string"}
                        for name in (
                            "grant_type",
                            "client_assertion_type",
                            "client_assertion",
                            "client_id",
                            "authorization_details",
                            "code",
                            "redirect_uri",
                            "code_verifier",
                        )
                    },
                }
            }
        },
    }
}


def authorization_router(server: AuthorizationServer) -> APIRouter:
    """The endpoints of `server`; the authorization endpoint only where people have a way to log in."""
    router = APIRouter(tags=["authorization"])

    @router.post(
        TOKEN_PATH,
        response_model=TokenBody,
        responses=_REFUSALS,
        openapi_extra=_TOKEN_FORM,
        summary="Get an access token",
    )
    async def token(request: Request) -> JSONResponse:
        try:
            answer = await anyio.to_thread.run_sync(server.token, await _form(request))
        except (OAuthError, Retryable) as refusal:
            return _refused(refusal)
        body = TokenBody.model_validate(asdict(answer))
        return JSONResponse(body.model_dump(exclude_none=True), headers=_NO_STORE)

    async def metadata() -> JSONResponse:
        return JSONResponse(server.metadata(), headers=_CACHED)

    for path in METADATA_PATHS:
        router.add_api_route(path, metadata, summary="The authorization server's description (RFC 8414)")

    @router.get(JWKS_PATH, responses={503: _REFUSALS[503]}, summary="The keys that sign access tokens")
    async def jwks() -> JSONResponse:
        try:
            keys = await anyio.to_thread.run_sync(server.keys.jwks)
        except Retryable as refusal:
            return _refused(refusal)
        return JSONResponse(keys, headers=_CACHED)

    if server.demo_logins is not None:
        router.add_api_route(
            AUTHORIZATION_PATH,
            _authorization_endpoint(server),
            response_class=RedirectResponse,
            status_code=303,
            responses=_REFUSALS,
            summary="Log a person in (code and PKCE)",
        )
    return router


def _authorization_endpoint(server: AuthorizationServer) -> Callable[[Request], Awaitable[Response]]:
    cookie = cookie_name(server.issuer)

    async def authorize(request: Request) -> Response:
        browser = browser_secret(request.cookies.get(cookie))
        try:
            parameters = each_once(request.query_params.multi_items())
            login_id = await anyio.to_thread.run_sync(server.begin_login, parameters, browser)
        except RedirectedError as refusal:
            return RedirectResponse(refusal.location, 303, _NO_STORE)
        except (OAuthError, Retryable) as refusal:
            return _refused(refusal)
        answer = RedirectResponse(f"{LOGIN_PATH}?{urlencode({'login': login_id})}", 303, _NO_STORE)
        answer.set_cookie(
            cookie,
            browser,
            max_age=COOKIE_SECONDS,
            secure=server.issuer.startswith("https://"),
            httponly=True,
            samesite="lax",
        )
        return answer

    return authorize


async def _form(request: Request) -> Mapping[str, str]:
    return await read_form(request.headers.get("content-type", ""), request.stream())


def _refused(refusal: OAuthError | Retryable) -> JSONResponse:
    if isinstance(refusal, Retryable):
        body = OAuthErrorBody(error="temporarily_unavailable", error_description="try again later")
        return JSONResponse(body.model_dump(), 503, {**_NO_STORE, "Retry-After": str(refusal.retry_after)})
    body = OAuthErrorBody(error=refusal.code, error_description=refusal.description)
    if isinstance(refusal, InvalidClient):
        # RFC 9110 §15.5.2 wants a challenge with every 401; ours names the way clients authenticate here.
        return JSONResponse(body.model_dump(), 401, {**_NO_STORE, "WWW-Authenticate": "private_key_jwt"})
    return JSONResponse(body.model_dump(), 400, _NO_STORE)
