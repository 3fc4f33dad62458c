"""The page that shows the mails caught in the embedded mode. Mounted there and nowhere else.

Everything on it came in by mail, so nothing of it is trusted: text only, escaped, under a policy that allows
no script, no form and no picture.
"""

from __future__ import annotations

import re
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Protocol

from fastapi import APIRouter
from fastapi.responses import HTMLResponse, JSONResponse, Response
from jinja2 import Environment, FileSystemLoader, StrictUndefined

MAIL_PATH = "/demo/mail"
_LANGUAGE_TAG = re.compile(r"[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,3}")

_templates = Environment(
    loader=FileSystemLoader(Path(__file__).parent / "templates"), autoescape=True, undefined=StrictUndefined
)


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

    def __init__(self, source: MailSource) -> None:
        self._source = source

    def page(self) -> Response:
        """All caught mails, newest first, each with its headers."""
        nonce = secrets.token_urlsafe(16)
        mails = [(mail, _language(mail)) for mail in self._source.mails()]
        html = _templates.get_template("mail.html").render(mails=mails, nonce=nonce)
        return HTMLResponse(html, headers=_headers(f"style-src 'nonce-{nonce}'"))

    def listing(self) -> Response:
        """The same as JSON: `[{to, subject, text, headers}]`."""
        mails: list[dict[str, Any]] = [
            {"to": mail.to, "subject": mail.subject, "text": mail.text, "headers": mail.headers}
            for mail in self._source.mails()
        ]
        return JSONResponse(mails, headers=_headers("sandbox"))


def mail_router(source: MailSource) -> APIRouter:
    """`GET /demo/mail` and `GET /demo/mail.json`."""
    pages = MailPages(source)
    router = APIRouter(include_in_schema=False)
    router.add_api_route(MAIL_PATH, pages.page, methods=["GET"])
    router.add_api_route(f"{MAIL_PATH}.json", pages.listing, methods=["GET"])
    return router


def _language(mail: ShownMail) -> str | None:
    """The language that the mail says it is in (RFC 3282), for whoever has the page read out."""
    said = next((value for name, value in mail.headers.items() if name.lower() == "content-language"), "")
    return said if _LANGUAGE_TAG.fullmatch(said) else None


def _headers(allowed: str) -> dict[str, str]:
    return {
        "Content-Security-Policy": (
            f"default-src 'none'; {allowed}; form-action 'none'; frame-ancestors 'none'; base-uri 'none'"
        ),
        "Cache-Control": "no-store",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
        "X-Frame-Options": "DENY",
    }
