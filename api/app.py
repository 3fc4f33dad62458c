"""The HTTP API as one application, made from the services that the composition root hands over."""

from __future__ import annotations

from typing import Final

from fastapi import FastAPI
from fastapi.telemetry import TelemetryConfig

from api import (
    aftermath,
    allowed_methods,
    audit,
    audit_export,
    audit_log,
    audit_proofs,
    batch,
    content,
    document_events,
    documentation,
    ebox,
    federation,
    health,
    linking,
    me,
    me_history,
    me_proofs,
    messages,
    metrics,
    openapi,
    problems,
    reference_data,
    replay,
    replies,
    scopes,
    shared_documents,
)
from api.context import RequestContext
from api.services import Services
from api.v2 import ebox as v2_ebox
from api.v2 import messages as v2_messages
from api.v2 import reference_data as v2_reference_data

_NO_TELEMETRY: Final[TelemetryConfig] = {"tracing": False, "metrics": False, "logs": False}
"""FastAPI's own reads the environment at every request, and would label by what we never log."""

_AREAS: Final = (
    messages,
    batch,
    shared_documents,
    linking,
    aftermath,
    replies,
    document_events,
    federation,
    ebox,
    content,
    me,
    me_history,
    me_proofs,
    audit,
    audit_log,
    audit_proofs,
    audit_export,
    replay,
    scopes,
    reference_data,
    v2_messages,
    v2_ebox,
    v2_reference_data,
    health,
    metrics,
    documentation,
)


def create_app(services: Services) -> FastAPI:
    """The application. Further routers (authorization server, portal) are added by whoever made it."""
    # Trailing slashes are taken off before routing: a redirect would lose the body of a POST.
    app = FastAPI(
        docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False, telemetry=_NO_TELEMETRY
    )
    app.state.services = services
    app.add_middleware(RequestContext)
    problems.install(app)
    allowed_methods.install(app)
    openapi.install(app)
    for area in _AREAS:
        app.include_router(area.router)
    return app
