"""The page that shows the mails caught in the embedded mode. Mounted there and nowhere else.

Everything on it came in by mail, so nothing of it is trusted: text only, escaped, under a policy that allows
no script and no form.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any, Protocol

from fastapi import APIRouter, Request
from fastapi.responses import JSONResponse, Response

from web.pages import NOTHING_MORE, Pages

MAIL_PATH = "/demo/mail"
_LANGUAGE_TAG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,3}")


class ShownMail(Protocol):
    """A mail as it can be shown."""

    @property
    def to(self) -> str: ...
    @property
    def subject(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def headers(self) -> dict[str, str]: ...


class MailSource(Protocol):
    """Whoever has caught mails."""

    def mails(self) -> Sequence[ShownMail]:
        """What was caught, newest first."""
        ...


class MailPages:
    """The caught mails for people and for programs."""

    def __init__(self, pages: Pages, source: MailSource) -> None:
        self._pages = pages
        self._source = source

    def page(self, request: Request) -> Response:
        """All caught mails, newest first, each with its headers."""
        mails = [(mail, _language(mail)) for mail in self._source.mails()]
        return self._pages.show(request, "mail.html", form_targets="'none'", mails=mails)

    def listing(self) -> Response:
        """The same as JSON: `[{to, subject, text, headers}]`."""
        mails: list[dict[str, Any]] = [
            {"to": mail.to, "subject": mail.subject, "text": mail.text, "headers": mail.headers}
            for mail in self._source.mails()
        ]
        policy = "default-src 'none'; sandbox; frame-ancestors 'none'"
        return JSONResponse(mails, headers={**NOTHING_MORE, "Content-Security-Policy": policy})


def mail_router(pages: Pages, source: MailSource) -> APIRouter:
    """`GET /demo/mail` and `GET /demo/mail.json`."""
    mails = MailPages(pages, source)
    router = APIRouter(include_in_schema=False)
    router.add_api_route(MAIL_PATH, mails.page, methods=["GET"])
    router.add_api_route(f"{MAIL_PATH}.json", mails.listing, methods=["GET"])
    return router


def _language(mail: ShownMail) -> str | None:
    """The language that the mail says it is in (RFC 3282), for whoever has the page read out."""
    said = next((value for name, value in mail.headers.items() if name.lower() == "content-language"), "")
    return said if _LANGUAGE_TAG.fullmatch(said) else None
