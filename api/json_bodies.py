"""A small JSON body, received at the pace and within the bounds of every other body, and read as strictly.

Not a parameter of the route: the framework would read it before it asks who is calling, as slowly as the
client likes, and let the last of repeated names win.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final, TypeVar

from fastapi import Request
from pydantic import BaseModel, ValidationError

from api.pacing import Pace, PacedBody
from api.problem_types import UNSUPPORTED_MEDIA_TYPE
from api.refusals import Refusal
from api.schemas.issues import issues_of_request
from api.schemas.strict_json import parse
from domain.errors import InvalidInput

MEDIA_TYPE: Final = "application/json"
MERGE_PATCH: Final = "application/merge-patch+json"
"""RFC 7396: what is given changes, what is left out stays."""
_BODY: Final = "body"

T = TypeVar("T", bound=BaseModel)


async def receive_json(
    request: Request, shape: type[T], pace: Pace, max_bytes: int, media_types: Sequence[str] = (MEDIA_TYPE,)
) -> T:
    """The body, of this shape. Raises `Refusal` (408, 413, 415), `InvalidInput`, `ClientGone`."""
    body = PacedBody(request.receive, pace, max_bytes)
    try:
        _check_media_type(request.headers.get("content-type"), media_types)
        body.expect(request.headers.get("content-length"))
        data = bytearray()
        while not body.is_finished:
            data += await body.next_chunk()
    except Refusal as refusal:
        refusal.closes = not body.is_finished
        raise
    return _of_shape(shape, parse(bytes(data), _BODY))


async def receive_merge_patch(request: Request, shape: type[T], pace: Pace, max_bytes: int) -> T:
    """`receive_json`, for a merge patch; plain JSON is taken for one too."""
    return await receive_json(request, shape, pace, max_bytes, (MERGE_PATCH, MEDIA_TYPE))


def json_body(shape: type[BaseModel], *media_types: str) -> dict[str, Any]:
    """How the API's description speaks of the body of a route that receives it here."""
    schema = {"schema": {"$ref": f"#/components/schemas/{shape.__name__}"}}
    content = dict.fromkeys(media_types or (MEDIA_TYPE,), schema)
    return {"requestBody": {"required": True, "content": content}}


def _check_media_type(header: str | None, accepted: Sequence[str]) -> None:
    if (header or "").partition(";")[0].strip(" \t").lower() not in accepted:
        raise Refusal(UNSUPPORTED_MEDIA_TYPE, f"Send {accepted[0]}.")


def _of_shape(shape: type[T], document: Any) -> T:
    try:
        return shape.model_validate(document)
    except ValidationError as error:
        found = error.errors(include_url=False, include_input=False)
        raise InvalidInput(
            *issues_of_request([one | {"loc": (_BODY, *one["loc"])} for one in found])
        ) from None
