"""The Federation's public description (version 1.3): preferences, and who provides messages."""

from __future__ import annotations

from typing import Annotated, Any, Final

from fastapi import APIRouter, Path, Request
from starlette.responses import Response

from api import problem_types as kinds
from api.json_bodies import MEDIA_TYPE, MERGE_PATCH, json_body, receive_json, receive_merge_patch
from api.parameters import StrictRoute
from api.responses import json_answer, json_list
from api.schemas.federation import (
    EboxIdSameTypeList,
    EboxPreferences,
    EboxPreferencesToUpdate,
    MessageProvider,
    chosen_answer,
    preferences_answer,
    provider_answer,
)
from api.security import guarded
from api.services import Services, services_of
from api.v2.common import described
from domain.actors import Actor
from domain.decisions import Operation
from domain.errors import NotFound

router = APIRouter(prefix="/federation/v1", tags=["federation"], route_class=StrictRoute)

_BODY_BYTES: Final = 16 * 1024
_BODY_PROBLEMS: Final = (kinds.REQUEST_TIMEOUT, kinds.PAYLOAD_TOO_LARGE, kinds.UNSUPPORTED_MEDIA_TYPE)


@router.post(
    "/eboxPreferences/search",
    summary="Ask who wants eBox alone",
    responses=described(200, EboxPreferences, kinds.NO_ACCESS, *_BODY_PROBLEMS, is_list=True),
    openapi_extra=json_body(EboxIdSameTypeList),
)
async def search_preferences(
    actor: Annotated[Actor, guarded(Operation.SEARCH_PREFERENCES)], request: Request
) -> Response:
    """Of each owner: whether they chose to get nothing on paper any more. Numbers stand in the body."""
    services = services_of(request)
    asked = await receive_json(request, EboxIdSameTypeList, services.uploads.pace, _BODY_BYTES)
    found = await services.federation.wants_ebox_alone(actor, asked.owners())
    return json_list(preferences_answer(asked, found))


@router.patch(
    "/eboxPreferences",
    summary="Choose eBox alone, or paper too",
    responses=described(200, EboxPreferences, kinds.NO_ACCESS, kinds.CONFLICT, *_BODY_PROBLEMS),
    openapi_extra=json_body(EboxPreferencesToUpdate, MERGE_PATCH, MEDIA_TYPE),
)
async def change_preferences(
    actor: Annotated[Actor, guarded(Operation.PROFILE)], request: Request
) -> Response:
    """The owner chooses, for their own mailbox or their enterprise's."""
    services = services_of(request)
    asked = await receive_merge_patch(request, EboxPreferencesToUpdate, services.uploads.pace, _BODY_BYTES)
    await services.federation.choose_ebox_alone(actor, asked.owner(), asked.exclusively_ebox)
    return json_answer(chosen_answer(asked))


@router.get(
    "/messageProviders",
    summary="List who provides messages",
    responses=described(200, MessageProvider, is_list=True, is_public=True),
)
async def message_providers(request: Request) -> Response:
    """This eBox: the one provider there is at this address."""
    return json_list([await _provider(services_of(request))])


@router.get(
    "/messageProviders/{messageProviderId}",
    summary="Get a provider of messages",
    responses=described(200, MessageProvider, kinds.NOT_FOUND, is_public=True),
)
async def message_provider(
    request: Request, provider_id: Annotated[str, Path(alias="messageProviderId", max_length=100)]
) -> Response:
    """Who that is, and where it answers."""
    services = services_of(request)
    if provider_id != services.provider.id:
        raise NotFound("message provider")
    return json_answer(await _provider(services))


async def _provider(services: Services) -> Any:
    since = await services.federation.active_since()
    return provider_answer(services.provider, services.public_url, since)
