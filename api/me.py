"""Owners look after their own profile, through any site."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Request
from starlette.responses import Response

from api import problem_types as kinds
from api.json_bodies import MEDIA_TYPE, MERGE_PATCH, json_body, receive_json, receive_merge_patch
from api.parameters import AtLeast, MailboxChoice, StrictRoute
from api.responses import POSITION_HEADER, described, json_answer
from api.schemas import me as shapes
from api.security import guarded
from api.services import services_of
from domain.actors import Actor
from domain.decisions import Operation

router = APIRouter(prefix="/me", tags=["profile"], route_class=StrictRoute)

BODY_BYTES: Final = 4096

Owner = Annotated[Actor, guarded(Operation.PROFILE)]

_OF_A_BODY: Final = (
    kinds.REQUEST_TIMEOUT,
    kinds.CONFLICT,
    kinds.GONE,
    kinds.PAYLOAD_TOO_LARGE,
    kinds.UNSUPPORTED_MEDIA_TYPE,
)


@router.get(
    "/mailboxes",
    summary="List my mailboxes",
    responses=described(200, shapes.Mailboxes, headers=POSITION_HEADER),
)
async def mailboxes(
    actor: Annotated[Actor, guarded(Operation.COUNT)], request: Request, at_least: AtLeast = None
) -> Response:
    """The mailboxes that the caller may look into: their own, and enterprises' by their roles there."""
    view = await services_of(request).my_mailboxes.of(actor, at_least=at_least)
    return json_answer(shapes.mailboxes_answer(view), position=view.position)


@router.get("/profile", summary="Get my profile", responses=described(200, shapes.Profile, kinds.GONE))
async def profile(actor: Owner, request: Request, mailbox: MailboxChoice = None) -> Response:
    """Where the caller is told, as it is at this moment."""
    return json_answer(
        shapes.profile_answer(await services_of(request).profiles.profile(actor, mailbox=mailbox))
    )


@router.patch(
    "/profile",
    summary="Change my profile",
    responses=described(200, shapes.Profile, *_OF_A_BODY, kinds.TOO_MANY_REQUESTS, headers=POSITION_HEADER),
    openapi_extra=json_body(shapes.ProfilePatch, MERGE_PATCH, MEDIA_TYPE),
)
async def change_profile(actor: Owner, request: Request, mailbox: MailboxChoice = None) -> Response:
    """Give an e-mail address. It counts once the code that is mailed to it is given back."""
    services = services_of(request)
    patch = await receive_merge_patch(request, shapes.ProfilePatch, services.uploads.pace, BODY_BYTES)
    if "email_address" in patch.model_fields_set:
        view = await services.profiles.enter_address(actor, patch.email_address, mailbox=mailbox)
    else:
        view = await services.profiles.profile(actor, mailbox=mailbox)
    return json_answer(shapes.profile_answer(view), position=view.position)


@router.post(
    "/profile/emailVerification",
    summary="Verify my e-mail address",
    responses=described(200, shapes.Profile, *_OF_A_BODY, headers=POSITION_HEADER),
    openapi_extra=json_body(shapes.VerificationCode),
)
async def verify(actor: Owner, request: Request, mailbox: MailboxChoice = None) -> Response:
    """Give the six digits that were mailed: within 15 minutes, in 5 tries."""
    services = services_of(request)
    given = await receive_json(request, shapes.VerificationCode, services.uploads.pace, BODY_BYTES)
    view = await services.profiles.verify_address(actor, given.code, mailbox=mailbox)
    return json_answer(shapes.profile_answer(view), position=view.position)


@router.post(
    "/profile/emailVerification/newCode",
    summary="Ask for another code",
    responses=described(
        200,
        shapes.Profile,
        kinds.CONFLICT,
        kinds.GONE,
        kinds.TOO_MANY_REQUESTS,
        headers=POSITION_HEADER,
    ),
)
async def new_code(actor: Owner, request: Request, mailbox: MailboxChoice = None) -> Response:
    """Mail another code to the address: at most 5 an hour. The former one is void."""
    view = await services_of(request).profiles.send_new_code(actor, mailbox=mailbox)
    return json_answer(shapes.profile_answer(view), position=view.position)


@router.get(
    "/preferences",
    summary="Get my preferences",
    responses=described(200, shapes.Preferences, kinds.GONE),
)
async def preferences(actor: Owner, request: Request, mailbox: MailboxChoice = None) -> Response:
    """How the caller wants to be told, as it is at this moment."""
    return json_answer(
        shapes.preferences_answer(await services_of(request).profiles.profile(actor, mailbox=mailbox))
    )


@router.patch(
    "/preferences",
    summary="Change my preferences",
    responses=described(200, shapes.Preferences, *_OF_A_BODY, headers=POSITION_HEADER),
    openapi_extra=json_body(shapes.PreferencesPatch, MERGE_PATCH, MEDIA_TYPE),
)
async def change_preferences(actor: Owner, request: Request, mailbox: MailboxChoice = None) -> Response:
    """Say how to be told; what is left out stays. The language has to be chosen once."""
    services = services_of(request)
    patch = await receive_merge_patch(request, shapes.PreferencesPatch, services.uploads.pace, BODY_BYTES)
    changes = patch.changes()
    view = await (
        services.profiles.change_preferences(actor, changes, mailbox=mailbox)
        if changes
        else services.profiles.profile(actor, mailbox=mailbox)
    )
    return json_answer(shapes.preferences_answer(view), position=view.position)
