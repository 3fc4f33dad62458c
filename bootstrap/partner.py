"""As whom `ebox publish` speaks: a partner's client with its key, or the demo's where the demo runs."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from application.demo.secrets import DEMO_FOLDER, private_key_file
from bootstrap.errors import CannotStart
from settings import Settings

DEMO_CLIENT: Final = "demo-partner"
DEMO_APPLICATION: Final = "demo.pensions"
DEMO_MESSAGE_TYPES: Final = {"citizen": "PENSION_STATEMENT", "enterprise": "A1_CERTIFICATE"}


@dataclass(frozen=True, slots=True)
class Partner:
    """Where eBox is, and the registered client that publishes there, with its private key as a JWK."""

    url: str
    client_id: str
    private_jwk: Mapping[str, Any] = field(repr=False)
    is_demo: bool


def partner_of(settings: Settings, url: str | None, client_id: str | None, key_file: Path | None) -> Partner:
    """From the command line, else from the settings, else the demo's.

    Raises `CannotStart`, saying what is missing.
    """
    where = (url or settings.url).rstrip("/")
    client_id = client_id or settings.client_id
    key_file = key_file or settings.client_key_file
    is_demo = settings.is_embedded and settings.demo and where == settings.url
    if client_id is None and key_file is None and is_demo:
        key = private_key_file(settings.data_dir / DEMO_FOLDER, DEMO_CLIENT)
        if not key.exists():
            raise CannotStart("the demo has not run here yet; start it with `make run` or `ebox run`")
        return Partner(where, DEMO_CLIENT, _jwk_in(key), True)
    if client_id is None or key_file is None:
        raise CannotStart(
            "say as whom: --client-id and --key-file, or EBOX_CLIENT_ID and EBOX_CLIENT_KEY_FILE"
        )
    return Partner(where, client_id, _jwk_in(key_file), False)


def _jwk_in(path: Path) -> Mapping[str, Any]:
    try:
        document = json.loads(path.read_bytes())
    except OSError as error:
        raise CannotStart(f"the client's key file cannot be read: {error.strerror}") from error
    except ValueError:
        document = None
    if not isinstance(document, dict) or document.get("crv") != "P-256" or "d" not in document:
        raise CannotStart("the client's key file holds no private key on the curve P-256 as a JWK (RFC 7517)")
    return document
