"""The authorization server's description of itself (RFC 8414), and where its endpoints are."""

from __future__ import annotations

from identity.authorization_details import AUDIT_TYPE
from identity.client_authentication import ALGORITHMS
from identity.mailbox_wishes import MAILBOX_TYPE

AUTHORIZATION_PATH = "/oauth/authorize"
TOKEN_PATH = "/oauth/token"  # noqa: S105 - an address, not a secret
JWKS_PATH = "/oauth/jwks"
METADATA_PATHS = ("/.well-known/oauth-authorization-server", "/.well-known/openid-configuration")
LOGIN_PATH = "/login"
TERMS_PATH = "/terms"


def describe(issuer: str, *, offers_login: bool) -> dict[str, object]:
    """The metadata document; without the authorization endpoint where people have no way to log in."""
    document: dict[str, object] = {
        "issuer": issuer,
        "token_endpoint": issuer + TOKEN_PATH,
        "jwks_uri": issuer + JWKS_PATH,
        "response_types_supported": [],
        "grant_types_supported": ["client_credentials"],
        "token_endpoint_auth_methods_supported": ["private_key_jwt"],
        "token_endpoint_auth_signing_alg_values_supported": list(ALGORITHMS),
        "authorization_details_types_supported": [AUDIT_TYPE],
    }
    if offers_login:
        document |= {
            "authorization_endpoint": issuer + AUTHORIZATION_PATH,
            "response_types_supported": ["code"],
            "response_modes_supported": ["query"],
            "grant_types_supported": ["client_credentials", "authorization_code"],
            "token_endpoint_auth_methods_supported": ["private_key_jwt", "none"],
            "code_challenge_methods_supported": ["S256"],
            "authorization_response_iss_parameter_supported": True,
            "authorization_details_types_supported": [AUDIT_TYPE, MAILBOX_TYPE],
        }
    return document
