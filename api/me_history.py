"""Owners look who looked. Looking is itself recorded."""

from __future__ import annotations

from typing import Annotated, Final

from fastapi import APIRouter, Query, Request
from starlette.responses import Response

from api import problem_types as kinds
from api.me_proofs import PREFIX, AcceptLanguage, Language
from api.parameters import MAX_POSITION, AtLeast, MailboxChoice, StrictRoute
from api.responses import POSITION_HEADER, described, json_answer
from api.scalars import WholeNumber
from api.schemas.own_history import OwnHistory, Told, own_history_answer
from api.security import guarded
from api.services import services_of
from domain.actors import Actor
from domain.decisions import Operation

router = APIRouter(prefix="/me", tags=["profile"], route_class=StrictRoute)

_LIMIT: Final = "What happened, on a page; steps of eBox itself that lie in between come on top."

Before = Annotated[
    WholeNumber | None,
    Query(ge=1, le=MAX_POSITION, description="What came before this position: an answer's `nextBefore`."),
]


@router.get(
    "/access-history",
    summary="Who looked into my mailbox",
    responses=described(200, OwnHistory, kinds.CONFLICT, headers=POSITION_HEADER),
)
async def access_history(
    actor: Annotated[Actor, guarded(Operation.OWN_HISTORY)],
    request: Request,
    before: Before = None,
    limit: Annotated[WholeNumber, Query(ge=1, le=100, description=_LIMIT)] = 50,
    lang: Language = None,
    accept_language: AcceptLanguage = None,
    at_least: AtLeast = None,
    mailbox: MailboxChoice = None,
) -> Response:
    """In plain words: what was published and told, and who accessed what, when, through which site.

    Numbers have no gap: steps of eBox itself, such as a notice that waits to be sent, have a line too.
    """
    services = services_of(request)
    reference = await services.reference.current()
    page = await services.own_history.page(
        actor, before=before, limit=limit, at_least=at_least, mailbox=mailbox
    )
    told = Told(
        reader_party=actor.party_id,
        reference=reference,
        words=services.words,
        language=services.words.language(lang, accept_language),
        leaves=page.leaves,
        proofs=f"{services.public_url}{PREFIX}",
    )
    headers = {"Content-Language": told.language, "Vary": "Accept-Language"}
    return json_answer(own_history_answer(page, told), position=page.position, headers=headers)
