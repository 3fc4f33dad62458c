"""Auditors take a copy of the access history out: a line for each row, as long as it may be.

It is on record before the first byte. The lines come as fast as they are taken; a copy that breaks off ends
without the end of its answer, and goes on with `before` the last position that arrived.
"""

from __future__ import annotations

from collections.abc import AsyncIterator
from enum import StrEnum
from typing import Annotated, Any, Final

import msgspec
from fastapi import APIRouter, Depends, Query, Request
from starlette.responses import Response

from api.audit import history_filter
from api.document_response import DocumentResponse
from api.parameters import MAX_POSITION, AtLeast, StrictRoute
from api.responses import POSITION_HEADER, described
from api.scalars import WholeNumber
from api.schemas.audit_export import ExportLine, export_line
from api.security import guarded
from api.services import services_of
from application.exporting import Export
from domain.actors import Actor
from domain.decisions import Operation
from projections.access_history import HistoryFilter

router = APIRouter(prefix="/audit", tags=["audit"], route_class=StrictRoute)

NDJSON: Final = "application/x-ndjson"
POSITION: Final = "Ebox-Position"

_encode = msgspec.json.Encoder().encode
_ANSWERS: Final[dict[int | str, Any]] = described(200, ExportLine, headers=POSITION_HEADER)
_ANSWERS[200]["content"] = {NDJSON: {"schema": {"$ref": "#/components/schemas/ExportLine"}}}


class ExportFormat(StrEnum):
    """What the caller will make of the lines."""

    JSONL = "jsonl"
    FHIR = "fhir-auditevent"
    OCSF = "ocsf"


@router.get(
    "/export",
    summary="Take a copy of the access history out",
    response_class=Response,
    responses=_ANSWERS,
)
async def export(
    actor: Annotated[Actor, guarded(Operation.READ_ACCESS_HISTORY)],
    request: Request,
    asked: Annotated[HistoryFilter, Depends(history_filter)],
    export_format: Annotated[
        ExportFormat,
        Query(alias="format", description="What you make of the lines; it is recorded. They stay the same."),
    ] = ExportFormat.JSONL,
    before: Annotated[
        WholeNumber | None,
        Query(ge=0, le=MAX_POSITION, description="Only rows before this position: where one broke off."),
    ] = None,
    at_least: AtLeast = None,
) -> Response:
    """Every row that the search would find, newest first, one on each line, with its leaf in the audit log.

    What happens meanwhile is not in it. Recorded as `audit.exported` before the first line.
    """
    taken = await services_of(request).exporting.begin(
        actor, asked, export_format.value, before=before, at_least=at_least
    )
    headers = {"Cache-Control": "private, no-store", POSITION: str(taken.position)}
    return DocumentResponse(_lines(taken), 200, headers, NDJSON)


async def _lines(taken: Export) -> AsyncIterator[bytes]:
    async for page in taken.pages:
        yield b"".join(_encode(export_line(one)) + b"\n" for one in page)
