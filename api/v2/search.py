"""What a list of messages may be asked for in version 2.1: days, where version 3 takes moments."""

from __future__ import annotations

import re
from datetime import date, timedelta
from typing import Annotated, Any, Final

from fastapi import Query
from pydantic import BeforeValidator
from pydantic_core import PydanticCustomError

from api.scalars import TrueOrFalse, WholeNumber
from api.schemas.message_search import (
    DESCRIPTIONS,
    MAX_PAGE,
    MAX_PAGE_SIZE,
    Language,
    MessageSearch,
    Words,
)
from api.schemas.texts import Id

_DATE: Final = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)
_YEARS: Final = range(1900, 9000)
_ONE_DAY: Final = timedelta(days=1)


def _date(given: Any) -> date:
    try:
        day = date.fromisoformat(given) if _DATE.fullmatch(given) else None
    except ValueError:
        day = None
    if day is None or day.year not in _YEARS:
        raise PydanticCustomError("date_parsing", "not a date")
    return day


Day = Annotated[date, BeforeValidator(_date)]
"""A day in Belgium."""


def _asked(alias: str, description: str, **rules: Any) -> Any:
    return Query(alias=alias, description=description, **rules)


async def search_in_address(
    page: Annotated[WholeNumber, _asked("page", "Which page, from 1.", ge=1, le=MAX_PAGE)] = 1,
    page_size: Annotated[
        WholeNumber, _asked("pageSize", DESCRIPTIONS["page_size"], ge=1, le=MAX_PAGE_SIZE)
    ] = 25,
    received_before: Annotated[
        Day | None, _asked("receivedBefore", "Only what came before this day began in Belgium.")
    ] = None,
    received_after: Annotated[
        Day | None, _asked("receivedAfter", "Only what came after this day had ended in Belgium.")
    ] = None,
    expired_before: Annotated[
        Day | None, _asked("expiredBefore", "Only what expires before this day begins in Belgium.")
    ] = None,
    expired_after: Annotated[
        Day | None, _asked("expiredAfter", "Only what expires after this day has ended in Belgium.")
    ] = None,
    read_status: Annotated[TrueOrFalse | None, _asked("readStatus", DESCRIPTIONS["read_status"])] = None,
    visible: Annotated[TrueOrFalse | None, _asked("visible", DESCRIPTIONS["visible"])] = None,
    message_type_id: Annotated[Id | None, _asked("messageTypeId", DESCRIPTIONS["message_type_id"])] = None,
    sender_organization_id: Annotated[
        Id | None, _asked("senderOrganizationId", DESCRIPTIONS["sender_organization_id"])
    ] = None,
    sender_application_id: Annotated[
        Id | None, _asked("senderApplicationId", DESCRIPTIONS["sender_application_id"])
    ] = None,
    q: Annotated[
        Words | None,
        _asked("q", "Only messages with this text in their metadata, or in those of their type and sender."),
    ] = None,
    registered_mail: Annotated[
        TrueOrFalse | None, _asked("registeredMail", DESCRIPTIONS["is_registered_mail"])
    ] = None,
    qlang: Annotated[Language | None, _asked("qlang", DESCRIPTIONS["qlang"])] = None,
) -> MessageSearch:
    """What is looked for, as version 3 says it: there a date alone is the first moment of its day."""
    return MessageSearch.model_construct(
        page=page,
        page_size=page_size,
        received_before=_beginning(received_before),
        received_after=_beginning(received_after and received_after + _ONE_DAY),
        expired_before=_beginning(expired_before),
        expired_after=_beginning(expired_after and expired_after + _ONE_DAY),
        read_status=read_status,
        visible=visible,
        message_type_id=message_type_id,
        sender_organization_id=sender_organization_id,
        sender_application_id=sender_application_id,
        q=q,
        is_registered_mail=registered_mail,
        qlang=qlang,
    )


def _beginning(day: date | None) -> str | None:
    return day.isoformat() if day else None
