"""Officers' signatures: a detached JWS (RFC 7515, appendix F) over a text that anybody can write again.

The private key never leaves the file that its officer keeps. Its `kid` is the officer's id, under which the
partners file has the public half.
"""

from __future__ import annotations

import re
from typing import Any, Final

from joserfc import jws
from joserfc.errors import JoseError
from joserfc.jwk import ECKey

from domain.errors import InvalidInput, Issue, NotAllowed
from domain.events.erasure import Consent

ALGORITHM: Final = "ES256"
CURVE: Final = "P-256"
OFFICER_ID: Final = re.compile(r"[A-Za-z0-9][A-Za-z0-9._~-]{0,63}", re.ASCII)


def new_officer_key(officer_id: str) -> dict[str, Any]:
    """A new private key (a JWK) for this officer. Raises `InvalidInput` for an id that cannot be one."""
    if not OFFICER_ID.fullmatch(officer_id):
        detail = "at most 64 letters, digits, `.`, `_`, `~` and `-`, and a letter or digit first"
        raise InvalidInput(Issue("officer", "invalid", detail))
    return {**ECKey.generate_key(CURVE).as_dict(private=True), "kid": officer_id}


def public_half(private: dict[str, Any]) -> dict[str, Any]:
    """What the partners file has of it."""
    return {name: value for name, value in private.items() if name != "d"}


def officer_of(private: dict[str, Any]) -> str:
    """Whose key it is. Raises `InvalidInput` where it is no officer's private key."""
    officer_id = private.get("kid")
    if not isinstance(officer_id, str) or "d" not in private or private.get("crv") != CURVE:
        detail = "a private JWK on the curve P-256 whose `kid` is an officer's id (`ebox erase new-key`)"
        raise InvalidInput(Issue("--officer-key", "noOfficersKey", detail))
    return officer_id


def sign(private: dict[str, Any], text: str) -> Consent:
    """The officer's consent to this text. Raises `InvalidInput`."""
    officer_id = officer_of(private)
    try:
        key = ECKey.import_key(private)
        header = {"alg": ALGORITHM, "kid": officer_id}
        signed = jws.serialize_compact(header, text.encode(), key, algorithms=[ALGORITHM])
    except (JoseError, ValueError) as error:
        detail = "this is no private key"
        raise InvalidInput(Issue("--officer-key", "noOfficersKey", detail)) from error
    protected, _, signature = signed.split(".")
    return Consent(officer_id, key.thumbprint(), f"{protected}..{signature}")


def is_of(consent: Consent, public: dict[str, Any]) -> bool:
    """Whether the consent names this key as the one that signed it."""
    return ECKey.import_key(public).thumbprint() == consent.thumbprint


def check(consent: Consent, public: dict[str, Any], text: str) -> None:
    """Raise `NotAllowed` unless this key made the signature over this text."""
    key = ECKey.import_key(public)
    is_this_key = is_of(consent, public)
    try:
        jws.deserialize_compact(consent.signature, key, algorithms=[ALGORITHM], payload=text.encode())
    except (JoseError, ValueError):
        is_this_key = False
    if not is_this_key:
        raise NotAllowed(f"this is not the key that officer {consent.officer_id} is registered with")
