"""Headers and query parameters that several routes share, checked before anything else happens."""

from __future__ import annotations

import re
from collections.abc import Callable, Coroutine
from typing import Annotated, Any, ClassVar, Final
from uuid import UUID

from fastapi import Header, Path, Request, Response
from fastapi.dependencies.utils import get_flat_params
from fastapi.params import Header as HeaderParameter
from fastapi.params import Query as QueryParameter
from fastapi.routing import APIRoute
from starlette.datastructures import Headers

from api.scalars import WholeNumber
from api.schemas.issues import printable
from api.structured_fields import string_item
from domain.errors import InvalidInput, Issue

MAX_KEY_CHARACTERS: Final = 255
MAX_POSITION: Final = 2**63 - 1

_BARE_KEY: Final = re.compile(r"[!#-+\--:<-~]*")  # visible ASCII but `"`, `,` and `;`

MessageId = Annotated[UUID, Path(alias="messageId", description="The message's id.")]
AttachmentId = Annotated[UUID, Path(alias="attachmentId", description="The attachment's id.")]
AtLeast = Annotated[
    WholeNumber | None,
    Header(
        alias="Ebox-Position",
        ge=0,
        le=MAX_POSITION,
        description="The `Ebox-Position` of a write: wait a moment until the answer includes it.",
    ),
]
MailboxChoice = Annotated[
    UUID | None,
    Header(alias="Ebox-Mailbox", description="The id of the mailbox that is meant; by default your own."),
]


class StrictRoute(APIRoute):
    """A route that refuses, by name, what it would otherwise ignore.

    Query parameters that it does not have, and parameters that are given twice: to ignore a misspelt filter
    would be to show more than was asked for. `ignores_unknown`: the former are ignored all the same.
    """

    ignores_unknown: ClassVar[bool] = False

    def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
        """The framework's handler, with the check before it."""
        handle = super().get_route_handler()
        parameters = get_flat_params(self.dependant)
        known = frozenset(one.alias for one in parameters if isinstance(one.field_info, QueryParameter))
        headers = [one.alias for one in parameters if isinstance(one.field_info, HeaderParameter)]

        async def check_and_handle(request: Request) -> Response:
            _refuse_repeated_headers(request.headers, headers)
            if request.scope["query_string"]:
                given = [name for name, _ in request.query_params.multi_items()]
                _refuse_unknown(
                    [one for one in given if one in known] if self.ignores_unknown else given, known
                )
            return await handle(request)

        return check_and_handle


def _refuse_unknown(given: list[str], known: frozenset[str]) -> None:
    issues = [
        Issue(printable(name), "unknownInput", "not a parameter of this address", "query")
        for name in dict.fromkeys(given)
        if name not in known
    ]
    issues += [
        Issue(name, "repeated", "give it once", "query") for name in sorted(known) if given.count(name) > 1
    ]
    if issues:
        raise InvalidInput(*issues)


def _refuse_repeated_headers(given: Headers, names: list[str]) -> None:
    for name in names:
        if len(given.getlist(name)) > 1:
            raise InvalidInput(Issue(name, "repeated", "give it once", "header"))


def key_parameter(description: str) -> dict[str, Any]:
    """How the API's description speaks of the header `Idempotency-Key`."""
    pattern = r'^([!#-+\--:<-~]{1,255}|"[ !#-\[\]-~]{1,255}")$'
    return {
        "name": "Idempotency-Key",
        "in": "header",
        "description": description,
        "schema": {"type": "string", "pattern": pattern},
    }


def idempotency_key(headers: Headers) -> str | None:
    """The `Idempotency-Key`, bare or as a string of RFC 9651; the two spellings are one key.

    Raises `InvalidInput` for anything else: two headers folded into one, or half a string, would otherwise
    be a key of its own, under which the message is published once more.
    """
    values = headers.getlist("idempotency-key")
    if not values:
        return None
    text = values[0].strip(" \t")
    try:
        key = string_item(text) if text.startswith('"') else _bare_key(text)
    except ValueError:
        key = ""
    if len(values) > 1 or not 1 <= len(key) <= MAX_KEY_CHARACTERS:
        detail = f"give one key of 1 to {MAX_KEY_CHARACTERS} visible ASCII characters, bare or as a string"
        raise InvalidInput(Issue("Idempotency-Key", "schemaViolation", detail, "header"))
    return key


def _bare_key(text: str) -> str:
    if not _BARE_KEY.fullmatch(text):
        raise ValueError("not a bare key")
    return text
