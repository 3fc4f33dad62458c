"""Proofs as files: C2SP `tlog-proof` with the entry in `extra`, for `ebox audit check-proof` and its like."""

from __future__ import annotations

from typing import Any, Final
from uuid import UUID

from starlette.responses import Response

from api import problem_types as kinds
from api.disposition import attachment_disposition
from api.problem_types import ProblemType
from api.responses import problems
from audit.tlog.proofs import MEDIA_TYPE, TlogProof

_HEADERS: Final[dict[str, Any]] = {
    "Content-Disposition": {"description": "Always a download.", "schema": {"type": "string"}}
}


def described(*more: ProblemType) -> dict[int | str, Any]:
    """The description of a route that answers with a proof."""
    good = {
        "description": "A tlog-proof against the newest checkpoint, with the log's entry in `extra`.",
        "content": {"text/plain": {"schema": {"type": "string"}}},
        "headers": _HEADERS,
    }
    return {200: good, **problems(kinds.NOT_FOUND, kinds.NOT_LOGGED_YET, *more)}


def proof_file(proof: TlogProof, event_id: UUID) -> Response:
    """The proof that the log has that event, as a download that nobody on the way keeps."""
    headers = {
        "Cache-Control": "private, no-store",
        "Content-Disposition": attachment_disposition(f"{event_id}.tlog-proof"),
        "X-Content-Type-Options": "nosniff",
    }
    return Response(proof.encode(), headers=headers, media_type=MEDIA_TYPE)
