"""Issuers of partners' tokens beside our own: what `EBOX_TRUSTED_ISSUERS` holds."""

from __future__ import annotations

from typing import Literal

from pydantic import BaseModel, ConfigDict, Field


class TrustedIssuer(BaseModel):
    """An issuer that speaks for partners' clients, and only for those named in `clients`.

    `clients` maps its client ids to the ones registered here.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    issuer: str = Field(pattern="^https://")
    jwks_url: str = Field(pattern="^https://")
    audience: str
    clients: dict[str, str]
    algorithms: tuple[Literal["ES256", "ES384", "Ed25519", "PS256", "RS256"], ...] = ("ES256",)
    client_id_claim: str = "client_id"
    max_lifetime_seconds: int = Field(default=300, ge=1, le=3600)
