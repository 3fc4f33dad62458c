"""Auditors ask each other for scopes: nobody looks unasked, and nobody gives leave to themselves."""

from __future__ import annotations

from typing import Annotated, Final
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request
from starlette.responses import Response

from api import problem_types as kinds
from api.cursors import MAX_CHARACTERS, cursor_of, position_of
from api.json_bodies import json_body, receive_json
from api.parameters import AtLeast, StrictRoute
from api.responses import POSITION_HEADER, described, json_answer
from api.scalars import WholeNumber
from api.schemas import scopes as shapes
from api.security import guarded
from api.services import services_of
from domain.actors import Actor
from domain.decisions import Operation

router = APIRouter(prefix="/audit/scopes", tags=["audit"], route_class=StrictRoute)

REQUEST_BYTES: Final = 65_536
DECISION_BYTES: Final = 4096

ScopeId = Annotated[UUID, Path(alias="scopeId", description="The scope's id.")]

_OF_A_BODY: Final = (kinds.REQUEST_TIMEOUT, kinds.PAYLOAD_TOO_LARGE, kinds.UNSUPPORTED_MEDIA_TYPE)
_OF_A_DECISION: Final = (kinds.NOT_FOUND, kinds.CONFLICT, *_OF_A_BODY)


@router.post(
    "",
    summary="Ask for a scope",
    status_code=201,
    responses=described(201, shapes.ScopeAnswer, *_OF_A_BODY, headers=POSITION_HEADER),
    openapi_extra=json_body(shapes.ScopeRequest),
)
async def request_scope(
    actor: Annotated[Actor, guarded(Operation.REQUEST_SCOPE)], request: Request
) -> Response:
    """Ask to look, within what the operator granted. Nothing is looked at before another auditor agrees."""
    services = services_of(request)
    wanted = await receive_json(request, shapes.ScopeRequest, services.uploads.pace, REQUEST_BYTES)
    view = await services.scopes.request(actor, wanted.asked())
    return json_answer(shapes.scope_answer(view), status=201, position=view.position)


@router.get(
    "",
    summary="List scopes",
    responses=described(200, shapes.ScopesAnswer, headers=POSITION_HEADER),
)
async def list_scopes(
    actor: Annotated[Actor, guarded(Operation.READ_SCOPES)],
    request: Request,
    cursor: Annotated[
        str | None, Query(max_length=MAX_CHARACTERS, description="An answer's `nextCursor`.")
    ] = None,
    limit: Annotated[WholeNumber, Query(ge=1, le=100, description="Items on a page.")] = 50,
    at_least: AtLeast = None,
) -> Response:
    """What every auditor has asked for, and what became of it."""
    page = await services_of(request).scopes.page(
        actor, before=position_of(cursor), limit=limit, at_least=at_least
    )
    return json_answer(shapes.scopes_answer(page, cursor_of), position=page.position)


@router.get(
    "/{scopeId}",
    summary="Get a scope",
    responses=described(200, shapes.ScopeAnswer, kinds.NOT_FOUND),
)
async def get_scope(
    actor: Annotated[Actor, guarded(Operation.READ_SCOPES)], request: Request, scope_id: ScopeId
) -> Response:
    """One scope, as it stands at this moment."""
    return json_answer(shapes.scope_answer(await services_of(request).scopes.find(actor, scope_id)))


@router.post(
    "/{scopeId}/approval",
    summary="Approve another auditor's scope",
    responses=described(200, shapes.ScopeAnswer, *_OF_A_DECISION, headers=POSITION_HEADER),
    openapi_extra=json_body(shapes.ScopeApproval),
)
async def approve_scope(
    actor: Annotated[Actor, guarded(Operation.APPROVE_SCOPE)], request: Request, scope_id: ScopeId
) -> Response:
    """Let them look until a moment; under an embargo, owners are told later."""
    services = services_of(request)
    given = await receive_json(request, shapes.ScopeApproval, services.uploads.pace, DECISION_BYTES)
    view = await services.scopes.approve(
        actor, scope_id, valid_until=given.valid_until, embargo_until=given.embargo_until
    )
    return json_answer(shapes.scope_answer(view), position=view.position)


@router.post(
    "/{scopeId}/refusal",
    summary="Refuse another auditor's scope",
    responses=described(200, shapes.ScopeAnswer, *_OF_A_DECISION, headers=POSITION_HEADER),
    openapi_extra=json_body(shapes.ScopeReason),
)
async def refuse_scope(
    actor: Annotated[Actor, guarded(Operation.REFUSE_SCOPE)], request: Request, scope_id: ScopeId
) -> Response:
    """Do not let them look, and say why."""
    services = services_of(request)
    given = await receive_json(request, shapes.ScopeReason, services.uploads.pace, DECISION_BYTES)
    view = await services.scopes.refuse(actor, scope_id, given.reason)
    return json_answer(shapes.scope_answer(view), position=view.position)


@router.post(
    "/{scopeId}/withdrawal",
    summary="Withdraw a scope",
    responses=described(200, shapes.ScopeAnswer, *_OF_A_DECISION, headers=POSITION_HEADER),
    openapi_extra=json_body(shapes.ScopeReason),
)
async def withdraw_scope(
    actor: Annotated[Actor, guarded(Operation.WITHDRAW_SCOPE)], request: Request, scope_id: ScopeId
) -> Response:
    """End it, one's own or another's: whoever has a token under it is refused from the next request on."""
    services = services_of(request)
    given = await receive_json(request, shapes.ScopeReason, services.uploads.pace, DECISION_BYTES)
    view = await services.scopes.withdraw(actor, scope_id, given.reason)
    return json_answer(shapes.scope_answer(view), position=view.position)
