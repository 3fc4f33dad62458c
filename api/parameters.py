"""Headers and query parameters that several routes share, checked before anything else happens."""

from __future__ import annotations

import re
from collections.abc import Awaitable, Callable
from typing import Annotated, Final

from fastapi import Depends, Header, Request
from fastapi.dependencies.utils import get_flat_params
from fastapi.params import Query as QueryParameter

from api.schemas.issues import printable
from api.services import Services, services_of
from domain.errors import InvalidInput, Issue

MAX_KEY_CHARACTERS: Final = 255
MAX_POSITION: Final = 2**63 - 1

_VISIBLE: Final = re.compile(r"[!-~]+")
_QUOTED: Final = re.compile(r'"((?:[ !#-\[\]-~]|\\["\\])*)"')


async def _services(request: Request) -> Services:
    return services_of(request)


ServicesOf = Annotated[Services, Depends(_services)]

AtLeast = Annotated[
    int | None,
    Header(
        alias="Ebox-Position",
        ge=0,
        le=MAX_POSITION,
        description="The `Ebox-Position` of a write: wait a moment until the answer includes it.",
    ),
]


async def known_parameters(request: Request) -> None:
    """Refuse query parameters that the route does not have, or that are given twice, by name.

    To ignore a misspelt filter would be to show more than was asked for.
    """
    if not request.scope["query_string"]:
        return
    parameters = get_flat_params(request.scope["route"].dependant)
    known = {one.alias for one in parameters if isinstance(one.field_info, QueryParameter)}
    given = [name for name, _ in request.query_params.multi_items()]
    issues = [
        Issue(printable(name), "unknownInput", "not a parameter of this address", "query")
        for name in dict.fromkeys(given)
        if name not in known
    ]
    issues += [
        Issue(name, "repeated", "give it once", "query")
        for name in known.intersection(given)
        if given.count(name) > 1
    ]
    if issues:
        raise InvalidInput(*issues)


def refused_header(name: str) -> Callable[[Request], Awaitable[None]]:
    """A dependency that refuses a header which this release does not act upon yet."""

    async def refuse(request: Request) -> None:
        if name in request.headers:
            raise InvalidInput(Issue(name, "notSupportedYet", "comes with a later release", "header"))

    return refuse


async def idempotency_key(request: Request) -> str | None:
    """The `Idempotency-Key`, bare or as a quoted string (RFC 8941 §3.3.3); the two spellings are one key."""
    values = request.headers.getlist("idempotency-key")
    if not values:
        return None
    key = values[0].strip()
    quoted = _QUOTED.fullmatch(key)
    if quoted:
        key = re.sub(r'\\(["\\])', r"\1", quoted[1])
    if len(values) > 1 or not 1 <= len(key) <= MAX_KEY_CHARACTERS or not _VISIBLE.fullmatch(key):
        detail = f"give one key of 1 to {MAX_KEY_CHARACTERS} visible ASCII characters"
        raise InvalidInput(Issue("Idempotency-Key", "schemaViolation", detail, "header"))
    return key


IdempotencyKey = Annotated[str | None, Depends(idempotency_key)]
