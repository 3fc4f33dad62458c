"""Anybody looks the reference data up. Nobody's secret: everybody on the way may keep it for a day."""

from __future__ import annotations

from typing import Any, Final

import msgspec
from fastapi import APIRouter, Request
from starlette.responses import Response

from api import problem_types as kinds
from api import reference_data as v3
from api.reference_data import ApplicationId, ImageId, MessageTypeId, OrganizationId, PageNumber, PageSize
from api.schemas import reference_data as v3_shapes
from api.services import services_of
from api.v2.common import OCTET_STREAM, TAG, V2Route, described, refusals
from api.v2.schemas import reference_data as shapes
from api.v2.schemas.reference_data import REFERENCE_DATA, retold
from application import reference_data as lookups
from application.reference import APPLICATION, ORGANISATION, Logo

router = APIRouter(prefix=REFERENCE_DATA, tags=[TAG], route_class=V2Route)

_KNOWN: Final[dict[int | str, Any]] = {304: {"description": "You have it already (`If-None-Match`)."}}
_IMAGE: Final[dict[int | str, Any]] = {
    200: {
        "description": "The picture's bytes.",
        "content": {
            OCTET_STREAM: {"schema": {"type": "string", "format": "binary"}},
            "image/*": {"schema": {"type": "string", "format": "binary"}},
        },
    },
    **_KNOWN,
    **refusals(kinds.NOT_FOUND, is_public=True),
}


def _described(schema: type[msgspec.Struct], *more: kinds.ProblemType) -> dict[int | str, Any]:
    return _KNOWN | described(200, schema, *more, is_public=True)


@router.get("/messageTypes", summary="List the message types", responses=_described(shapes.V2MessageTypes))
async def message_types(request: Request, page: PageNumber = 1, page_size: PageSize = 25) -> Response:
    """All business categories, in the order of their ids."""
    data = await services_of(request).reference.current()
    found = v3_shapes.message_types_answer(lookups.message_types(data, page, page_size))
    return v3.kept(request, retold(found, shapes.V2MessageTypes))


@router.get(
    "/messageTypes/{messageTypeId}",
    summary="Get a message type",
    responses=_described(shapes.V2MessageType, kinds.NOT_FOUND),
)
async def message_type(request: Request, message_type_id: MessageTypeId) -> Response:
    """A business category: how long its messages stay, and who may publish them."""
    data = await services_of(request).reference.current()
    found = v3_shapes.message_type_answer(lookups.message_type(data, message_type_id))
    return v3.kept(request, retold(found, shapes.V2MessageType))


@router.get(
    "/senderApplications",
    summary="List the sender applications",
    responses=_described(shapes.V2SenderApplications),
)
async def applications(request: Request, page: PageNumber = 1, page_size: PageSize = 25) -> Response:
    """All applications that messages are published through, in the order of their ids."""
    services = services_of(request)
    found = lookups.applications(await services.reference.current(), page, page_size)
    answer = v3_shapes.applications_answer(found, services.public_url)
    return v3.kept(request, retold(answer, shapes.V2SenderApplications))


@router.get(
    "/senderApplications/{senderApplicationId}",
    summary="Get a sender application",
    responses=_described(shapes.V2SenderApplication, kinds.NOT_FOUND),
)
async def application(request: Request, application_id: ApplicationId) -> Response:
    """An application: whose it is, what it publishes, and who answers questions about it."""
    services = services_of(request)
    found = lookups.application(await services.reference.current(), application_id)
    answer = v3_shapes.application_answer(found, services.public_url)
    return v3.kept(request, retold(answer, shapes.V2SenderApplication))


@router.get(
    "/senderOrganizations",
    summary="List the sender organisations",
    responses=_described(shapes.V2SenderOrganizations),
)
async def organisations(request: Request, page: PageNumber = 1, page_size: PageSize = 25) -> Response:
    """All organisations that publish, in the order of their enterprise numbers."""
    services = services_of(request)
    found = lookups.organisations(await services.reference.current(), page, page_size)
    answer = v3_shapes.organisations_answer(found, services.public_url)
    return v3.kept(request, retold(answer, shapes.V2SenderOrganizations))


@router.get(
    "/senderOrganizations/{senderOrganizationId}",
    summary="Get a sender organisation",
    responses=_described(shapes.V2SenderOrganization, kinds.NOT_FOUND),
)
async def organisation(request: Request, organisation_id: OrganizationId) -> Response:
    """An organisation: its names and logos, what it publishes, and who answers questions about it."""
    services = services_of(request)
    found = lookups.organisation(await services.reference.current(), organisation_id)
    answer = v3_shapes.organisation_answer(found, services.public_url)
    return v3.kept(request, retold(answer, shapes.V2SenderOrganization))


@router.get(
    "/senderApplications/{senderApplicationId}/images/{imageId}/content",
    summary="Get an application's logo",
    response_class=Response,
    responses=_IMAGE,
)
async def application_logo(request: Request, application_id: ApplicationId, image_id: ImageId) -> Response:
    """The picture."""
    logo = await services_of(request).reference.logo(APPLICATION, application_id, image_id)
    return _picture(request, logo)


@router.get(
    "/senderOrganizations/{senderOrganizationId}/images/{imageId}/content",
    summary="Get an organisation's logo",
    response_class=Response,
    responses=_IMAGE,
)
async def organisation_logo(request: Request, organisation_id: OrganizationId, image_id: ImageId) -> Response:
    """The picture."""
    logo = await services_of(request).reference.logo(ORGANISATION, organisation_id, image_id)
    return _picture(request, logo)


def _picture(request: Request, logo: Logo) -> Response:
    """Bytes, as the description has it; an image for who asks for images, as pages do that show it."""
    answer = v3.logo_answer(request, logo)
    if "content-type" in answer.headers and "image/" not in request.headers.get("accept", ""):
        answer.headers["content-type"] = OCTET_STREAM
    answer.headers["Vary"] = "Accept"
    return answer
