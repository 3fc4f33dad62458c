"""What the authorization server refuses, and why an access token is not believed.

    OAuthError (RFC 6749 §4.1.2.1 and §5.2)
    ├── InvalidRequest               a parameter is missing, repeated or malformed
    ├── InvalidClient                the client did not prove who it is
    ├── InvalidGrant                 the code or its verifier is not good (any more)
    ├── UnauthorizedClient           this client may not use this grant
    ├── UnsupportedGrantType
    ├── UnsupportedResponseType
    ├── InvalidAuthorizationDetails  (RFC 9396 §5)
    └── AccessDenied                 the person said no

    TokenRefused (RFC 6750 §3.1)     the API's side: this access token opens nothing
    └── TokenMissing                 there was none

The codes are the RFCs'; which HTTP status goes with each is for `api/` to say. Descriptions hold no personal
data and no hint of which clients exist.
"""

from __future__ import annotations

from typing import ClassVar


class OAuthError(Exception):
    """Something the authorization server refuses; `description` is for the client's developer."""

    code: ClassVar[str]

    def __init__(self, description: str) -> None:
        super().__init__(description)
        self.description = description


class InvalidRequest(OAuthError):
    """A parameter is missing, repeated or malformed."""

    code = "invalid_request"


class InvalidClient(OAuthError):
    """The client did not prove who it is."""

    code = "invalid_client"


class InvalidGrant(OAuthError):
    """The code is unknown, used, expired or another client's, or its verifier does not match."""

    code = "invalid_grant"


class UnauthorizedClient(OAuthError):
    """This client may not use this grant."""

    code = "unauthorized_client"


class UnsupportedGrantType(OAuthError):
    """The token endpoint knows two grants; this is neither."""

    code = "unsupported_grant_type"


class UnsupportedResponseType(OAuthError):
    """The authorization endpoint answers with a code and nothing else."""

    code = "unsupported_response_type"


class InvalidAuthorizationDetails(OAuthError):
    """The details are malformed, of another type, or reach beyond the registration."""

    code = "invalid_authorization_details"


class AccessDenied(OAuthError):
    """The person did not want to log in after all."""

    code = "access_denied"


class TokenRefused(Exception):
    """This access token opens nothing. `reason` is ours to log; callers learn `error` (RFC 6750 §3.1)."""

    error: str | None = "invalid_token"

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class TokenMissing(TokenRefused):
    """No bearer token was sent; RFC 6750 §3.1 wants a challenge without an error code then."""

    error = None


class LoginExpired(Exception):
    """There is no such login waiting for this browser: it took too long, was used, or began elsewhere."""
