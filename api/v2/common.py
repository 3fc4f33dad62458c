"""What the routes of version 2.1 share: how they take parameters, and how the description speaks of them."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Any, ClassVar, Final
from uuid import UUID

import msgspec
from fastapi import Path
from pydantic import BeforeValidator

from api import problem_types as kinds
from api.parameters import StrictRoute
from api.problem_types import ProblemType
from api.status_messages import status_messages
from api.v2.schemas.requests import message_id_of

TAG: Final = "Message Registry 2.1"
OCTET_STREAM: Final = "application/octet-stream"

MessageId = Annotated[
    UUID, BeforeValidator(message_id_of), Path(alias="messageId", description="The message's id.")
]
AttachmentId = Annotated[
    UUID, BeforeValidator(message_id_of), Path(alias="attachmentId", description="The attachment's id.")
]


class V2Route(StrictRoute):
    """A route that passes over query parameters it does not have, as over fields: clients may send more."""

    ignores_unknown: ClassVar[bool] = True


def described(
    status: int,
    schema: type[msgspec.Struct],
    *more: ProblemType,
    headers: Mapping[str, Any] | None = None,
    is_list: bool = False,
    is_public: bool = False,
) -> dict[int | str, dict[str, Any]]:
    """The description of a route's answers: the good one, and every status message it may answer with."""
    reference: dict[str, Any] = {"$ref": f"#/components/schemas/{schema.__name__}"}
    good = {
        "description": (schema.__doc__ or "").strip(),
        "content": {
            "application/json": {"schema": {"type": "array", "items": reference} if is_list else reference}
        },
        "headers": dict(headers or {}),
    }
    return {status: good, **refusals(*more, is_public=is_public)}


def refusals(*more: ProblemType, is_public: bool = False) -> dict[int | str, dict[str, Any]]:
    """The status messages that a route may answer with."""
    proven = () if is_public else (kinds.INVALID_ACCESS_TOKEN,)
    return status_messages(
        kinds.BAD_REQUEST, *proven, kinds.INTERNAL_SERVER_ERROR, kinds.SERVICE_UNAVAILABLE, *more
    )
