"""Values of reference data as one line each, short enough for an operator's screen.

Keys and logos are shown by a digest of what they are: two that are shown alike are alike.
"""

from __future__ import annotations

import hashlib
import json
from base64 import b64decode
from functools import singledispatch
from typing import Any, Final

from domain.events.auditor import AuditGrant
from domain.events.enterprise import PartitionRecord, RoutingRule
from domain.events.reference import BusinessDataRule, ClientRecord, LogoRecord, Validity, WebhookRecord

_DIGEST_CHARACTERS: Final = 8


@singledispatch
def shown(value: Any) -> str:
    """The value in a line; empty where there is none."""
    return "" if value is None else str(value)


@shown.register
def _(value: bool) -> str:
    return "yes" if value else "no"


@shown.register
def _(value: list) -> str:  # type: ignore[type-arg] # what dispatch goes by has no parameters
    return "; ".join(shown(one) for one in value)


@shown.register
def _(value: dict) -> str:  # type: ignore[type-arg] # what dispatch goes by has no parameters
    return ", ".join(f"{language}: {text}" for language, text in value.items())


@shown.register
def _(value: Validity) -> str:
    parts = ((value.years, "years"), (value.months, "months"), (value.days, "days"))
    return " ".join(f"{number} {unit}" for number, unit in parts if number)


@shown.register
def _(value: ClientRecord) -> str:
    keys = ", ".join(_key(key) for key in value.keys)
    redirects = "".join(f", back to {uri}" for uri in value.redirect_uris)
    return f"{value.client_id} (keys {keys}{redirects})"


@shown.register
def _(value: LogoRecord) -> str:
    content = b64decode(value.content)
    language = f", {value.language}" if value.language else ""
    return f"{value.id} ({value.media_type}{language}, {len(content)} bytes, {_digest(content)})"


@shown.register
def _(value: WebhookRecord) -> str:
    return f"{value.id} to {value.url} ({', '.join(value.events)})"


@shown.register
def _(value: BusinessDataRule) -> str:
    need = "required" if value.required else "optional"
    described = f"; {shown(value.description)}" if value.description else ""
    return f"{value.key} ({need}; {shown(value.name)}{described})"


@shown.register
def _(value: AuditGrant) -> str:
    period = f"{value.start or 'the beginning'} to {value.end or 'the end'}"
    subjects = f"{len(value.subjects)} subjects {_digest(repr(value.subjects).encode())}"
    return f"{value.case}, {value.purpose}, {subjects}, {period}"


@shown.register
def _(value: PartitionRecord) -> str:
    return f"{value.id} ({shown(value.name)})"


@shown.register
def _(value: RoutingRule) -> str:
    asked = {
        "type": value.message_type,
        "organisation": value.sender_organisation,
        "application": value.sender_application,
        "partition": value.sender_partition,
    }
    fits = ", ".join(f"{name} {wanted}" for name, wanted in asked.items() if wanted is not None)
    return f"{fits or 'anything'} into {value.partition}"


def _key(key: dict[str, Any]) -> str:
    digest = _digest(json.dumps(key, sort_keys=True).encode())
    return f"{key['kid']}/{digest}" if "kid" in key else digest


def _digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()[:_DIGEST_CHARACTERS]
