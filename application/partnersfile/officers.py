"""Officers in a partners file: who approves erasures."""

from __future__ import annotations

from typing import Any, Self

from joserfc.errors import JoseError
from joserfc.jwk import ECKey
from pydantic import Field, model_validator

from application.erasing.consents import CURVE
from application.partnersfile.clients import PRIVATE_MEMBERS
from application.partnersfile.shapes import Entry, SafeId, Texts
from domain.officer import OfficerDeclaration


class OfficerEntry(Entry):
    """An officer. `name` is a function, never a person's; `key` what `ebox erase new-key` printed."""

    id: SafeId
    name: Texts
    key: dict[str, Any]
    suspended: str | None = Field(default=None, min_length=1)

    @model_validator(mode="after")
    def _with_a_public_key(self) -> Self:
        if PRIVATE_MEMBERS & self.key.keys():
            raise ValueError("this is a private key; give only the public one")
        try:
            curve = ECKey.import_key(self.key).curve_name
        except (JoseError, ValueError, TypeError, KeyError):
            curve = None
        if curve != CURVE:
            raise ValueError(f"a public JWK on the curve {CURVE}, as `ebox erase new-key` prints it")
        return self

    def declaration(self) -> OfficerDeclaration:
        """What the domain makes of it."""
        return OfficerDeclaration(self.id, self.name, self.key, self.suspended)
