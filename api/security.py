"""Who is calling: the dependency that every guarded route declares, with what the caller wants to do.

It proves who calls, and refuses at once whom the decision function refuses whatever is asked for: nobody
uploads who may never publish. The rest is decided in the use case, where the mailbox and the message type are
known. An architecture test walks the routes and fails where this marker is missing.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

from fastapi import Depends, Request
from fastapi.openapi.models import HTTPBearer
from fastapi.security.base import SecurityBase
from starlette.datastructures import Headers

from api.services import services_of
from domain.actors import Actor
from domain.decisions import Operation, refuse_at_once
from domain.errors import Issue, NotAllowed

ON_BEHALF_OF: Final = "On-Behalf-Of-Enterprise-Number"

PUBLIC_PATHS: Final = frozenset(
    {
        "/health/live",
        "/health/ready",
        "/metrics",
        "/openapi.json",
        "/docs",
        "/audit/checkpoint",
        "/audit/checkpoint/witnessed",
        "/audit/timestamps/index",
        "/audit/vkeys",
        "/audit/promises/vkeys",
        "/federation/v1/messageProviders",
        "/federation/v1/messageProviders/{messageProviderId}",
    }
)
"""What anybody may ask for, of the routes in this package."""


@dataclass(frozen=True, slots=True)
class Attempt:
    """Who wants to do what, once it is proved who."""

    actor: Actor
    operation: Operation


class Guard(SecurityBase):
    """Turns the request's access token into the actor who wants to do `operation`, unless they never may."""

    def __init__(self, operation: Operation) -> None:
        self.operation = operation
        self.scheme_name = "accessToken"
        self.model = HTTPBearer(
            bearerFormat="JWT",
            description="An access token of ours (RFC 9068), in `Authorization: Bearer` (RFC 6750 §2.1).",
        )

    async def __call__(self, request: Request) -> Actor:
        """The actor. Raises `TokenRefused`, `NotAllowed`, `Unavailable`."""
        services = services_of(request)
        token = await services.access_tokens.validate(request.headers.get("authorization"))
        actor = await services.actor_of(token, request.state.request_id)
        operation = self.operation_of(actor)
        request.state.attempt = Attempt(actor, operation)
        refused = refuse_at_once(actor, operation)
        if refused is not None:
            raise NotAllowed(refused.reason)
        _refuse_on_behalf_of(request.headers, actor)
        return actor

    def operation_of(self, actor: Actor) -> Operation:
        """What this caller wants to do here; the same for everybody, but for guards that say otherwise."""
        return self.operation


def _refuse_on_behalf_of(headers: Headers, actor: Actor) -> None:
    """Nobody acts for another yet, and to ignore the header would be to act for the wrong one."""
    if any(number != actor.organisation for number in headers.getlist(ON_BEHALF_OF)):
        detail = "you have no mandate of this enterprise; your own number may be given"
        raise NotAllowed("no mandate", Issue(ON_BEHALF_OF, "noMandate", detail, "header"))


async def record_denial(request: Request, error: NotAllowed) -> None:
    """The refusal goes on record, where the caller had proved who they are. Called once a refused request."""
    attempt: Attempt | None = getattr(request.state, "attempt", None)
    if attempt is not None:
        await services_of(request).denials.record(
            attempt.actor, attempt.operation.value, error.reason, error.mailbox_id
        )


def guarded(operation: Operation) -> Any:
    """For `Annotated[Actor, guarded(Operation.LIST)]`: this route does `operation`, and nobody else's."""
    return Depends(Guard(operation))
