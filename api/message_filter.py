"""The filters of a list of messages, as an address has them."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import Query
from pydantic.alias_generators import to_camel

from api.scalars import TrueOrFalse, WholeNumber
from api.schemas.message_search import (
    DESCRIPTIONS,
    MAX_PAGE,
    MAX_PAGE_SIZE,
    MAX_POSITION,
    Language,
    MessageSearch,
    Words,
)
from api.schemas.texts import Id


def _asked(name: str, **rules: Any) -> Any:
    return Query(alias=to_camel(name), description=DESCRIPTIONS[name], **rules)


async def search_in_address(
    page: Annotated[WholeNumber, _asked("page", ge=1, le=MAX_PAGE)] = 1,
    page_size: Annotated[WholeNumber, _asked("page_size", ge=1, le=MAX_PAGE_SIZE)] = 25,
    received_before: Annotated[str | None, _asked("received_before")] = None,
    received_after: Annotated[str | None, _asked("received_after")] = None,
    expired_before: Annotated[str | None, _asked("expired_before")] = None,
    expired_after: Annotated[str | None, _asked("expired_after")] = None,
    read_status: Annotated[TrueOrFalse | None, _asked("read_status")] = None,
    visible: Annotated[TrueOrFalse | None, _asked("visible")] = None,
    archived: Annotated[TrueOrFalse | None, _asked("archived")] = None,
    message_type_id: Annotated[Id | None, _asked("message_type_id")] = None,
    sender_organization_id: Annotated[Id | None, _asked("sender_organization_id")] = None,
    sender_application_id: Annotated[Id | None, _asked("sender_application_id")] = None,
    is_registered_mail: Annotated[TrueOrFalse | None, _asked("is_registered_mail")] = None,
    q: Annotated[Words | None, _asked("q")] = None,
    qlang: Annotated[Language | None, _asked("qlang")] = None,
    changed_after_position: Annotated[
        WholeNumber | None, _asked("changed_after_position", ge=0, le=MAX_POSITION)
    ] = None,
) -> MessageSearch:
    """What is looked for, each value checked by itself."""
    return MessageSearch.model_construct(**locals())
