"""Proofs from the audit log: that it has an event, and that it only ever grew."""

from __future__ import annotations

from typing import Annotated, Any, Final
from uuid import UUID

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api import problem_types as kinds
from api.audit_log import PREFIX, TAGS
from api.parameters import MessageId, StrictRoute
from api.proof_files import described as proof_described
from api.proof_files import proof_file
from api.responses import described
from api.scalars import WholeNumber
from api.schemas.messages import PREFIX as MESSAGE_REGISTRY
from api.schemas.proofs import Consistency, consistency_answer
from api.security import guarded
from api.services import services_of
from domain.actors import Actor
from domain.decisions import Operation
from domain.errors import InvalidInput, Issue

router = APIRouter(route_class=StrictRoute)

_MOST: Final = 2**63 - 1
_TROUBLES: Final = (kinds.BAD_REQUEST, kinds.INTERNAL_SERVER_ERROR, kinds.SERVICE_UNAVAILABLE)


def _size(alias: str, text: str) -> Any:
    return Query(alias=alias, ge=1, le=_MOST, description=text)


@router.get(
    f"{PREFIX}/proofs/inclusion",
    tags=TAGS,
    summary="Prove that the log has an event",
    response_class=Response,
    responses=proof_described(),
)
async def inclusion(
    actor: Annotated[Actor, guarded(Operation.PROVE_EVENT)],
    request: Request,
    event: Annotated[UUID, Query(description="The event's id, as the access history has it.")],
) -> Response:
    """For auditors whose scope has the event's mailbox and time. The look is recorded."""
    return proof_file(await services_of(request).proofs.of_event(actor, event), event)


@router.get(
    f"{PREFIX}/proofs/consistency",
    tags=TAGS,
    summary="Prove that the log only grew",
    responses=described(200, Consistency, *_TROUBLES, usual=False),
)
async def consistency(
    request: Request,
    old_size: Annotated[WholeNumber, _size("from", "The size of a checkpoint seen earlier.")],
    size: Annotated[WholeNumber, _size("to", "The size of a later one.")],
) -> Response:
    """That the leaves of the smaller tree are the first ones of the larger (RFC 6962 §2.1.2)."""
    try:
        hashes = await services_of(request).audit_log.consistency(old_size, size)
    except ValueError as error:
        raise InvalidInput(Issue("to", "outOfBounds", str(error), "query")) from None
    return consistency_answer(old_size, size, hashes)


@router.get(
    f"{MESSAGE_REGISTRY}/ebox/messages/{{messageId}}/proof",
    tags=["publish"],
    summary="Prove that a publication is in the audit log",
    response_class=Response,
    responses=proof_described(),
)
async def publication(
    actor: Annotated[Actor, guarded(Operation.STATUS)], request: Request, message_id: MessageId
) -> Response:
    """For its sender: the leaf of `message.published`, which keeps the promise of the answer to it."""
    proof = await services_of(request).proofs.of_publication(actor, message_id)
    return proof_file(proof, message_id)
