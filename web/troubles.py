"""When something goes wrong, people get a page that says what, and what to do next; programs get problems.

The page names the request, so that the help desk finds it in the log, and nothing of what was sent.
"""

from __future__ import annotations

from collections.abc import Callable, Coroutine, Mapping
from functools import singledispatch
from typing import Any, Final
from urllib.parse import urlencode

from fastapi import Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse
from fastapi.routing import APIRoute
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect
from starlette.responses import Response
from starlette.types import Receive, Scope, Send

from domain.errors import (
    Conflict,
    Gone,
    InvalidInput,
    LimitReached,
    NotActivated,
    NotAllowed,
    NotFound,
    Retryable,
)
from identity.metadata import LOGIN_PATH
from storage.errors import StorageUnavailable
from web.pages import Pages
from web.security import FormRefused, NotSignedIn, record_denial

_RETRY_AFTER_SECONDS = 2


_SPECIAL: Final[Mapping[type[Exception], str]] = {FormRefused: "form", NotActivated: "not-activated"}
"""Errors that have words of their own; the others have their status's."""


class _FailurePage(Response):
    """Sent, and then the failure goes on to the last net, which writes it into the log."""

    def __init__(self, page: Response, failure: Exception) -> None:
        self._page = page
        self._failure = failure

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        await self._page(scope, receive, send)
        raise self._failure


def page_route(pages: Pages) -> type[APIRoute]:
    """The kind of route whose errors are answered with pages."""

    class PageRoute(APIRoute):
        def get_route_handler(self) -> Callable[[Request], Coroutine[Any, Any, Response]]:
            handle = super().get_route_handler()

            async def handle_or_tell(request: Request) -> Response:
                try:
                    return await handle(request)
                except NotSignedIn:
                    return _to_login(request)
                except NotAllowed as refused:
                    await record_denial(request, refused)
                    return trouble_page(pages, request, refused)
                except Exception as error:  # noqa: BLE001 - each is told, and an unforeseen one raised again
                    return trouble_page(pages, request, error)

            return handle_or_tell

    return PageRoute


def trouble_page(pages: Pages, request: Request, error: Exception) -> Response:
    """The page that tells of this error."""
    status = status_of(error)
    kind = _SPECIAL.get(type(error), str(status))
    page = pages.show(
        request, "trouble.html", status=status, kind=kind, request_id=str(request.state.request_id)
    )
    if status in {429, 503}:
        page.headers["Retry-After"] = str(getattr(error, "retry_after", _RETRY_AFTER_SECONDS))
    return _FailurePage(page, error) if status == 500 else page


@singledispatch
def status_of(error: Exception) -> int:
    """The HTTP status of an error."""
    return 500


@status_of.register(InvalidInput)
@status_of.register(ClientDisconnect)
def _(error: Exception) -> int:
    return 400


@status_of.register(NotAllowed)
@status_of.register(FormRefused)
def _(error: Exception) -> int:
    return 403


@status_of.register(NotFound)
@status_of.register(RequestValidationError)
def _(error: Exception) -> int:
    return 404  # an address that cannot be one of ours


@status_of.register
def _(error: Conflict) -> int:
    return 409


@status_of.register
def _(error: Gone) -> int:
    return 410


@status_of.register
def _(error: LimitReached) -> int:
    return 429


@status_of.register(Retryable)
@status_of.register(StorageUnavailable)
def _(error: Exception) -> int:
    return 503


@status_of.register
def _(error: HTTPException) -> int:
    return error.status_code


def _to_login(request: Request) -> Response:
    """To the login, and back here afterwards where that is a page that one can open again."""
    back = {"next": request.url.path} if request.method == "GET" else {}
    address = f"{LOGIN_PATH}?{urlencode(back)}" if back else LOGIN_PATH
    return RedirectResponse(address, 303, {"Cache-Control": "no-store"})
