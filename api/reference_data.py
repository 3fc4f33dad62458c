"""Anybody looks the reference data up: message types, sender applications, sender organisations, logos.

They are no secret and change seldom: everybody on the way may keep them for a day, and ask whether they
changed since.
"""

from __future__ import annotations

import hashlib
from typing import Annotated, Any, Final

import msgspec
from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from api import problem_types as kinds
from api.disposition import attachment_disposition
from api.parameters import StrictRoute
from api.ranges import content_request, entity_tag
from api.responses import described, json_answer, problems
from api.scalars import WholeNumber
from api.schemas import reference_data as shapes
from api.services import services_of
from application import reference_data as lookups
from application.reference import APPLICATION, ORGANISATION, Logo

SECONDS_TO_KEEP: Final = 86_400
MAX_PAGE: Final = 1_000_000
MAX_PAGE_SIZE: Final = 100

router = APIRouter(prefix=shapes.REFERENCE_DATA, tags=["reference data"], route_class=StrictRoute)

PageNumber = Annotated[WholeNumber, Query(alias="page", ge=1, le=MAX_PAGE, description="Counted from 1.")]
PageSize = Annotated[
    WholeNumber, Query(alias="pageSize", ge=1, le=MAX_PAGE_SIZE, description="Items on a page.")
]
MessageTypeId = Annotated[str, Path(alias="messageTypeId", description="The message type's id.")]
ApplicationId = Annotated[str, Path(alias="senderApplicationId", description="The application's id.")]
OrganizationId = Annotated[
    str, Path(alias="senderOrganizationId", description="The organisation's enterprise number.")
]
ImageId = Annotated[str, Path(alias="imageId", description="The logo's id.")]

_HEADERS: Final[dict[str, Any]] = {
    "ETag": {"description": "For `If-None-Match`.", "schema": {"type": "string"}},
    "Cache-Control": {"description": "Anybody may keep it for a day.", "schema": {"type": "string"}},
}
_KNOWN: Final[dict[int | str, Any]] = {304: {"description": "You have it already (`If-None-Match`)."}}
_TROUBLES: Final = (kinds.BAD_REQUEST, kinds.INTERNAL_SERVER_ERROR, kinds.SERVICE_UNAVAILABLE)
_IMAGE: Final[dict[int | str, Any]] = {
    200: {
        "description": "The picture's bytes.",
        "content": {"image/*": {"schema": {"type": "string", "format": "binary"}}},
        "headers": _HEADERS,
    },
    **_KNOWN,
    **problems(kinds.NOT_FOUND, *_TROUBLES, usual=False),
}
_ASKING: Final = {
    "parameters": [
        {
            "name": "If-None-Match",
            "in": "header",
            "description": "Answer 304 for what has one of these `ETag`s.",
            "schema": {"type": "string"},
        }
    ]
}
_DRAWING_POLICY: Final = "default-src 'none'; style-src 'unsafe-inline'; sandbox"
"""A drawing that somebody opens by itself is a document: it may be styled, and do nothing."""


def _described(schema: type[msgspec.Struct], *more: kinds.ProblemType) -> dict[int | str, Any]:
    return _KNOWN | described(200, schema, *_TROUBLES, *more, headers=_HEADERS, usual=False)


@router.get(
    "/messageTypes",
    summary="List the message types",
    responses=_described(shapes.MessageTypes),
    openapi_extra=_ASKING,
)
async def message_types(request: Request, page: PageNumber = 1, page_size: PageSize = 25) -> Response:
    """All business categories, in the order of their ids."""
    data = await services_of(request).reference.current()
    return kept(request, shapes.message_types_answer(lookups.message_types(data, page, page_size)))


@router.get(
    "/messageTypes/{messageTypeId}",
    summary="Get a message type",
    responses=_described(shapes.MessageTypeAnswer, kinds.NOT_FOUND),
    openapi_extra=_ASKING,
)
async def message_type(request: Request, message_type_id: MessageTypeId) -> Response:
    """A business category: how long its messages stay, what they carry, who may publish them."""
    data = await services_of(request).reference.current()
    return kept(request, shapes.message_type_answer(lookups.message_type(data, message_type_id)))


@router.get(
    "/senderApplications",
    summary="List the sender applications",
    responses=_described(shapes.SenderApplications),
    openapi_extra=_ASKING,
)
async def applications(request: Request, page: PageNumber = 1, page_size: PageSize = 25) -> Response:
    """All applications that messages are published through, in the order of their ids."""
    services = services_of(request)
    found = lookups.applications(await services.reference.current(), page, page_size)
    return kept(request, shapes.applications_answer(found, services.public_url))


@router.get(
    "/senderApplications/{senderApplicationId}",
    summary="Get a sender application",
    responses=_described(shapes.SenderApplicationAnswer, kinds.NOT_FOUND),
    openapi_extra=_ASKING,
)
async def application(request: Request, application_id: ApplicationId) -> Response:
    """An application: whose it is, what it publishes, and who answers questions about it."""
    services = services_of(request)
    found = lookups.application(await services.reference.current(), application_id)
    return kept(request, shapes.application_answer(found, services.public_url))


@router.get(
    "/senderOrganizations",
    summary="List the sender organisations",
    responses=_described(shapes.SenderOrganizations),
    openapi_extra=_ASKING,
)
async def organisations(request: Request, page: PageNumber = 1, page_size: PageSize = 25) -> Response:
    """All organisations that publish, in the order of their enterprise numbers."""
    services = services_of(request)
    found = lookups.organisations(await services.reference.current(), page, page_size)
    return kept(request, shapes.organisations_answer(found, services.public_url))


@router.get(
    "/senderOrganizations/{senderOrganizationId}",
    summary="Get a sender organisation",
    responses=_described(shapes.SenderOrganizationAnswer, kinds.NOT_FOUND),
    openapi_extra=_ASKING,
)
async def organisation(request: Request, organisation_id: OrganizationId) -> Response:
    """An organisation: its names and logos, what it publishes, and who answers questions about it."""
    services = services_of(request)
    found = lookups.organisation(await services.reference.current(), organisation_id)
    return kept(request, shapes.organisation_answer(found, services.public_url))


@router.get(
    "/senderApplications/{senderApplicationId}/images/{imageId}/content",
    summary="Get an application's logo",
    response_class=Response,
    responses=_IMAGE,
    openapi_extra=_ASKING,
)
async def application_logo(request: Request, application_id: ApplicationId, image_id: ImageId) -> Response:
    """The picture."""
    return logo_answer(
        request, await services_of(request).reference.logo(APPLICATION, application_id, image_id)
    )


@router.get(
    "/senderOrganizations/{senderOrganizationId}/images/{imageId}/content",
    summary="Get an organisation's logo",
    response_class=Response,
    responses=_IMAGE,
    openapi_extra=_ASKING,
)
async def organisation_logo(request: Request, organisation_id: OrganizationId, image_id: ImageId) -> Response:
    """The picture."""
    return logo_answer(
        request, await services_of(request).reference.logo(ORGANISATION, organisation_id, image_id)
    )


def logo_answer(request: Request, logo: Logo) -> Response:
    """The picture, for whoever may show it: a page shows it as an image, and a visitor downloads it."""
    headers = {
        **_to_keep(logo.facts.sha256),
        "Content-Disposition": attachment_disposition(_file_name(logo)),
        "Content-Security-Policy": _DRAWING_POLICY,
        "X-Content-Type-Options": "nosniff",
    }
    if _is_known(request, logo.facts.sha256):
        return Response(status_code=304, headers=headers)
    return Response(logo.content, headers=headers, media_type=logo.facts.media_type)


def _file_name(logo: Logo) -> str:
    extension = logo.facts.media_type.removeprefix("image/").removesuffix("+xml")
    return f"{logo.facts.logo_id}.{extension}"


def kept(request: Request, content: msgspec.Struct) -> Response:
    """The content as JSON that anybody may keep for a day; 304 where the caller has it."""
    answer = json_answer(content)
    tag = hashlib.sha256(answer.body).hexdigest()
    if _is_known(request, tag):
        return Response(status_code=304, headers=_to_keep(tag))
    answer.headers.update(_to_keep(tag))
    return answer


def _is_known(request: Request, tag: str) -> bool:
    return content_request(request.headers, describe_only=True).is_known(tag)


def _to_keep(tag: str) -> dict[str, str]:
    return {"ETag": entity_tag(tag), "Cache-Control": f"public, max-age={SECONDS_TO_KEEP}"}
