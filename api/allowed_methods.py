"""405 with all that an address allows (RFC 9110 §10.2.1).

The framework names the methods of the first route that the path fits; ours often have one for each method.
"""

from __future__ import annotations

from fastapi import FastAPI, Request
from fastapi.routing import iter_route_contexts
from starlette.responses import Response

from api.problem_types import METHOD_NOT_ALLOWED
from api.problems import Problem, answer_to


def install(app: FastAPI) -> None:
    """Let the application answer every 405 through here."""
    app.add_exception_handler(METHOD_NOT_ALLOWED.status, _answer)


async def _answer(request: Request, _: Exception) -> Response:
    problem = Problem(METHOD_NOT_ALLOWED, headers={"Allow": ", ".join(_allowed(request))})
    return answer_to(problem, request.scope)


def _allowed(request: Request) -> list[str]:
    path = request.scope["path"]
    fitting = (one for one in iter_route_contexts(request.app.routes) if one.path_regex.match(path))
    return sorted({method for route in fitting for method in route.methods or ()})
